"""Clocks that run, and what each is about, read again by whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import F, OuterRef, Q, Subquery
from django.urls import reverse

from mitra.cases.clocks import ACKNOWLEDGE, ASSESS, UPDATE, Clock
from mitra.cases.facts import CASE, CASES_READ, CASES_WRITE, page_of
from mitra.cases.models import ClockRow
from mitra.community import queries as community
from mitra.messages.facts import Described

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from mitra.community.facts import Actor


CLOCKS_SHOWN: Final = 20


class Due(NamedTuple):
    """A clock of the actor's organisation that runs, and what it is about."""

    clock: Clock
    number: str
    title: str
    url: str


def list_due(actor: Actor, *, now: datetime, limit: int) -> tuple[Due, ...]:
    """Return the clocks of the actor's organisation that run, the one that is due first before all others.

    What each is about is read again by the actor: of a case that it is not in any more there is none.
    """
    mine = ClockRow.objects.of(actor).filter(realm=actor.viewer.realm, ended_at=None, paused_at=None)
    rows = list(mine.order_by("due_at", "pk")[:limit])
    abouts = {row.circle if row.kind == ACKNOWLEDGE else row.case for row in rows}
    found = describe(abouts, actor, now=now) if rows else {}
    if any(row.kind == ACKNOWLEDGE for row in rows):  # what was answered and is not heard of yet asks nobody
        asked = {line.circle.slug for line in community.list_invitations(actor)}
        rows = [row for row in rows if row.kind != ACKNOWLEDGE or row.circle in asked]
    due = ((row, found.get(row.circle if row.kind == ACKNOWLEDGE else row.case)) for row in rows)
    return tuple(Due(clock_of(row), row.number, one.title, one.url) for row, one in due if one is not None)


def open_by_state(actor: Actor, *, now: datetime) -> dict[str, tuple[int, int]]:
    """Return by state how many open cases that the actor reads hit it, and how grave the gravest is.

    Without folding each: whoever leads an open case has a clock in it, running or at rest.
    """
    if CASES_READ not in actor.scopes:
        return {}
    clocks = ClockRow.objects.filter(kind__in=(ASSESS, UPDATE), ended_at=None, case=OuterRef("stix_id"))
    cases = CASE.model.objects.visible_to(actor.viewer, now=now).annotate(
        gravity=Subquery(clocks.values("severity")[:1])
    )
    found: dict[str, tuple[int, int]] = {}
    for states, severity in cases.exclude(gravity=None).values_list("states", "gravity"):
        for state in states:
            count, gravest = found.get(state, (0, 0))
            found[state] = (count + 1, max(gravest, severity))
    return found


def timed_invitations(actor: Actor) -> frozenset[str]:
    """Return the circles of cases into which the actor's organisation is asked and has a clock to answer."""
    if CASES_WRITE not in actor.scopes:
        return frozenset()
    mine = ClockRow.objects.of(actor).filter(realm=actor.viewer.realm, ended_at=None, kind=ACKNOWLEDGE)
    return frozenset(mine.values_list("circle", flat=True))


def list_clocks(stix_id: str, actor: Actor, *, is_inside: bool) -> tuple[tuple[Clock, bool], ...]:
    """Return the clocks of a case that the actor has in hand that run, or were met late, and whether each is its own.

    Those of its organisation; and for who is in the case those by which it hears next from who leads it.
    """
    which = Q(Q(ended_at=None) | Q(ended_at__gt=F("due_at")), owner=actor.organisation)
    if is_inside:
        which |= Q(kind__in=(ASSESS, UPDATE), ended_at=None)
    rows = ClockRow.objects.filter(which, case=stix_id)
    running_first = rows.order_by(F("ended_at").desc(nulls_first=True), "due_at", "pk")[:CLOCKS_SHOWN]
    return tuple((clock_of(row), row.owner == actor.organisation) for row in running_first)


def clock_of(row: ClockRow) -> Clock:
    """Return what a row says."""
    return Clock(row.kind, row.severity, row.since, row.warn_at, row.due_at, row.paused_at, row.ended_at)


def describe(abouts: Collection[str], actor: Actor, *, now: datetime) -> dict[str, Described]:
    """Return what messages and clocks are about, by a case's id or its circle's name: as far as the actor reads it.

    Of a circle into which it is asked, and which it has not accepted, what the invitation says.
    """
    rows = CASE.model.objects.visible_to(actor.viewer, now=now)
    circles = [about for about in abouts if about.startswith("wk-")]
    found: dict[str, Described] = {}
    for row in rows.filter(Q(stix_id__in=list(abouts)) | Q(circle__in=circles)).only("stix_id", "heading", "circle"):
        found[row.stix_id] = found[row.circle] = Described(row.heading, page_of(row.stix_id))
    if set(circles) - set(found):
        for line in community.list_invitations(actor):
            if line.circle.slug in circles:
                address = reverse("community:circle", args=[line.circle.slug])
                found[line.circle.slug] = Described(line.why, address)
    return {about: found[about] for about in abouts if about in found}
