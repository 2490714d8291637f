"""What a viewer reads, worked out anew only when something changed: the book of audiences, arrivals, what it used.

The mark and the highest number are read first, in one statement; what is read afterwards is as new as they are or
newer, so nothing up to that number is missing from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitra.store.places import arrival_of
from mitra.store.postgres.raw import numbers
from mitra.store.readable import sight_of

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.postgres.store import Parts
    from mitra.store.readable import Sight

_NOW = "SELECT (SELECT value FROM mark WHERE id = 1), (SELECT seq FROM ledger_counter)"
_AUDIENCES = """
SELECT id, room, realm, tlp, circles, embargo_until FROM store_audience
WHERE id > %s OR id = ANY(%s::int8[]) ORDER BY id
"""
_USED = "SELECT DISTINCT audience FROM tally WHERE by = %s"
_ARRIVALS = "SELECT first_seq, n, viewer, by, audiences, at FROM arrival WHERE {which} ORDER BY first_seq"
_FOR_EVERYBODY = _ARRIVALS.format(which="viewer IS NULL AND first_seq > %s AND first_seq <= %s")
_FOR_ONE = _ARRIVALS.format(which="viewer = %s AND first_seq <= %s")
_MISSING = re.compile(b"\0")


def sight_as_of(parts: Parts, viewer: Viewer, now: datetime) -> tuple[Sight, int]:
    """Return what a viewer reads, and the highest number that this covers."""
    ((mark, top),) = parts.raw.ask(_NOW)
    remembered = parts.memory.find(viewer, mark, now)
    if remembered is not None:
        return remembered, top
    sight = fresh_sight(parts, viewer, top, now)
    parts.memory.keep(viewer, mark, now, sight)
    return sight, top


def fresh_sight(parts: Parts, viewer: Viewer, top: int, now: datetime) -> Sight:
    """Return what a viewer reads as the database stands up to a number."""
    learn(parts, top)
    used, for_one = [], []
    if viewer.organisation is not None:
        used = [audience for (audience,) in parts.raw.ask(_USED, [viewer.organisation])]
        for_one = [arrival_of(*row) for row in parts.raw.ask(_FOR_ONE, [viewer.organisation, top])]
    for_everybody = parts.arrivals.for_everybody(top)
    return sight_of(parts.book, viewer, now, used=used, for_everybody=for_everybody, for_one=for_one)


def learn(parts: Parts, top: int) -> None:
    """Learn the audiences that came since, and the arrivals for everybody up to a number.

    Audiences commit in another order than they are numbered: a number that was skipped is asked for again.
    """
    rows = parts.raw.ask(_FOR_EVERYBODY, [parts.arrivals.last, top])
    parts.arrivals.learn(arrival_of(*row) for row in rows)
    missing = numbers(found.end() for found in _MISSING.finditer(parts.book.all.levels))
    parts.book.learn(parts.raw.ask(_AUDIENCES, [parts.book.last, missing]))
