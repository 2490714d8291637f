"""Bring events to whom they are for: ring what is due, make deliveries, try each until it is done or parked.

Promises, whatever dies when:

1. every event is brought to every reaction that there was when a worker first looked at it, at least once;
2. the reaction's rows and the delivery's end are one transaction, so rows are written exactly once;
3. of one subject a reaction hears the next event only after the one before is done, skipped, or was never for it;
4. a delivery that fails is tried eight times within hours and then parked: this subject and this reaction only.

Several workers share the work on PostgreSQL, each row of which one claims by locking it; SQLite has one (GROUND 3.5).
Budget: 500 deliveries a second on SQLite; bench/deliveries.py holds it.
"""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from mitra.core.ledger.dates import instant, micros
from mitra.pulse import reactions
from mitra.pulse.attempt import attempt, told_of
from mitra.pulse.cause import while_hearing
from mitra.pulse.facts import Envelope, Handled, Ring
from mitra.pulse.models import NEVER, Delivery, EventRow, Timer
from mitra.pulse.schemas import read_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

log = logging.getLogger("mitra.pulse")

DELAYS = (1, 4, 15, 60, 240, 900, 3600)
"""Seconds to wait after each failure; after the eighth nobody tries any more but when told."""
TOLD_AT_ONCE = 200
RUNG_AT_ONCE = 100
TRIED_AT_ONCE = 50
TOGETHER_SECONDS = 0.005
"""How long deliveries may share a transaction before it ends."""
LONGEST_SECONDS = 1.0
"""What a reaction may take; a longer one is told in the log."""

SECOND = 1_000_000
_HEAD = """
SELECT d.id, d.state, d.tries, d.next_at, d.due_at, d.realm,
       e.uid, e.name, e.v, e.subject, e.nr, e.actor, e.audience, e.realm, e.at, e.cause, e.depth, e.fields
FROM pulse_delivery d LEFT JOIN pulse_event e ON e.id = d.event_id
WHERE d.id = (SELECT id FROM pulse_delivery WHERE handler = %s AND subject = %s AND state IN ('waiting', 'parked')
              ORDER BY nr, id LIMIT 1)
"""
_CLAIMED = " FOR UPDATE OF d SKIP LOCKED"
_DONE = "UPDATE pulse_delivery SET state = 'done', state_at = %s, error = '' WHERE id = %s"
_PUT_BEHIND = """
UPDATE pulse_delivery SET next_at = %s
WHERE handler = %s AND subject = %s AND state = 'waiting' AND id <> %s AND next_at < %s
"""


class Unheard(Exception):
    """This program has no reaction of that name: a later one has, or an earlier one had."""


def turn(now: datetime) -> bool:
    """Do the next piece of work, if any; return whether there was some."""
    rung = ring(now)
    made = make_deliveries(now)
    return bool(deliver(now)) or rung + made > 0


def ring(now: datetime, *, limit: int = RUNG_AT_ONCE) -> int:
    """Turn timers that are due into deliveries, the earliest first; return how many."""
    at = micros(now)
    if not Timer.objects.filter(due_at__lte=at).exists():  # a transaction would make SQLite's writers wait for nothing
        return 0
    with transaction.atomic():
        due = list(
            Timer.objects.select_for_update(skip_locked=True).filter(due_at__lte=at).order_by("due_at", "id")[:limit]
        )
        Delivery.objects.bulk_create(
            Delivery(
                handler=timer.name,
                subject=timer.subject,
                state_at=at,
                next_at=at,
                due_at=timer.due_at,
                realm=timer.realm,
            )
            for timer in due
        )
        Timer.objects.filter(pk__in=[timer.pk for timer in due]).delete()
    return len(due)


def make_deliveries(now: datetime) -> int:
    """Make a delivery to each listener of each event that none was made of yet; return how many events there were.

    In the order of their rows, which within a subject is that of their numbers, and by one worker at a time: the
    next waits for the rows that this one holds.  So no reaction can meet an event before an earlier one is there.
    """
    at = micros(now)
    untold = EventRow.objects.filter(is_told=False)
    if not untold.exists():
        return 0
    with transaction.atomic():
        rows = list(untold.order_by("id").select_for_update().values_list("id", "name", "subject", "nr")[:TOLD_AT_ONCE])
        Delivery.objects.bulk_create(
            Delivery(event_id=pk, handler=listener, subject=subject, nr=nr, state_at=at, next_at=at)
            for pk, name, subject, nr in rows
            for listener in reactions.listeners(name)
        )
        EventRow.objects.filter(pk__in=[row[0] for row in rows]).update(is_told=True)
    return len(rows)


def deliver(now: datetime, *, limit: int = TRIED_AT_ONCE) -> list[Handled]:
    """Try the deliveries that are due, those that wait longest first; return what was tried.

    On SQLite some share a transaction, for as long as a writer may be kept waiting: a commit to the disk costs more
    than most reactions.  On PostgreSQL each has its own, so that workers hold few rows from one another.
    """
    due = Delivery.objects.filter(state=Delivery.WAITING, next_at__lte=micros(now)).order_by("next_at", "id")
    pairs = list(due.values_list("handler", "subject")[:limit])
    handled: list[Handled] = []
    while pairs:
        tried = _try_together(pairs, now) if connection.vendor == "sqlite" else [try_next(*pairs[0], now=now)]
        idle = {pair for pair, one in zip(pairs, tried, strict=False) if one is None}
        pairs = [pair for pair in pairs[len(tried) :] if pair not in idle]
        handled += filter(None, tried)
    return handled


def try_next(handler: str, subject: str, *, now: datetime) -> Handled | None:
    """Try the oldest undone delivery of a pair; None where it is not to be tried now, or another worker has it."""
    try:
        with transaction.atomic():
            return _try(handler, subject, now)
    except IntegrityError as error:  # what a database finds out only at the end of a transaction
        log.warning("%s failed at the end of its transaction", handler)
        with transaction.atomic():
            return _try(handler, subject, now, failure=error)


def _try_together(pairs: Sequence[tuple[str, str]], now: datetime) -> list[Handled | None]:
    """Try some of the pairs in one transaction; return what became of each, in order."""
    tried: list[Handled | None] = []
    until = perf_counter() + TOGETHER_SECONDS
    try:
        with transaction.atomic():
            for pair in pairs:
                tried.append(_try(*pair, now))
                if perf_counter() > until:
                    break
    except IntegrityError:  # of one of them: each for itself, and it is found
        return [try_next(*pair, now=now) for pair in pairs[: len(tried)]]
    return tried


def _try(handler: str, subject: str, now: datetime, *, failure: Exception | None = None) -> Handled | None:
    """Try the oldest undone delivery of a pair inside a transaction, or note a failure that is known already."""
    row = _claim(handler, subject, micros(now))
    if row is None:
        return None
    pk, tries, *rest = row
    what = rest[3] or ""

    def react() -> None:
        with transaction.atomic():
            _react(handler, subject, rest, now)

    began = perf_counter()
    failure = failure or attempt(handler, react)
    if (took := perf_counter() - began) > LONGEST_SECONDS:
        log.warning("%s took %.1f s; the writers of this node waited for it", handler, took)
    if failure is not None:
        return Handled(handler, subject, what, _note_failure(pk, tries, failure, now))
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [micros(now), pk])
    return Handled(handler, subject, what, Delivery.DONE)


def _claim(handler: str, subject: str, at: int) -> Sequence[Any] | None:
    """Return the oldest undone delivery of a pair with its event; None where it is not to be tried, or not by us."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD + _CLAIMED if connection.features.has_select_for_update else _HEAD, [handler, subject])
        row = cursor.fetchone()
        if row is None or row[1] not in Delivery.UNDONE:  # another worker has it, or has just ended it
            return None
        pk, state, tries, next_at, *rest = row
        if state == Delivery.WAITING and next_at <= at:
            return [pk, tries, *rest]
        behind = NEVER if state == Delivery.PARKED else next_at
        cursor.execute(_PUT_BEHIND, [behind, handler, subject, pk, behind])
        return None


def _react(handler: str, subject: str, row: Sequence[Any], now: datetime) -> None:
    """Call the reaction; raises Unheard where this program has none of this name, and whatever the reaction raises."""
    due_at, realm, uid, *told = row
    if uid is None:
        call = reactions.ring_of(handler)
        if call is None:
            raise Unheard
        call(Ring(handler, subject, instant(due_at), realm), now=now)
        return
    hearing = reactions.hearing_of(handler)
    if hearing is None:
        raise Unheard
    envelope = _envelope(uid, told)
    with while_hearing(envelope):
        hearing.call(read_event(hearing.event, envelope.v, told[-1]), envelope, now=now)


def _envelope(uid: UUID | str, told: Sequence[Any]) -> Envelope:
    name, v, subject, nr, actor, audience, realm, at, cause, depth, _ = told
    why = None if cause is None else UUID(str(cause))
    return Envelope(UUID(str(uid)), name, v, subject, nr, actor, audience, realm, instant(at), why, depth)


def _note_failure(pk: int, tries: int, failure: Exception, now: datetime) -> str:
    """Write down when to try again, or that nobody does any more; return the state."""
    row, at = Delivery.objects.filter(pk=pk), micros(now)
    if tries < len(DELAYS):
        row.update(tries=tries + 1, next_at=at + DELAYS[tries] * SECOND, error=told_of(failure))
        return Delivery.WAITING
    row.update(tries=tries + 1, state=Delivery.PARKED, state_at=at, error=told_of(failure))
    log.error("delivery %s is parked: see the page Node", pk)
    return Delivery.PARKED
