"""Keep when an organisation works; what is overdue by then stays so, what is to come is counted anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from mitra.cases.calendars import Hours, hours_of
from mitra.cases.clocks import BY_SEVERITY, wound
from mitra.cases.models import Calendar, ClockRow
from mitra.cases.operations.winding import keep
from mitra.cases.queries import clock_of
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.core.errors import InvalidInput
from mitra.core.time.working import Interval, WorkingHours

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor


def keep_calendar(said: Hours, *, by: Actor, now: datetime) -> None:
    """Keep when the actor's organisation works; raises InvalidInput for a zone or hours that are none, NotPermitted."""
    by.require(COMMUNITY_MANAGE)
    if not said.weekdays:
        raise InvalidInput("Choose at least one day of the week.", path="weekdays", rule="no-working-hours")
    if said.start >= said.end:
        raise InvalidInput("Let work end after it begins.", path="end", rule="working-hours")
    WorkingHours(said.zone, tuple(Interval(day, said.start, said.end) for day in said.weekdays))
    kept = {
        "zone": said.zone,
        "start": said.start,
        "end": said.end,
        "weekdays": sorted(said.weekdays),
        "extra": sorted(day.isoformat() for day in said.extra),
    }
    with transaction.atomic():
        Calendar.objects.update_or_create(owner=by.organisation, defaults=kept)
        hours = hours_of(by.organisation, now=now)
        running = ClockRow.objects.select_for_update().filter(
            owner=by.organisation, kind__in=BY_SEVERITY, ended_at=None, paused_at=None, due_at__gt=now
        )
        for row in running.order_by("pk"):
            before = clock_of(row)
            anew = wound(before.kind, before.severity, before.since, hours)
            if anew.due_at > now:
                keep(row, anew, now=now)
