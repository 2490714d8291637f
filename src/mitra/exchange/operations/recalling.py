"""Ask back what one shared, and tell whoever was handed it that it was recalled or tightened.

1. The act ends the share and all that rests on it.  Each organisation whose share ended has one recall of it.
2. On hearing of the act, whoever was handed one of these shares, or one that they replaced, has one notice of it.
   Where the organisation as a whole could not read it, only the persons who did have one.
3. A page that was on its way while the act was written is noted a moment later: so it is looked at once more.

Rows are made once each, whatever is heard twice or late.  A notice says nothing itself: what was recalled is read from
the store, and erased with it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import orjson

from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_READ
from mitra.core.errors import NotFound
from mitra.core.policy import reach
from mitra.core.policy.decide import may_read
from mitra.exchange.events import SharesEnded
from mitra.exchange.models import AskedBack, Notice, Recall
from mitra.exchange.operations.changing import own_share
from mitra.exchange.operations.holding import check_reason
from mitra.exchange.operations.narrowing import BY_REFERENCE
from mitra.ledger import queries as ledger
from mitra.pulse.operations import emit, set_timer
from mitra.store import past
from mitra.store.doors import store
from mitra.store.facts import Cause, State
from mitra.store.handed.queries import who_has

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from mitra.community.facts import Actor
    from mitra.ledger.facts import Said, Written
    from mitra.store.handed.facts import Holder
    from mitra.store.past import Past

LOOK_AGAIN: Final = "exchange.tell-holders-again"
ON_ITS_WAY: Final = timedelta(minutes=2)
"""After so long no answer is on its way that was read before the act and is not noted yet."""

Told = tuple[int, int | None]
"""An organisation, and the one person of it where it is for persons."""


def recall(actor: Actor, ref: str, reason: str, *, now: datetime) -> UUID:
    """End a share of one's own and all that rests on it, let whoever was handed it be told, and return the recall's id.

    Raises NotFound, NotPermitted, WrongState, InvalidInput.
    """
    share = own_share(actor, ref, store().visible_to(actor.viewer, now=now))
    text = check_reason(reason)
    made: list[UUID] = []

    def announce(written: Written) -> None:
        event = SharesEnded(written.act, State.RECALLED)
        made.append(open_recalls(event)[actor.organisation])
        emit(event, subject=f"act:{event.act}", actor=actor.organisation, now=now, realm=actor.viewer.realm)

    cause = Cause("recall", text)
    store().end_share(share.seq, to=State.RECALLED, by=actor.organisation, cause=cause, now=now, announce=announce)
    return made[-1]


def open_recalls(event: SharesEnded) -> Mapping[int, UUID]:
    """Make a recall for each organisation that has a share among those an act asks back; return their ids by it."""
    ended = past.shares_ended_by(event.act)
    said = ledger.find_said(event.act)
    made: dict[int, UUID] = {}
    for share in [*ended, *_asked_back(ended)]:
        if share.state is not State.ERASED and share.by not in made and said is not None:
            row, _ = Recall.objects.get_or_create(
                act=event.act,
                owner=share.by,
                defaults={
                    "seq": share.seq,
                    "audience_id": share.audience_id,
                    "to": AskedBack(event.to),
                    "instead": event.instead if share.by == said.by else None,
                    "reason": _reason_of(said),
                    "is_taken_along": share.by != said.by,
                    "realm": share.audience.realm,
                    "made_at": said.at,
                },
            )
            made[share.by] = row.pk
    return made


def tell_holders(act: int, *, now: datetime) -> None:
    """Write a notice for each who was handed what an act asks back; of those who have one, nothing changes."""
    recalls = {recall.owner: recall for recall in Recall.objects.filter(act=act)}
    shares = {share.seq: share for share in _asked_back(past.shares_ended_by(act))}
    asked_by = {share.by for share in shares.values() if share.by in recalls and not recalls[share.by].is_taken_along}
    told: set[Told] = set()
    notices: list[Notice] = []
    for (organisation, person), share in _whom_to_tell(shares, now=now):
        is_told = (organisation, None) in told or (organisation, person) in told
        if is_told or organisation in {share.by, *asked_by}:
            continue
        told.add((organisation, person))
        to = {"owner": organisation, "person_id": person, "realm": share.audience.realm}
        notices.append(Notice(act=act, seq=share.seq, recall=recalls[share.by], **to))
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    Recall.objects.filter(act=act, told_at=None).update(told_at=now)


def look_again(act: int, realm: int, *, now: datetime) -> None:
    """Let the holders be looked for once more, when nothing is on its way any longer."""
    set_timer(LOOK_AGAIN, f"act:{act}", now + ON_ITS_WAY, realm=realm)


def forget_reasons(act: int) -> None:
    """Take away the words that were said about shares which an act erased."""
    erased = [share.seq for share in past.shares_ended_by(act) if share.state is State.ERASED]
    Recall.objects.filter(seq__in=erased).update(reason="")


def mark_done(actor: Actor, notice_id: UUID, *, now: datetime) -> None:
    """Keep that the actor's organisation did what a notice asks, who said so and when; raises NotFound.

    Who says it later changes nothing.
    """
    actor.require(EXCHANGE_READ)
    row = Notice.objects.told_to(actor).filter(pk=notice_id).first()
    if row is None:
        raise NotFound
    Notice.objects.filter(pk=row.pk, done_at=None).update(done_at=now, done_by=actor.person)


def _reason_of(said: Said) -> str:
    """Return the words of whoever asks; what law 4 does by itself tells no reader what became of something else."""
    if said.kind == "tighten-reference":  # as acts of the second release say it
        return ""
    told = orjson.loads(said.aside) if said.aside else orjson.loads(said.body)["facts"]
    return "" if told.get("code") == BY_REFERENCE else str(told.get("reason", ""))


def _asked_back(ended: Iterable[Past]) -> Sequence[Past]:
    """Return the shares whose holders are told: those that ended, and those in whose place they stood."""
    return past.with_replaced(share for share in ended if share.state in past.ASKED_BACK)


def _whom_to_tell(shares: Mapping[int, Past], *, now: datetime) -> list[tuple[Told, Past]]:
    """Return who was handed these shares, and the first of them that each was handed; organisations before persons."""
    holders = sorted(who_has(shares), key=lambda holder: holder.seq)
    if not holders:
        return []
    everyone = community.community_facts(shares[holders[0].seq].audience.realm)
    found: dict[Told, Past] = {}
    for holder in holders:
        share = shares[holder.seq]
        is_for_all = _is_for_all(holder, share, everyone, now)
        found.setdefault((holder.organisation, None if is_for_all else holder.person), share)
    return sorted(found.items(), key=lambda pair: pair[0][1] is not None)


def _is_for_all(holder: Holder, share: Past, everyone: reach.Community, now: datetime) -> bool:
    """Return whether all of a holder's people are told: a machine took it, or its organisation as a whole reads it."""
    if holder.person is None:
        return True
    if holder.organisation not in everyone.organisations:
        return False
    body = reach.viewer_of_organisation(holder.organisation, everyone, share.audience.room)
    return may_read(body, share.by, share.audience, now=now).allowed
