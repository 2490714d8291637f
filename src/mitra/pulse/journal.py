"""The journal: what happened, kept 400 days, read by whoever may read the audience that it was for.

The caller passes the viewer's readable set; without one nothing is found.  Numbers within a subject stay here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.ledger.dates import instant
from mitra.pulse.facts import event_classes
from mitra.pulse.models import EventRow
from mitra.pulse.schemas import read_event

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from mitra.pulse.facts import Event


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    id: UUID
    name: str
    subject: str
    actor: int | None
    audience: int
    at: datetime
    cause: UUID | None
    event: Event | None
    """What it says; None where the program has no event of that name any more."""


def list_events(
    audiences: Collection[int], realm: int, *, subject: str = "", before: UUID | None = None, limit: int = 100
) -> list[Entry]:
    """Return what happened in these audiences of a realm, the newest first; `before` is the last one's id of a page."""
    rows = EventRow.objects.filter(audience__in=audiences, realm=realm).order_by("-uid")
    if subject:
        rows = rows.filter(subject=subject)
    if before is not None:
        rows = rows.filter(uid__lt=before)
    return [_entry(row) for row in rows[:limit]]


def _entry(row: EventRow) -> Entry:
    kind = event_classes().get(row.name)
    event = None if kind is None else read_event(kind, row.v, row.fields)
    return Entry(row.uid, row.name, row.subject, row.actor, row.audience or 0, instant(row.at), row.cause, event)
