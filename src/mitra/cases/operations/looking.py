"""Note that an organisation has seen a case, and who of it has the case in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.cases.facts import CASES_READ, CASES_WRITE
from mitra.cases.models import Desk, Look
from mitra.cases.operations.moving import read_from_inside
from mitra.core.errors import NotPermitted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.cases.queries import Seen
    from mitra.community.facts import Actor


def note_look(shown: Iterable[Seen], *, by: Actor, now: datetime) -> None:
    """Note that the actor's organisation has seen entries that it was shown; those that it had seen are noted once."""
    by.require(CASES_READ)
    for one in shown:
        again = Look.objects.of(by).filter(case=one.case, first__lte=one.first, last__gte=one.last)
        if not again.exists():
            Look.objects.create(owner=by.organisation, case=one.case, first=one.first, last=one.last, at=now)


def take_in_hand(case: str, *, by: Actor, now: datetime) -> None:
    """Let the acting person have a case in hand for its organisation; raises NotFound, NotPermitted for a machine."""
    by.require(CASES_WRITE)
    read_from_inside(case, by, now=now)
    if by.person is None:
        raise NotPermitted("A machine has no case in hand; sign in as a person.")
    Desk.objects.update_or_create(owner=by.organisation, case=case, defaults={"person": by.person})
