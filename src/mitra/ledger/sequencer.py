"""Publish the log: what the acts of this node come to, as tiles, bundles and a signed checkpoint.  It assigns nothing.

A turn, and what it may rely on when it is killed at any line and taken up again:
1. Only whoever holds the turn publishes; whoever lost it meanwhile loses the compare-and-swap of step 6.
2. The checkpoint on disk is the one that the database says; a larger one there means an older database: stop.
3. Acts are read in the order of their leaves, without a gap, up to the counter.
4. Bundles and tiles are written and synced, then read again; none ever changes.
5. The root comes from the tiles just read.
6. The checkpoint is signed and kept in the database, on condition that size and root are still the former ones.
7. Then it is served: the file is put in place.

A step that finds something that must not be stops the log, with a sentence for the operator, until a new process looks
again: the last checkpoint goes on being served, sharing goes on, and new receipts wait.
Budget: 500 entries a second and more (bench/ledger.py).
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from mitra.core.ledger.commitment import entry
from mitra.core.ledger.dates import instant, micros
from mitra.core.ledger.note import read_note, sign, verify_note, write_note
from mitra.core.ledger.tiles import (
    ENTRIES,
    WIDTH,
    Edge,
    Tile,
    TileReader,
    bundles_between,
    partial_width,
    read_bundle,
    tile_path,
    write_bundle,
)
from mitra.core.ledger.tree import EMPTY_ROOT, leaf_hash, root_at
from mitra.ledger import models
from mitra.ledger.files import LogFiles
from mitra.ledger.keys import log_keys, log_signers, origin
from mitra.ledger.turns import Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

EVERY = timedelta(seconds=2)
"""From one checkpoint to the next, while acts come one after the other."""
AT_ONCE = 65_536
"""Entries that one turn publishes; of more, the next turn takes the rest at once."""
KEPT = timedelta(hours=24)
KEPT_AT_LEAST = 10
"""Sizes whose partial tiles are served: these many, and those of a day; only so many have files of their own."""
FOLDER = "ledger"
_ACTS = "SELECT leaf, commitment, t FROM ledger_act WHERE leaf >= %s AND leaf < %s ORDER BY leaf"
_COUNTER = "SELECT leaf FROM ledger_counter"

log = logging.getLogger("mitra.ledger")


class State(NamedTuple):
    """How far the log is published."""

    size: int
    root: bytes
    at: datetime | None
    """When; None before the first checkpoint."""


def turn(now: datetime) -> bool:
    """Publish what is pending; return whether a checkpoint was signed.  Nothing pending signs nothing."""
    return _of(Path(settings.MITRA_HOME)).turn(now)


@cache
def _of(home: Path) -> Sequencer:
    return Sequencer(home)


class Sequencer:
    """The one publisher of a home; two of them exclude each other."""

    def __init__(self, home: Path) -> None:
        self._turn = Turn(home)
        self._files = LogFiles(home / FOLDER)
        self._seen: bytes | None = None
        """The checkpoint file that was examined last."""
        self._has_looked = False

    def turn(self, now: datetime) -> bool:
        """Take one turn."""
        if not self._turn.is_mine():
            return False
        row, _ = models.Log.objects.get_or_create(pk=1, defaults={"root": EMPTY_ROOT})
        if row.stopped and self._has_looked:
            return False
        try:
            state = self._examined(row)
            if row.stopped:
                models.Log.objects.filter(pk=1).update(stopped="", stopped_at=None)
            self._has_looked = True
            return self._publish(state, now)
        except (ProofFailed, InvalidInput) as fault:
            self._has_looked = True
            self._seen = None
            models.Log.objects.filter(pk=1).update(stopped=str(fault), stopped_at=micros(now))
            log.critical("The ledger stopped: %s", fault)
            return False

    def give_up(self) -> None:
        """Let another have the turn."""
        self._turn.give_up()

    # ── what is there

    def _examined(self, row: models.Log) -> State:
        """Return the state once disk and database agree; ProofFailed, in words for the operator, where they do not."""
        newest = models.Checkpoint.objects.order_by("-size").first()
        state = State(row.size, bytes(row.root), None if newest is None else instant(newest.at))
        data = self._files.checkpoint()
        if newest is not None and (newest.size, bytes(newest.root)) != state[:2]:
            raise ProofFailed("The database's own checkpoint is not what it published last: restore it from a backup.")
        if data is not None and data == self._seen:
            return state
        if _counted() < state.size:
            message = f"The database has {_counted()} acts, the log {state.size}: restore the newest backup."
            raise ProofFailed(message)
        if data is not None:
            self._agree(self._signed_here(data), state)
        if Edge.read(state.size, self._files.read).root() != state.root:
            raise ProofFailed("The tiles do not give the root that was published: run `mitra check`, which says where.")
        if newest is not None:
            self._files.write_checkpoint(newest.note.encode())
            self._seen = newest.note.encode()
        self._sweep()
        return state

    def _signed_here(self, data: bytes) -> Checkpoint:
        """Return the checkpoint of a file that this log's keys signed."""
        note = read_note(data)
        found = read_checkpoint(note.text)
        if found.origin != origin():
            message = f"The folder ledger/ is the log of {found.origin}, this node's is {origin()}: put its own back."
            raise ProofFailed(message)
        verify_note(note, log_keys())
        return found

    def _agree(self, found: Checkpoint, state: State) -> None:
        if found.size > state.size:
            message = (
                f"The ledger is behind its own checkpoint: {found.size} entries were signed, this database published "
                f"{state.size}. Restore a newer backup, or ledger/ and the database of one moment."
            )
            raise ProofFailed(message)
        if root_at(found.size, TileReader(state.size, self._files.read)) != found.root:
            message = f"The checkpoint in ledger/ has another root at {found.size} entries: two histories were signed."
            raise ProofFailed(message)

    def _sweep(self) -> None:
        """Remove partial tiles that a killed turn left, and those that are served by the full ones."""
        kept = {tile for size in _kept_sizes() for tile in _partials(size)}
        names = {tile_path(tile) for tile in kept}
        for path in self._files.folder.glob("tile/**/*.p/*"):
            if str(path.relative_to(self._files.folder)) not in names:
                path.unlink()
                if not any(path.parent.iterdir()):
                    path.parent.rmdir()

    # ── what comes

    def _publish(self, state: State, now: datetime) -> bool:
        pending = _counted() - state.size
        if pending <= 0 and state.at is not None:
            return False
        if pending < AT_ONCE and state.at is not None and state.at <= now < state.at + EVERY:
            return False
        size = state.size + min(pending, AT_ONCE)
        self._write(state, size)
        root = Edge.read(size, self._files.read).root()
        text = write_checkpoint(Checkpoint(origin(), size, root))
        note = write_note(sign(text, log_signers(now), at=int(now.timestamp())))
        if not _swapped(state, models.Checkpoint(size=size, root=root, note=note.decode(), at=micros(now))):
            return False
        self._files.write_checkpoint(note)
        self._seen = note
        self._forget(now)
        return True

    def _write(self, state: State, size: int) -> None:
        """Write the tiles and bundles that lead to a size, and read them again."""
        edge = Edge.read(state.size, self._files.read)
        if edge.root() != state.root:
            raise ProofFailed("The tiles do not give the root that was published: run `mitra check`, which says where.")
        entries = [*self._last_entries(state.size), *_entries(state.size, size)]
        start = state.size // WIDTH * WIDTH
        if len(entries) != size - start:
            message = f"Of the acts from leaf {start} to {size} some are missing: run `mitra check`."
            raise ProofFailed(message)
        hashes = [leaf_hash(each) for each in entries]
        held = self._hashes(state.size)
        if hashes[: state.size - start] != held:
            message = f"{tile_path(_bundle(state.size))} holds other entries than its tile: run `mitra check`."
            raise ProofFailed(message)
        made = [
            (tile, write_bundle(entries[tile.index * WIDTH - start : tile.index * WIDTH - start + tile.width]))
            for tile in bundles_between(state.size, size)
        ]
        made += edge.grow(hashes[state.size - start :])
        self._files.write(made)
        for tile, data in made:
            if self._files.path(tile).read_bytes() != data:
                message = f"{tile_path(tile)} reads otherwise than it was written: look at the disk."
                raise ProofFailed(message)

    def _last_entries(self, size: int) -> list[bytes]:
        """Return the entries of the bundle that is not full yet."""
        bundle = _bundle(size)
        return read_bundle(self._files.read(bundle), bundle.width) if bundle.width else []

    def _hashes(self, size: int) -> list[bytes]:
        """Return the leaf hashes of the tile that is not full yet."""
        width = partial_width(0, size)
        data = self._files.read(Tile(0, size // WIDTH, width)) if width else b""
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def _forget(self, now: datetime) -> None:
        """Let go of the sizes whose partial tiles are not served any more, and of files that others begin like."""
        kept = _kept_sizes()
        fallen = models.Checkpoint.objects.filter(size__lt=kept[-1]).order_by("-size").values_list("size", flat=True)
        needed = {tile for size in kept for tile in _partials(size)}
        for size in fallen[:1]:
            self._files.remove(tile for tile in _partials(size) if tile not in needed)
        if len(kept) == KEPT_AT_LEAST:
            models.Checkpoint.objects.filter(size__lt=kept[-1], at__lt=micros(now - KEPT)).delete()


def _swapped(state: State, new: models.Checkpoint) -> bool:
    """Keep a checkpoint, on condition that the log is where this turn found it; return whether it was."""
    with transaction.atomic():
        there = models.Log.objects.filter(pk=1, size=state.size, root=state.root, stopped="")
        if not there.update(size=new.size, root=new.root):
            return False
        new.save(force_insert=True)
    return True


def _counted() -> int:
    """Return how many acts are committed: the counter gives out leaves in the order of commits."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTER)
        return int(cursor.fetchone()[0])


def _entries(start: int, end: int) -> Iterator[bytes]:
    """Yield the entries of these leaves; ends at a gap."""
    with connection.cursor() as cursor:
        cursor.execute(_ACTS, [start, end])
        for expected, (leaf, commitment, t) in enumerate(cursor.fetchall(), start):
            if leaf != expected:
                return
            yield entry(bytes(commitment), t)


def _kept_sizes() -> Sequence[int]:
    """Return the last sizes that have partial tiles of their own, the newest first."""
    return list(models.Checkpoint.objects.order_by("-size").values_list("size", flat=True)[:KEPT_AT_LEAST])


def _partials(size: int) -> Iterator[Tile]:
    """Yield the partial tiles and the partial bundle of a size."""
    if width := partial_width(0, size):
        yield Tile(ENTRIES, size // WIDTH, width)
    level = 0
    while size >> 8 * level:
        if width := partial_width(level, size):
            yield Tile(level, (size >> 8 * level) // WIDTH, width)
        level += 1


def _bundle(size: int) -> Tile:
    return Tile(ENTRIES, size // WIDTH, partial_width(0, size))
