"""Shares that ended, and what they stood in the place of: what their owner asks back.  Without a viewer.

Whoever calls this is the node's own reaction, or tells an organisation of its own shares and of what it was handed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db import connections

from mitra.core.policy.facts import Tlp
from mitra.store.facts import State
from mitra.store.keys import audience_of
from mitra.store.states import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mitra.core.policy.facts import Audience

ALIAS = "default"
ASKED_BACK: Final = frozenset({State.TIGHTENED, State.RECALLED})
"""Ends after which whoever was handed a share is told."""
_SHARES = """
SELECT s.seq, s.by, s.act, s.state, s.record, s.audience, s.type, r.stix_id, r.title,
       a.room, a.realm, a.tlp, a.circles, a.embargo_until
FROM share s JOIN store_audience a ON a.id = s.audience LEFT JOIN record r ON r.id = s.record
WHERE {which} ORDER BY s.seq
"""


class Past(NamedTuple):
    """A share as it was, whatever became of it."""

    seq: int
    by: int
    act: int
    state: State
    record: int
    audience_id: int
    audience: Audience
    type: str
    """With `stix_id` and `title` `''` once it is erased."""
    stix_id: str
    title: str


def shares_numbered(seqs: Iterable[int]) -> Mapping[int, Past]:
    """Return these shares by their numbers; an unknown number has none."""
    return {share.seq: share for share in _shares("s.seq IN ({})", seqs)}


def shares_ended_by(act: int) -> Sequence[Past]:
    """Return the shares that an act ended and that are asked back, or that it erased."""
    told = ASKED_BACK | {State.ERASED}
    return [share for share in _shares("s.ended IN ({})", [act]) if share.state in told]


def with_replaced(shares: Iterable[Past]) -> Sequence[Past]:
    """Return these shares and those in whose place they stand: the same bytes, tightened once or several times.

    TLP:RED stands in the place of TLP:RED only: who held a looser share before is not among those whom it names.
    """
    found = {share.seq: share for share in shares}
    newest = list(found.values())
    while newest:
        made_by = {(share.act, share.record): share.audience.tlp is Tlp.RED for share in newest if share.record}
        older = [(made_by.get((act, share.record)), share) for act, share in _tightened_by({act for act, _ in made_by})]
        newest = [
            share
            for is_red, share in older
            if is_red is not None and (share.audience.tlp is Tlp.RED or not is_red) and share.seq not in found
        ]
        found |= {share.seq: share for share in newest}
    return [found[seq] for seq in sorted(found)]


def _tightened_by(acts: set[int]) -> list[tuple[int, Past]]:
    return [(act, share) for act in sorted(acts) for share in shares_ended_by(act) if share.state is State.TIGHTENED]


def _shares(which: str, numbers: Iterable[int]) -> list[Past]:
    listed = ",".join(str(int(number)) for number in numbers)
    if not listed:
        return []
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_SHARES.format(which=which.format(listed)))
        return [_past(row) for row in cursor.fetchall()]


def _past(row: tuple[Any, ...]) -> Past:
    seq, by, act, state, record, audience_id, type_, stix_id, title, *audience = row
    said = (type_, stix_id, title) if stix_id is not None else ("", "", "")
    return Past(seq, by, act, state_of(state), record, audience_id, audience_of(*audience), *said)
