"""Law 4 when an end is tightened: what points to it goes to its owner's own organisation, until the owner chooses.

A share is narrowed when everybody whom it reaches would learn of an object that its sharer may read less widely now.
What its sharer never could read says nothing, as on sharing.  The owner finds it among the held items with the audience
that it had: let go, it is shared as before; put away, it stays where it is.

What is done is told by the shares as they stand, so looking twice, later or in another order ends the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import orjson

from mitra.community import operations as community_operations
from mitra.community import queries as community
from mitra.core.errors import MitraError, NotFound, WrongState
from mitra.core.policy.decide import may_read
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.policy.reshare import circles_inside, is_stricter
from mitra.exchange.events import SharesEnded
from mitra.exchange.intake.batch import Hold, Sender
from mitra.exchange.intake.keep import keep_held
from mitra.exchange.intake.normalise import described, record_of
from mitra.exchange.models import Decision, HeldItem, Safeguard, Tightening
from mitra.exchange.rules import terms_of
from mitra.pulse.operations import emit
from mitra.store.doors import store
from mitra.store.facts import Cause, NewShare, State

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.exchange.intake.batch import Item
    from mitra.ledger.facts import Written
    from mitra.store.facts import Ended, Pointing

LOOKED_AT: Final = 200
"""How many objects that refer to one are looked at in one run of the job."""
BY_REFERENCE: Final = "reference"
CAUSE: Final = Cause("tighten", "It refers to what fewer people may read since.", BY_REFERENCE)
"""Its act is called as any other tightening, and its readers learn nothing of what became of something else."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """To whom a share goes until its owner chooses, and who of them is asked where that is for persons."""

    audience: Audience | None
    """None: the owner has nobody left who may read it."""
    person: int | None = None


def note_tightening(act: int) -> None:
    """Note that an act tightened a share, so that what points to its object is looked at."""
    Tightening.objects.get_or_create(act=act)


def narrow_references(*, now: datetime) -> None:
    """Look at some of what points to each object that was tightened, and narrow what leads its readers too far."""
    failed: MitraError | None = None
    for row in Tightening.objects.order_by("act"):
        try:
            _look_on(row, now=now)
        except MitraError as error:  # of one object; the others do not wait for somebody to mend it
            failed = error
    if failed is not None:
        raise failed


def _look_on(row: Tightening, *, now: datetime) -> None:
    """Look at the next that point to one object; forget the row when nothing is left."""
    ended = store().ended_by(row.act)
    pointers = None if ended is None else store().pointing_at(ended, after=row.looked_at, limit=LOOKED_AT)
    if ended is not None and pointers is not None:
        end = End(ended, now)
        for share in pointers.shares:
            if end.is_above(share):
                narrow(share, ended, now=now)
    if pointers is None or not pointers.more:
        row.delete()
    else:
        Tightening.objects.filter(pk=row.pk).update(looked_at=pointers.up_to)


class End:
    """An object of which a share was tightened, as those who point to it know it; asked once a sharer."""

    def __init__(self, ended: Ended, now: datetime) -> None:
        self._ended = ended
        self._now = now
        self._known: dict[tuple[int, int], tuple[Audience | None, bool]] = {}
        self._inside: dict[frozenset[int], frozenset[int]] = {}

    def is_above(self, share: Pointing) -> bool:
        """Return whether a share reaches somebody who may not read the object, as far as its sharer knows it.

        1. What its sharer may read of the object is the loosest of its shares; who reaches further points upward.
        2. What its sharer may read no more, and could before, is read by fewer than anything that it shares.
        3. A share made since was judged when it was made, and its owner may have let it go.  Only one that was judged
           while the object was being tightened still points upward.
        """
        known, could = self._known_to(share.by, share.audience.realm)
        if known is None:
            return could and share.act < self._ended.act
        inside = self._inside_community(share.audience.circles)
        if not is_stricter(known, share.audience, now=self._now, inside_community=inside):
            return False
        return share.act < self._ended.act or not _was_let_go(share)

    def _known_to(self, body: int, realm: int) -> tuple[Audience | None, bool]:
        """Return to whom the object goes as an organisation knows it, and whether it could read what was tightened."""
        key = body, realm
        if key not in self._known:
            sharer, stix_id = community.viewer_of_body(body, realm), self._ended.stix_id
            known = store().visible_to(sharer, now=self._now).strictest_of([stix_id]).get(stix_id)
            could = any(may_read(sharer, by, audience, now=self._now).allowed for by, audience in self._ended.shares)
            self._known[key] = known, could
        return self._known[key]

    def _inside_community(self, circles: frozenset[int]) -> frozenset[int]:
        if circles not in self._inside:
            facts = community.circles_for_resharing(circles)
            self._inside[circles] = circles_inside(facts, community.community_members())
        return self._inside[circles]


def _was_let_go(share: Pointing) -> bool:
    safeguards = (Safeguard.REFERENCE_UPWARD, Safeguard.REFERENCE_TIGHTENED)
    chosen = HeldItem.objects.filter(owner=share.by, digest=share.digest, safeguard__in=safeguards)
    return chosen.filter(decision=Decision.RELEASED).exists()


def narrow(share: Pointing, ended: Ended, *, now: datetime) -> None:
    """Put a share among what waits for its owner, and replace it by one that reaches nobody else.

    In this order: whatever dies in between, the owner is asked.
    """
    to = narrow_audience(share, now=now)
    if to.audience == share.audience:
        return
    item = described(orjson.loads(share.raw))
    item.audience, item.pap, item.condition = share.audience, share.pap, share.condition
    item.hold = Hold(Safeguard.REFERENCE_TIGHTENED, {"reference": ended.stix_id})
    _ask_owner(item, share.by, to.person, now)
    try:
        _replace(share, item, to.audience, now)
    except (NotFound, WrongState):  # its owner, or who ended what it rested on, was faster
        return


def narrow_audience(share: Pointing, *, now: datetime) -> Narrow:
    """Return the owner's own part of an audience: its organisation, at RED those of its persons who were named."""
    audience = share.audience
    if audience.tlp < Tlp.RED:
        is_own = audience.tlp >= Tlp.AMBER and not audience.circles
        return Narrow(audience if is_own else Audience(Tlp.AMBER_STRICT, room=audience.room, realm=audience.realm))
    own = community_operations.circle_of_own_persons(audience.circles, of=share.by, realm=audience.realm, now=now)
    if own is None:
        return Narrow(None)
    return Narrow(replace(audience, circles=frozenset({own.circle}), embargo_until=None), own.persons[0])


def _ask_owner(item: Item, owner: int, person: int | None, now: datetime) -> None:
    """Put an item among what waits for its owner, with the audience that it has."""
    slug = community.get_organisation(owner).slug
    actor = replace(community.actor_of_operator(slug, realm=item.audience.realm), person=person)
    terms = terms_of(item.audience, item.pap, item.condition)
    keep_held([item], Sender(actor, terms, now, store().visible_to(actor.viewer, now=now)))


def _replace(share: Pointing, item: Item, audience: Audience | None, now: datetime) -> None:
    """Replace the share by the narrow one; where its owner has that one already, or nobody to read it, end it."""

    def tell(written: Written) -> None:
        event = SharesEnded(written.act, State.TIGHTENED, written.first_seq if written.dates else None)
        emit(event, subject=f"act:{event.act}", actor=share.by, now=now, realm=share.audience.realm)

    if audience is not None:
        new = NewShare(record_of(item), audience, share.under, share.pap, share.condition, share.voice)
        receipt = store().replace_share(share.seq, new, by=share.by, cause=CAUSE, now=now, announce=tell)
        if receipt.act is not None:
            return
    store().end_share(share.seq, to=State.TIGHTENED, by=share.by, cause=CAUSE, now=now, announce=tell)
