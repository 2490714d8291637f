"""Tell an organisation something, climb where nobody answers or nothing arrives, and note the answer.

1. A message and the first of its ways are written in the transaction of the fact that it tells of, once for its key.
2. Where an answer is asked and none comes in time, a timer tells the next rung; where every way of a rung bounced, the
   next rung is told at once.
3. What is urgent rings a second rung when half of the time is over, and after the last rung all of them again, some
   times, until somebody answers (CASE4).
4. Whoever answers first answers for the organisation; ways that have not left then do not leave.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from pydantic import TypeAdapter

from mitra.core.errors import NotFound, WrongState
from mitra.messages.facts import Address, Channel, Ladder, State
from mitra.messages.models import Message, Sending
from mitra.messages.ports import find_teller
from mitra.messages.rules import NEVER, URGENT, domain_of, leaves_at, reaches_nobody
from mitra.pulse.operations import cancel_timer, set_timer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.messages.facts import Telling

CLIMB = "messages.climb"
RINGS_AGAIN = 6
"""How often all are rung again about what is urgent."""
_ladders: TypeAdapter[Ladder] = TypeAdapter(Ladder)


def tell(telling: Telling, ladder: Ladder, *, now: datetime) -> bool:
    """Tell an organisation something, in the transaction of what is told; return whether it was not told before."""
    if Message.objects.filter(key=telling.key).exists():
        return False
    fields = {
        "key": telling.key,
        "owner": telling.to,
        "code": telling.code,
        "about": telling.about,
        "by": telling.by,
        "number": telling.number,
        "tlp": None if telling.tlp is None else int(telling.tlp),
        "severity": telling.severity,
        "realm": telling.realm,
        "at": now,
        "answer_by": telling.answer_by,
        "ladder": _ladders.dump_python(ladder, mode="json"),
    }
    row = Message.objects.create(**fields)
    _go(row, ladder, now=now)
    return True


def acknowledge(ref: str, *, by: Actor, now: datetime) -> None:
    """Answer a message for one's organisation; raises NotFound, WrongState where it asks nothing or is answered."""
    with transaction.atomic():
        mine = Message.objects.of(by).filter(ref=ref, realm=by.viewer.realm)
        row = Message.objects.select_for_update().filter(pk__in=mine.values("pk")).first()
        teller = None if row is None else find_teller(row.code)
        if row is None or teller is None or teller.scope not in by.scopes:
            raise NotFound
        if row.answer_by is None:
            raise WrongState("Nothing is asked here; it is only told.")
        if row.acknowledged_at is not None:
            raise WrongState("Somebody of your organisation has answered it already.")
        _answer(row, by.person, now=now)


def settle(about: str, to: int, *, codes: Iterable[str], now: datetime, key_begins: str = "") -> None:
    """Note that an organisation did what its open messages about a thing ask for; in the transaction of the deed.

    Of several such things that stand open, `key_begins` says which one was done.
    """
    open_ones = Message.objects.select_for_update().filter(
        about=about,
        owner=to,
        code__in=list(codes),
        key__startswith=key_begins,
        acknowledged_at=None,
        answer_by__isnull=False,
    )
    for row in open_ones.order_by("pk"):
        _answer(row, None, now=now)


def regrade(abouts: Iterable[str], severity: int) -> None:
    """Let open messages about these be as grave as what they are about is by now: what is urgent no more rings less."""
    Message.objects.filter(about__in=list(abouts), acknowledged_at=None).update(severity=severity)


def climb(message: int, *, because: str, now: datetime) -> None:
    """Tell the next rung, unless somebody answered; in a transaction."""
    row = Message.objects.select_for_update().filter(pk=message, acknowledged_at=None).first()
    if row is None:
        return
    ladder = _ladders.validate_python(row.ladder)
    if not ladder:
        return
    is_again = row.rung + 1 >= len(ladder)
    if is_again and (row.severity < URGENT or because != "unanswered" or row.rung + 1 >= len(ladder) + RINGS_AGAIN):
        return
    row.rung += 1
    row.climbed_because = because
    row.save(update_fields=["rung", "climbed_because"])
    if is_again:
        _ring_again(row, ladder, now=now)
    else:
        _go(row, ladder, now=now)


def climb_if_unreached(message: int, *, now: datetime) -> None:
    """Tell the next rung where every way of the present one bounced; in a transaction."""
    row = Message.objects.filter(pk=message).first()
    if row is not None and reaches_nobody(
        State(state) for state in row.ways.filter(rung=row.rung).values_list("state", flat=True)
    ):
        climb(message, because="bounced", now=now)


def _answer(row: Message, person: int | None, *, now: datetime) -> None:
    row.acknowledged_at, row.acknowledged_by = now, person
    row.save(update_fields=["acknowledged_at", "acknowledged_by"])
    row.ways.filter(state__in=(Sending.QUEUED, Sending.DEFERRED), tries=0).delete()
    row.ways.filter(state=Sending.QUEUED).update(state=State.SENT, state_at=now)  # was to be rung once more
    row.ways.filter(state=Sending.DEFERRED).update(next_at=NEVER)
    cancel_timer(CLIMB, f"message:{row.pk}")


def _go(row: Message, ladder: Ladder, *, now: datetime) -> None:
    """Write the ways of the rung that a message stands on, and let the next one be told when that is due."""
    if not ladder:
        return  # nobody is known to be told outside the portal
    rung = ladder[row.rung]
    ways = (_way(row, address, now=now) for address in rung.addresses if _leaves(address))
    Sending.objects.bulk_create(ways, ignore_conflicts=True)
    if row.answer_by is not None and (row.severity >= URGENT or row.rung + 1 < len(ladder)):
        climbs_at = _climbs_at(row, row.answer_by, timedelta(minutes=rung.patience_minutes), now=now)
        set_timer(CLIMB, f"message:{row.pk}", climbs_at, realm=row.realm)


def _climbs_at(row: Message, answer_by: datetime, patience: timedelta, *, now: datetime) -> datetime:
    """Return when the next rung is told: when the answer is due, or what is urgent half-way to it."""
    if row.severity >= URGENT:
        return now + (patience if row.rung else min(patience, max(answer_by - now, timedelta(0)) / 2))
    return max(answer_by, now + patience if row.rung else now)


def _ring_again(row: Message, ladder: Ladder, *, now: datetime) -> None:
    """Ring whoever was told by mail or on a screen once more, and let it be done again; each says which try it is."""
    quiet = {(address.channel, address.to): address.quiet for rung in ladder for address in rung.addresses}
    told = row.ways.filter(state__in=(State.SENT, State.DELIVERED)).exclude(channel=Channel.WEBHOOK)
    for way in told:
        way.state, way.state_at = Sending.QUEUED, now
        way.next_at = leaves_at(now, row.severity, quiet.get((Channel(way.channel), way.to)))
        way.save(update_fields=["state", "state_at", "next_at"])
    patience = timedelta(minutes=ladder[-1].patience_minutes)
    set_timer(CLIMB, f"message:{row.pk}", now + patience, realm=row.realm)


def _leaves(address: Address) -> bool:
    """Return whether this node has a way to such an address: without a mail server there is no mail."""
    return address.channel is not Channel.MAIL or bool(settings.MITRA_MAIL)


def _way(row: Message, address: Address, *, now: datetime) -> Sending:
    return Sending(
        owner=row.owner,
        message=row,
        rung=row.rung,
        channel=address.channel,
        to=address.to,
        language=address.language,
        zone=address.zone,
        domain=domain_of(address.channel, address.to),
        severity=row.severity,
        state_at=now,
        next_at=leaves_at(now, row.severity, address.quiet),
    )
