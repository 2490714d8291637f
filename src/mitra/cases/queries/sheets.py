"""A case itself: what it says, how it stands, who is in it, what its number finds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mitra.cases.facts import CASE, COURSE, STEP, page_of
from mitra.cases.rules import Lead, severity_now
from mitra.community import queries as community
from mitra.community.things import get_thing
from mitra.core.errors import InvalidInput, NotFound
from mitra.core.text.numbers import read_number
from mitra.store.things.reading import told_of
from mitra.store.things.threads import MOST_STEPS
from mitra.web.ports import Exact

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor, OrganisationFacts
    from mitra.core.steps import Folded
    from mitra.store.things.reading import Told


def read_sheet(stix_id: str, actor: Actor, *, now: datetime) -> Told:
    """Return what a case itself says; raises NotFound, the same for not there and not the actor's."""
    (told,) = told_of(CASE, [get_thing(CASE, stix_id, actor, now=now)])
    return told


def find_sheet(stix_id: str, actor: Actor, *, now: datetime) -> Told | None:
    """Return the same, or None where there is nothing for the actor."""
    try:
        return read_sheet(stix_id, actor, now=now)
    except NotFound:
        return None


def stands_of(told: Told, actor: Actor, *, now: datetime) -> Folded[Lead]:
    """Return how a case stands, as far as the actor reads its steps."""
    stix_id = told.row.stix_id
    stands: Folded[Lead] = COURSE.stand({stix_id: Lead(told.version.author)}, actor.viewer, now=now)[stix_id]
    return stands


def how_grave(told: Told, actor: Actor, *, now: datetime) -> int:
    """Return how grave a case is held to be: as its lead judged it, else as the sum has it."""
    return severity_now(told.facts.severity, stands_of(told, actor, now=now).carried)


def bodies_in(told: Told, actor: Actor) -> tuple[OrganisationFacts, ...]:
    """Return the organisations that are in a case, for one that is."""
    return community.get_seats(told.facts.circle, actor).bodies


def find_by_number(text: str, actor: Actor, *, now: datetime) -> Told | None:
    """Return the case of a number as it was said, as far as the actor reads it, or None."""
    try:
        number = read_number(text)
    except InvalidInput:
        return None
    rows = CASE.model.objects.visible_to(actor.viewer, now=now).filter(number=number)[:1]
    return next(iter(told_of(CASE, rows)), None)


def find_cases(text: str, actor: Actor | None, *, now: datetime) -> Iterator[Exact]:
    """Yield the case of a number, or those that somebody in them calls so, as far as the actor reads them."""
    if actor is None:
        return
    numbered = find_by_number(text, actor, now=now)
    for told in _called(text, actor, now=now) if numbered is None else (numbered,):
        yield Exact(_("case"), told.facts.heading, page_of(told.row.stix_id), told.facts.number, told.audience.tlp)


def _called(text: str, actor: Actor, *, now: datetime) -> list[Told]:
    """Return the cases for which an organisation in them has this number of its own."""
    steps = STEP.model.objects.visible_to(actor.viewer, now=now).filter(word="number", said__number=text.strip())
    ids = set(steps.values_list("sheet_ref", flat=True)[:CALLED_SHOWN])
    return told_of(CASE, CASE.model.objects.visible_to(actor.viewer, now=now).filter(stix_id__in=ids)) if ids else []


def stands_with_merged(told: Told, actor: Actor, *, now: datetime) -> tuple[Folded[Lead], dict[str, str]]:
    """Return how a case stands, and the numbers of the cases merged into it, by their ids: as the actor reads them.

    In one statement where nothing was to be merged into it.
    """
    case = told.row.stix_id
    merges = Q(word__in=("merge", "offer-merge"), said__into=case)
    steps = STEP.model.objects.visible_to(actor.viewer, now=now).filter(Q(sheet_ref=case) | merges).order_by("pk")
    found = list(steps[:MOST_STEPS])
    own = [step for step in found if step.sheet_ref == case]
    stands = COURSE.fold(own, {case: Lead(told.version.author)}, now=now)[case]
    return stands, _merged({step.sheet_ref for step in found} - {case}, case, actor, now=now)


def _merged(ids: set[str], into: str, actor: Actor, *, now: datetime) -> dict[str, str]:
    rows = told_of(CASE, CASE.model.objects.visible_to(actor.viewer, now=now).filter(stix_id__in=ids)) if ids else []
    begun = {told.row.stix_id: Lead(told.version.author) for told in rows}
    stands = COURSE.stand(begun, actor.viewer, now=now) if rows else {}
    return {
        told.row.stix_id: told.facts.number
        for told in rows
        if stands[told.row.stix_id].state == "merged" and stands[told.row.stix_id].carried.into == into
    }


CALLED_SHOWN: Final = 5
_ANYTHING: Final = {
    "number": "-",
    "entry": "-",
    "why": "-",
    "resolution": "resolved",
    "to": "-",
    "severity": "1",
    "stands": "-",
    "next": "-",
    "question": "-",
    "into": "-",
    "lead": "-",
}


def anything(now: datetime) -> dict[str, str]:
    """Return what a step would carry that says all that any step asks for: by it is told which could be taken."""
    return {**_ANYTHING, "until": (now + timedelta(days=1)).isoformat()}
