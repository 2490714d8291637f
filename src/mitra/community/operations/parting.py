"""What becomes of a working circle when a body goes out of it, however it goes: its seats, its invitations, its host.

A circle whose host goes while others stay is the centre's to keep; one in which nobody is left is closed for good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.community.models import Circle, Invitation, Membership, OpenedCircle
from mitra.core.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


def seats_of_bodies(row: Circle) -> QuerySet[Membership]:
    """Return the seats of whole organisations."""
    return Membership.objects.filter(circle=row, role="", person=None)


def answer_for(row: Circle, organisation: int, answer: str, *, now: datetime) -> None:
    """Answer the invitation that waits; raises NotFound when none does."""
    waiting = Invitation.objects.filter(circle=row, organisation=organisation, answer="")
    if not waiting.update(answer=answer, answered_at=now):
        raise NotFound


def take_out(row: Circle, organisation: int, *, now: datetime) -> bool:
    """Take a body with its roles and persons out of a circle; return whether that closed it, as nobody is left."""
    Membership.objects.filter(circle=row, organisation=organisation).delete()
    OpenedCircle.objects.filter(circle=row, sponsor=organisation).delete()
    is_last = not seats_of_bodies(row).exists()
    if is_last:
        row.closed_at = now
        Invitation.objects.filter(circle=row, answer="").update(answer="taken-back", answered_at=now)
    elif row.host_id == organisation:
        row.host = None
    row.save(update_fields=["host", "closed_at"])
    return is_last


def part_with(organisation: int, *, now: datetime) -> None:
    """Take a body that leaves the community out of every circle, with the invitations that it has not answered."""
    hosted = Circle.objects.filter(memberships__organisation=organisation, host__isnull=False).distinct()
    for row in hosted:
        take_out(row, organisation, now=now)
    Membership.objects.filter(organisation=organisation).delete()
    Invitation.objects.filter(organisation=organisation, answer="").update(answer="taken-back", answered_at=now)
