"""Read how the worker stands: for the operator's page and for `/readyz`.  Who may ask is the caller's to decide."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from mitra.core.errors import NotFound
from mitra.core.ledger.dates import instant, micros
from mitra.pulse import reactions
from mitra.pulse.facts import FailingJob, Health, Jump, Parked
from mitra.pulse.models import ClockJump, Delivery, EventRow, Job, Worker
from mitra.pulse.watching import GONE_SECONDS

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

PARKED_TOO_LONG = timedelta(hours=1)
BEHIND = timedelta(minutes=1)
"""How long the oldest delivery may wait before the node says that it is behind."""
JUMPS_SHOWN_FOR = timedelta(days=7)
JUMPS_SHOWN = 20
_SIZES = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


def health(now: datetime) -> Health:
    """Return how the worker stands, and what keeps the node from being ready."""
    at = micros(now)
    live = Worker.objects.filter(seen_at__gte=micros(now - timedelta(seconds=GONE_SECONDS)))
    since = live.aggregate(since=Min("started_at"))["since"]
    seen = Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    untold = EventRow.objects.filter(is_told=False).aggregate(n=Count("id"), oldest=Min("at"))
    undone = Delivery.objects.filter(state__in=Delivery.UNDONE).aggregate(
        waiting=Count("id", filter=Q(state=Delivery.WAITING, next_at__lte=at)),
        oldest=Min("next_at", filter=Q(state=Delivery.WAITING, next_at__lte=at)),
        parked=Count("id", filter=Q(state=Delivery.PARKED)),
        oldest_parked=Min("state_at", filter=Q(state=Delivery.PARKED)),
    )
    oldest = min((found for found in (untold["oldest"], undone["oldest"]) if found is not None), default=None)
    problems = {
        "worker-away": since is None,
        "behind": oldest is not None and oldest < micros(now - BEHIND),
        "parked": undone["oldest_parked"] is not None and undone["oldest_parked"] < micros(now - PARKED_TOO_LONG),
    }
    return Health(
        alive_since=_instant(since),
        seen_at=_instant(seen),
        untold=untold["n"],
        waiting=undone["waiting"],
        oldest_at=_instant(oldest),
        parked=undone["parked"],
        oldest_parked_at=_instant(undone["oldest_parked"]),
        jumps=_jumps(now),
        failing=tuple(
            FailingJob(name, instant(ran_at or 0), error)
            for name, ran_at, error in Job.objects.filter(name__in=reactions.jobs())
            .exclude(error="")
            .order_by("name")
            .values_list("name", "ran_at", "error")
        ),
        problems=tuple(code for code, is_so in problems.items() if is_so),
    )


def list_parked(*, limit: int = 50) -> list[Parked]:
    """Return parked deliveries, those that wait longest first."""
    return [_parked(row) for row in _all_parked().order_by("state_at", "id")[:limit]]


def get_parked(delivery: int) -> Parked:
    """Return a parked delivery; raises NotFound for one that is not there, or is parked no longer."""
    row = _all_parked().filter(pk=delivery).first()
    if row is None:
        raise NotFound
    return _parked(row)


def database() -> tuple[str, int]:
    """Return what keeps this node's rows, and how many bytes of disk it has."""
    with connection.cursor() as cursor:
        cursor.execute(_SIZES[connection.vendor])
        return connection.display_name, int(cursor.fetchone()[0])


def _all_parked() -> QuerySet[Delivery]:
    behind = Delivery.objects.filter(handler=OuterRef("handler"), subject=OuterRef("subject"), state=Delivery.WAITING)
    count = behind.order_by().values("subject").annotate(n=Count("id")).values("n")
    parked = Delivery.objects.filter(state=Delivery.PARKED).select_related("event")
    return parked.annotate(behind=Coalesce(Subquery(count), 0))


def _parked(row: Delivery) -> Parked:
    at = row.event.at if row.event is not None else row.due_at
    return Parked(
        id=row.pk,
        handler=row.handler,
        subject=row.subject,
        what=row.event.name if row.event is not None else "",
        at=instant(at or 0),
        parked_at=instant(row.state_at),
        tries=row.tries,
        error=row.error,
        behind=row.behind,  # type: ignore[attr-defined]  # annotated
    )


def _jumps(now: datetime) -> tuple[Jump, ...]:
    recent = ClockJump.objects.filter(at__gte=micros(now - JUMPS_SHOWN_FOR)).order_by("-at")
    return tuple(Jump(instant(row.at), row.seconds) for row in recent[:JUMPS_SHOWN])


def _instant(at: int | None) -> datetime | None:
    return None if at is None else instant(at)
