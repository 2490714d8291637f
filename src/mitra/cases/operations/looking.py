"""Note that an organisation has seen a case, and who of it has the case in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.cases.facts import CASES_READ, CASES_WRITE
from mitra.cases.models import Desk, Look
from mitra.cases.queries import read_sheet
from mitra.core.errors import NotPermitted

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor


def note_look(case: str, upto: int, *, by: Actor, now: datetime) -> None:
    """Note that the actor's organisation has seen the entries of a case up to one, by its row."""
    by.require(CASES_READ)
    if not Look.objects.of(by).filter(case=case, upto__gte=upto).exists():
        Look.objects.create(owner=by.organisation, case=case, upto=upto, at=now)


def take_in_hand(case: str, *, by: Actor, now: datetime) -> None:
    """Let the acting person have a case in hand for its organisation; raises NotFound, NotPermitted for a machine."""
    by.require(CASES_WRITE)
    read_sheet(case, by, now=now)
    if by.person is None:
        raise NotPermitted("A machine has no case in hand; sign in as a person.")
    Desk.objects.update_or_create(owner=by.organisation, case=case, defaults={"person": by.person, "since": now})
