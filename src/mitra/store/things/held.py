"""The records behind rows, by their shares' numbers and whatever became of them.

Without a viewer: for writing and for examination only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connections

from mitra.core.policy.facts import Pap
from mitra.store.keys import audience_of
from mitra.store.states import LIVE, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mitra.core.policy.facts import Audience
    from mitra.store.facts import State

ALIAS = "default"
_LIVE_OF = "SELECT seq FROM share WHERE type = %s AND state = %s AND seq > %s ORDER BY seq LIMIT %s"
_HELD = """
SELECT s.seq, s.by, s.state, s.pap, s.condition, r.stix_id, r.raw, a.room, a.realm, a.tlp, a.circles, a.embargo_until
FROM share s JOIN store_audience a ON a.id = s.audience JOIN record r ON r.id = s.record WHERE s.seq IN ({seqs})
"""


class Held(NamedTuple):
    """One share and its record's bytes."""

    seq: int
    by: int
    state: State
    pap: Pap | None
    condition: str
    stix_id: str
    raw: bytes
    audience: Audience


def held(seqs: Iterable[int]) -> Mapping[int, Held]:
    """Return these shares by their numbers; what is erased, or was never there, has none."""
    listed = ",".join(str(int(seq)) for seq in seqs)
    if not listed:
        return {}
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_HELD.format(seqs=listed))
        rows = cursor.fetchall()
    return {row[0]: _held(row) for row in rows}


def live_of(stix_type: str, at_once: int) -> Iterator[Sequence[Held]]:
    """Yield the live shares of the records of one type, so many at once."""
    last = 0
    while True:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_LIVE_OF, [stix_type, LIVE, last, at_once])
            seqs = [seq for (seq,) in cursor.fetchall()]
        if not seqs:
            return
        last = seqs[-1]
        yield list(held(seqs).values())


def _held(row: tuple[Any, ...]) -> Held:
    seq, by, state, pap, condition, stix_id, raw, *to = row
    level = None if pap is None else Pap(pap)
    return Held(seq, by, state_of(state), level, condition, stix_id, bytes(raw), audience_of(*to))
