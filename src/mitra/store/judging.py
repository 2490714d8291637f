"""Say what becomes of each share of a batch, knowing only what its sender itself has live.

Pure, and asked twice: outside the transaction, so that everything can be prepared, and again inside it.  Nothing here
sees another organisation's shares, so no answer tells whether somebody else holds an id or these bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.policy.facts import Tlp
from mitra.store.facts import Line, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mitra.core.policy.facts import Audience
    from mitra.store.facts import NewShare

REWRITTEN = "version-rewritten"
UNDER_ENDED = "under-ended"

Place = tuple[str, str, int, bytes]
"""An id, a version, a realm, and of RED the audience."""


class Prepared(NamedTuple):
    """A share with everything about it that can be worked out before the transaction."""

    new: NewShare
    digest: bytes
    """The record's digest."""
    sid: int
    place: Place
    """Where one sender has one wording only.

    What it says in an exercise binds nothing outside it, and what is for named persons binds nobody whom it does not
    name: a colleague's refusal would tell of it.
    """
    audience: bytes
    """The audience's canonical bytes."""
    audience_key: bytes
    atoms: tuple[tuple[str, bytes], ...] = ()
    """(kind, key) of each value that the record speaks about."""
    blocks: tuple[tuple[bytes, bytes, int], ...] = ()
    edges: frozenset[int] = frozenset()
    """The `sid` of each object that the record refers to."""


def place_of(stix_id: str, version: str, audience: Audience, key: bytes) -> Place:
    """Return where this is one of a sender's wordings; `key` is the audience's."""
    return stix_id, version, audience.realm, key if audience.tlp is Tlp.RED else b""


class OwnLive(NamedTuple):
    """A live share of the sender: `seq`, or for one of this very batch its place in it."""

    digest: bytes
    audience_key: bytes
    seq: int | None = None
    nth: int | None = None


@dataclass(slots=True)
class Judged:
    """What becomes of the batch.  Indexes count its shares from 0."""

    accepted: list[int] = field(default_factory=list)
    repeats: dict[int, OwnLive] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    superseded: list[int] = field(default_factory=list)
    """Older shares of the sender that newer bytes replace, by seq."""
    stillborn: set[int] = field(default_factory=set)
    """Accepted shares that a later one of the batch replaces at once, by index."""

    def lines(self, count: int, first_seq: int) -> tuple[Line, ...]:
        """Return a line for each share of the batch, once the first accepted one has its number."""
        outcome = Outcome.ACCEPTED
        lines = {index: Line(outcome, seq) for seq, index in enumerate(self.accepted, start=first_seq)}
        for index, reason in self.refused.items():
            lines[index] = Line(Outcome.REFUSED, reason=reason)
        for index, earlier in self.repeats.items():
            seq = earlier.seq if earlier.nth is None else lines[earlier.nth].seq
            lines[index] = Line(Outcome.DUPLICATE, seq, reason="already-shared")
        return tuple([lines[index] for index in range(count)])


def judge(batch: Sequence[Prepared], own: Mapping[Place, Iterable[OwnLive]], live_unders: frozenset[int]) -> Judged:
    """Return what becomes of each share.

    1. What it rests on has ended: refused.
    2. The same bytes to the same audience: a duplicate, in the batch too.
    3. Other bytes of the same id and version: refused; of a type without versions, they replace the older ones.
    """
    judged = Judged()
    standing: dict[Place, list[OwnLive]] = {}
    for index, item in enumerate(batch):
        if item.new.under is not None and item.new.under not in live_unders:
            judged.refused[index] = UNDER_ENDED
            continue
        place = item.place
        here = standing.get(place)
        if here is None:
            here = standing[place] = list(own.get(place, ()))
        if not here or _may_stand(item, index, here, judged):
            here.append(OwnLive(item.digest, item.audience_key, nth=index))
            judged.accepted.append(index)
    return judged


def _may_stand(item: Prepared, index: int, here: list[OwnLive], judged: Judged) -> bool:
    """Return whether a share is accepted beside what stands in its place, of which only what stays is left there."""
    same = next((o for o in here if o.digest == item.digest and o.audience_key == item.audience_key), None)
    if same is not None:
        judged.repeats[index] = same
        return False
    replaced = [other for other in here if other.digest != item.digest]
    if replaced and item.place[1]:
        judged.refused[index] = REWRITTEN
        return False
    _replace(judged, replaced)
    here[:] = [other for other in here if other.digest == item.digest]
    return True


def _replace(judged: Judged, replaced: Iterable[OwnLive]) -> None:
    for other in replaced:
        if other.seq is not None:
            judged.superseded.append(other.seq)
        elif other.nth is not None:
            judged.stillborn.add(other.nth)
