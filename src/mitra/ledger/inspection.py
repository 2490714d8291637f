"""Examine the log at rest: every act, bundle and tile against the others, and say exactly which one differs.

Three things say what an entry is: the act in the database, the bundle, the hash in the tile.  Where two of them agree
the third is named.  Memory does not grow with the log; `part` looks at every thirtieth tile, for a look each night.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from django.db import connection

from mitra.core.errors import InvalidInput, NotFound, ProofFailed
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.commitment import commit, entry
from mitra.core.ledger.note import read_note, verify_note
from mitra.core.ledger.tiles import ENTRIES, WIDTH, Edge, Tile, perfect_root, read_bundle, read_tile_path, tile_path
from mitra.core.ledger.tree import EMPTY_ROOT, HASH_BYTES, leaf_hash
from mitra.ledger import models
from mitra.ledger.files import first_of, read_if_there
from mitra.ledger.keys import log_keys, origin
from mitra.ledger.proving import log_files
from mitra.ledger.queries import find_erasure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    class Findings(Protocol):
        """What `mitra check` collects."""

        checked: dict[str, int]

        def fault(self, sentence: str) -> None:
            """Remember a fault."""


PARTS = 30
_ACTS = """
SELECT a.id, a.leaf, a.commitment, a.t, a.erased_by, b.salt, b.body
FROM ledger_act a LEFT JOIN ledger_actbody b ON b.act_id = a.id WHERE a.leaf >= %s AND a.leaf < %s ORDER BY a.leaf
"""


def part_of(now: datetime) -> int:
    """Return which part is looked at this night: each comes once in thirty."""
    return now.toordinal() % PARTS


def inspect_ledger(found: Findings, *, part: int | None = None) -> None:
    """Look at the log, or at one of its thirty parts, and report what does not agree."""
    size = _inspect_heads(found)
    counted = _counted()
    if counted < size:
        found.fault(f"the database has {counted} acts, the log {size}: restore the newest backup")
    last = models.Act.objects.order_by("-leaf").values_list("leaf", flat=True).first()
    if last is not None and last >= counted:
        found.fault(f"the counter stands at leaf {counted}, the last act at {last}")
    bad: set[Tile] = set()
    erased = 0
    indexes = [index for index in range(-(-max(size, counted) // WIDTH)) if part is None or index % PARTS == part]
    for index in indexes:
        acts = _acts(index * WIDTH, min((index + 1) * WIDTH, counted))
        erased += _inspect_acts(found, acts, index * WIDTH, min((index + 1) * WIDTH, counted))
        width = min(WIDTH, size - index * WIDTH)
        if width > 0:
            _inspect_leaves(found, Tile(0, index, width), acts, bad)
    _inspect_levels(found, size, part, bad)
    _inspect_partials(found, part, bad)
    found.checked["acts"] = counted
    found.checked["log entries"] = size
    if erased:
        found.checked["erased acts"] = erased


def list_erasures(leaves: Sequence[int]) -> Iterator[str]:
    """Yield a sentence for each erased act among these leaves: by whom and when."""
    for act, leaf in models.Act.objects.filter(leaf__in=leaves, erased_by__isnull=False).values_list("pk", "leaf"):
        erasure = find_erasure(act)
        if erasure is not None:
            yield f"act {act} at leaf {leaf}: erased by organisation {erasure.by} on {erasure.at:%Y-%m-%d}"


def _inspect_heads(found: Findings) -> int:
    """Compare what database, checkpoint and tiles say about the whole; return the published size."""
    row = models.Log.objects.filter(pk=1).first()
    size, root = (0, EMPTY_ROOT) if row is None else (row.size, bytes(row.root))
    if row is not None and row.stopped:
        found.fault(f"the log stopped: {row.stopped}")
    newest = models.Checkpoint.objects.order_by("-size").first()
    notes = [("the database", None if newest is None else newest.note.encode())]
    notes.append(("ledger/checkpoint", log_files().checkpoint()))
    for where, data in notes:
        try:
            _inspect_note(data, size, root)
        except (ProofFailed, InvalidInput, NotFound) as fault:
            found.fault(f"the checkpoint in {where}: {fault}")
    try:
        if Edge.read(size, log_files().read).root() != root:
            found.fault(f"the tiles at the right edge do not give the root of {size} entries")
    except ProofFailed as fault:
        found.fault(str(fault))
    return size


def _inspect_note(data: bytes | None, size: int, root: bytes) -> None:
    if data is None:
        if size:
            raise ProofFailed("It is not there.")
        return
    note = read_note(data)
    checkpoint = read_checkpoint(note.text)
    if checkpoint.origin != origin():
        raise ProofFailed(f"It is of the log {checkpoint.origin}, not of {origin()}.")
    verify_note(note, log_keys())
    if (checkpoint.size, checkpoint.root) != (size, root):
        raise ProofFailed(f"It says {checkpoint.size} entries, the database {size}, or another root.")


class _Act(NamedTuple):
    """One act as the database has it."""

    act: int
    leaf: int
    commitment: bytes
    t: int
    erased_by: int | None
    salt: bytes | None
    body: bytes | None


def _acts(start: int, end: int) -> list[_Act]:
    with connection.cursor() as cursor:
        cursor.execute(_ACTS, [start, end])
        return [_act(row) for row in cursor.fetchall()]


def _act(row: tuple[Any, ...]) -> _Act:
    act, leaf, commitment, t, erased_by, *said = row
    salt, body = (None if cell is None else bytes(cell) for cell in said)
    return _Act(act, leaf, bytes(commitment), t, erased_by, salt, body)


def _inspect_acts(found: Findings, acts: Sequence[_Act], start: int, end: int) -> int:
    """Report gaps, and bodies that are not what their acts committed to; return how many acts are erased."""
    for leaf in sorted(set(range(start, end)) - {act.leaf for act in acts}):
        found.fault(f"leaf {leaf}: its act is missing")
    erased = 0
    for act in acts:
        if act.body is None or act.salt is None:
            erased += act.erased_by is not None
            if act.erased_by is None:
                found.fault(f"act {act.act} at leaf {act.leaf}: its body is gone, and nothing erased it")
        elif commit(act.body, act.salt) != act.commitment:
            found.fault(f"act {act.act} at leaf {act.leaf}: its salt or body is not what it committed to")
    return erased


def _inspect_leaves(found: Findings, tile: Tile, acts: Sequence[_Act], bad: set[Tile]) -> None:
    """Compare the acts, the bundle and the tile of one place, entry by entry."""
    bundle = Tile(ENTRIES, tile.index, tile.width)
    start = tile.index * WIDTH
    written = _entries(found, bundle, bad)
    hashes = _hashes(found, tile, bad)
    said = {act.leaf: entry(act.commitment, act.t) for act in acts}
    for at in range(tile.width):
        one = said.get(start + at)
        two = written[at] if written is not None else None
        three = hashes[at] if hashes is not None else None
        if one is not None and one == two and leaf_hash(one) == three:
            continue
        for differs, words in _which(tile, one, two, three):
            found.fault(words.format(leaf=start + at, at=at))
            bad.update(differs)


def _which(
    tile: Tile, one: bytes | None, two: bytes | None, three: bytes | None
) -> Iterator[tuple[Sequence[Tile], str]]:
    """Yield which of act, bundle's entry and tile's hash differs from the others; what is not there was named."""
    bundle = Tile(ENTRIES, tile.index, tile.width)
    if one is not None and two is not None and one != two:
        if leaf_hash(two) == three:
            yield (), "leaf {leaf}: the act in the database is not the entry that was published"
            return
        yield (bundle,), f"{tile_path(bundle)}: entry {{at}} (leaf {{leaf}}) is not the act in the database"
    trusted = one if one is not None else two
    if trusted is not None and three is not None and leaf_hash(trusted) != three:
        yield (tile,), f"{tile_path(tile)}: hash {{at}} (leaf {{leaf}}) is not that of the entry"


def _entries(found: Findings, bundle: Tile, bad: set[Tile]) -> list[bytes] | None:
    try:
        return read_bundle(log_files().read(bundle), bundle.width)
    except (ProofFailed, InvalidInput):
        found.fault(f"{tile_path(bundle)}: it is missing or no bundle of {bundle.width} entries")
        bad.add(bundle)
        return None


def _hashes(found: Findings, tile: Tile, bad: set[Tile]) -> list[bytes] | None:
    try:
        data = log_files().read(tile)
    except ProofFailed:
        data = b""
    if len(data) != tile.width * HASH_BYTES:
        found.fault(f"{tile_path(tile)}: it is missing or not {tile.width * HASH_BYTES} bytes long")
        bad.add(tile)
        return None
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def _inspect_levels(found: Findings, size: int, part: int | None, bad: set[Tile]) -> None:
    """Compare each hash above the leaves with the full tile below it."""
    level = 1
    while count := size >> 8 * level:
        for index in range(-(-count // WIDTH)):
            tile = Tile(level, index, min(WIDTH, count - index * WIDTH))
            hashes = _hashes(found, tile, bad)
            for at, expected in enumerate(hashes or ()):
                below = Tile(level - 1, index * WIDTH + at)
                if below in bad or (part is not None and below.index % PARTS != part):
                    continue
                data = read_if_there(log_files().path(below)) or b""
                if len(data) != WIDTH * HASH_BYTES or perfect_root(data) != expected:
                    found.fault(f"{tile_path(tile)}: hash {at} is not the root of {tile_path(below)}")
                    bad.add(tile)
        level += 1


def _inspect_partials(found: Findings, part: int | None, bad: set[Tile]) -> None:
    """Compare the narrow tiles that are kept with the widest of their place."""
    files = log_files()
    for path in sorted(files.folder.glob("tile/**/*.p/*")):
        try:
            tile = read_tile_path(path.relative_to(files.folder).as_posix())
        except InvalidInput:
            continue
        if part is not None and tile.index % PARTS != part:
            continue
        wider = max((each for each in _widths(path.parent) if each > tile.width), default=None)
        whole = tile.full if files.path(tile.full).exists() else None
        other = whole or (None if wider is None else Tile(tile.level, tile.index, wider))
        if other is None or other in bad:
            continue
        try:
            expected = first_of(other, files.path(other).read_bytes(), tile.width)
        except InvalidInput:
            continue
        if path.read_bytes() != expected:
            found.fault(f"{tile_path(tile)}: it does not begin like {tile_path(other)}")


def _widths(folder: Path) -> list[int]:
    return [int(path.name) for path in folder.iterdir() if path.name.isdecimal()]


def _counted() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM ledger_counter")
        return int(cursor.fetchone()[0])
