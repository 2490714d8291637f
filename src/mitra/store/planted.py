"""Examine what acts committed to: the root in each body is the root over the shares that the act made and ended.

Reads in windows of acts, so memory does not grow with the store; an act that was erased, or whose tree nobody can open
any more, has nothing to compare.  Acts of the first release (version 1) name their audiences in another way.
"""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.db import connections

from mitra.core.ledger.act_tree import Leaf
from mitra.store.acts import ALIAS, FIRST_VERSION, ActLine, grove_of, plant_grove
from mitra.store.facts import State
from mitra.store.keys import audience_bytes, audience_of
from mitra.store.states import CODES

if TYPE_CHECKING:
    from mitra.store.inspection import Inspection

WINDOW = 1_000
NOBODY = b'{"circles":[]}'
"""What stands for an audience that is not here: in no root."""
_ACTS = """
SELECT a.id, a.leaf, a.first_seq, a.shares, b.seed, b.body FROM ledger_act a JOIN ledger_actbody b ON b.act_id = a.id
WHERE a.id > %s AND b.seed IS NOT NULL ORDER BY a.id LIMIT %s
"""
_MADE = """
SELECT s.act, s.seq, s.audience, r.digest FROM share s LEFT JOIN record r ON r.id = s.record
WHERE s.seq >= %s AND s.seq <= %s
"""
_ENDED = """
SELECT s.ended, s.seq, s.audience, r.digest FROM share s LEFT JOIN record r ON r.id = s.record
WHERE s.ended >= %s AND s.ended <= %s AND s.act <> s.ended AND s.state <> %s
"""
_ERASED = """
SELECT e.act_id, e.seq, s.audience, s.act, e.leaf FROM ledger_erasedline e JOIN share s ON s.seq = e.seq
WHERE e.act_id >= %s AND e.act_id <= %s
"""
_AUDIENCES = "SELECT id, room, realm, tlp, circles, embargo_until FROM store_audience"


class _Line(NamedTuple):
    """One line on its way into an act's order: what the act made first, then what it ended."""

    is_ended: bool
    seq: int
    audience: int
    digest: bytes | None


def inspect_act_trees(found: Inspection) -> None:
    """Compare the root of every act that shared or ended something with its lines as they are now."""
    audiences = {key: audience_bytes(audience_of(*row)) for key, *row in _ask(_AUDIENCES, [])}
    last, looked_at = 0, 0
    while acts := _ask(_ACTS, [last, WINDOW]):
        last = acts[-1][0]
        lines = _lines(acts)
        for act, leaf, _, _, seed, body in acts:
            said = orjson.loads(bytes(body))
            if not lines[act] or said["root"] is None or said["v"] < FIRST_VERSION:
                continue
            looked_at += 1
            ordered = sorted(lines[act])
            if any(line.digest is None for line in ordered):
                found.fault(f"act {act} at leaf {leaf}: the record of one of its shares is gone, and nothing erased it")
                continue
            told = [
                ActLine(line.seq, audiences.get(line.audience, NOBODY), line.digest, line.is_ended) for line in ordered
            ]
            root = plant_grove(bytes(seed), grove_of(bytes(seed), told, said["v"])).root
            if b64encode(root).decode() != said["root"]:
                found.fault(f"act {act} at leaf {leaf}: its shares are not those of its root, or its seed differs")
    found.checked["trees of acts"] = looked_at


def _lines(acts: list[tuple[Any, ...]]) -> dict[int, list[_Line]]:
    """Return the lines of a window's acts."""
    bounds = [acts[0][0], acts[-1][0]]
    made = [(first, first + count - 1) for _, _, first, count, _, _ in acts if first is not None]
    lines: defaultdict[int, list[_Line]] = defaultdict(list)
    leaves: dict[tuple[int, int], Leaf] = {}
    for act, seq, audience, by_act, leaf in _ask(_ERASED, bounds):
        leaves[act, seq] = Leaf(bytes(leaf))
        lines[act].append(_Line(is_ended=by_act != act, seq=seq, audience=audience, digest=leaves[act, seq]))
    if made:
        for act, seq, audience, digest in _ask(_MADE, [min(made)[0], max(end for _, end in made)]):
            if (act, seq) not in leaves:
                lines[act].append(_Line(is_ended=False, seq=seq, audience=audience, digest=_bytes(digest)))
    for act, seq, audience, digest in _ask(_ENDED, [*bounds, CODES[State.SUPERSEDED]]):
        if (act, seq) not in leaves:
            lines[act].append(_Line(is_ended=True, seq=seq, audience=audience, digest=_bytes(digest)))
    return lines


def _bytes(cell: bytes | memoryview | None) -> bytes | None:
    return None if cell is None else bytes(cell)


def _ask(sql: str, values: list[int]) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
