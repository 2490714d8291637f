"""Forget what is past its time: events after 400 days, deliveries after 30; those that still wait are never forgotten.

An exercise's events stay until it is archived.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Exists, OuterRef

from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import REAL_REALM
from mitra.pulse.models import ClockJump, Delivery, EventRow, Subject
from mitra.pulse.reactions import every

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

A_DAY = 86_400
EVENTS_FOR = timedelta(days=400)
DELIVERIES_FOR = timedelta(days=30)
AT_ONCE = 500
"""How many rows one transaction takes away: others write between them."""


@every(A_DAY, name="pulse.forget")
def forget(*, now: datetime) -> None:
    """Delete deliveries, then events, subjects and jumps of the clock that are past their time."""
    old = micros(now - DELIVERIES_FOR)
    ended = Delivery.objects.filter(state__in=(Delivery.DONE, Delivery.SKIPPED), state_at__lt=old)
    _delete(ended)
    old = micros(now - EVENTS_FOR)
    past = EventRow.objects.filter(realm=REAL_REALM, at__lt=old, is_told=True, delivery__isnull=True)
    _delete(past)
    # The row's own instant decides, so that a subject of which something is told meanwhile keeps its number; and what
    # waits or is parked keeps it too, for what is told next must come behind it.
    undone = Delivery.objects.filter(subject=OuterRef("subject"), state__in=Delivery.UNDONE)
    _delete(Subject.objects.filter(~Exists(undone), at__lt=old))
    _delete(ClockJump.objects.filter(at__lt=old))


def _delete(rows: QuerySet[Delivery] | QuerySet[EventRow] | QuerySet[Subject] | QuerySet[ClockJump]) -> None:
    more = True
    while more:
        with transaction.atomic():
            chosen = list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
            rows.filter(pk__in=chosen).delete()
        more = len(chosen) == AT_ONCE
