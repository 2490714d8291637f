"""A case itself: what it says, how it stands, who is in it, what its number finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from mitra.cases.facts import CASE, COURSE, STEP, page_of
from mitra.cases.rules import Lead, severity_now
from mitra.community import queries as community
from mitra.community.things import get_thing
from mitra.core.errors import InvalidInput, NotFound
from mitra.core.text.numbers import read_number
from mitra.store.things.reading import told_of
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
    """Yield the case of a number, as far as the actor reads it."""
    told = None if actor is None else find_by_number(text, actor, now=now)
    if told is not None:
        yield Exact(_("case"), told.facts.heading, page_of(told.row.stix_id), told.facts.number, told.audience.tlp)


def merged_into(case: str, actor: Actor, *, now: datetime) -> dict[str, str]:
    """Return the numbers of the cases that are merged into one, by their ids, as far as the actor reads them."""
    merges = STEP.model.objects.visible_to(actor.viewer, now=now).filter(
        word__in=("merge", "offer-merge"), said__into=case
    )
    ids = set(merges.values_list("sheet_ref", flat=True))
    rows = told_of(CASE, CASE.model.objects.visible_to(actor.viewer, now=now).filter(stix_id__in=ids)) if ids else []
    begun = {told.row.stix_id: Lead(told.version.author) for told in rows}
    stands = COURSE.stand(begun, actor.viewer, now=now) if rows else {}
    return {
        told.row.stix_id: told.facts.number
        for told in rows
        if stands[told.row.stix_id].state == "merged" and stands[told.row.stix_id].carried.into == case
    }


ANYTHING: Final = {
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
