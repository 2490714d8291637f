"""Open a case in a circle of its own, and ask others in: each is told at once, and has until its clock runs out."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from mitra.cases.calendars import hours_of
from mitra.cases.clocks import ACKNOWLEDGE, wound
from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASE, CASES_WRITE, ROOM, Case, Precision
from mitra.cases.models import Desk
from mitra.cases.operations.telling import tell_asked
from mitra.cases.operations.winding import Of, set_up, wind_for
from mitra.cases.queries import find_sheet, how_grave, read_sheet, stands_of
from mitra.cases.rules import OPEN_STATES, POINTS, SECTORS
from mitra.cases.taxonomy import types
from mitra.community import operations as circles
from mitra.community import queries as community
from mitra.community.operations.guards import check_reads_in_circles, require_opener
from mitra.community.things import hand_of
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.text.numbers import number_of
from mitra.store.things.releasing import release

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.community.facts import Actor

EARLIEST = 1970
STATE = re.compile(r"[A-Z]{2}", re.ASCII)
CENTRE = "RC"
"""What the numbers of a body of no one state begin with."""
SIGNS = 5
"""Thirty million numbers a state."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened."""

    heading: str
    kind: str
    summary: str = ""
    impact: tuple[tuple[str, str], ...] = ()
    states: tuple[str, ...] = ()
    invited: tuple[int, ...] = ()
    """Organisations that are asked in at once."""
    sectors: tuple[str, ...] = ()
    detected_at: datetime | None = None
    occurred_from: datetime | None = None
    occurred_until: datetime | None = None
    precision: Precision = "minute"
    continues: str = ""
    """The id of a case that has ended and that it goes on with; that it does is one's own matter."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A case that was opened."""

    stix_id: str
    number: str


def open_case(new: NewCase, *, by: Actor, now: datetime) -> Opened:
    """Open a case in a working circle of its own, which the actor's organisation hosts, and ask others in.

    Raises InvalidInput before anything is made, and NotPermitted to whoever may open no circle.
    """
    by.require(CASES_WRITE)
    require_opener(by)
    _check(new, by)
    _check_times(new, now=now)
    _check_before(new.continues, by, now=now)
    state = community.get_organisation(by.organisation).country or CENTRE
    number = number_of(state, secrets.token_bytes(SIGNS), length=SIGNS)
    circle = circles.open_working_circle(new.heading, purpose=number, by=by, now=now)
    facts = Case(
        number=number,
        heading=new.heading,
        circle=circle.slug,
        kind=new.kind,
        summary=new.summary,
        impact=dict(new.impact),
        states=new.states,
        sectors=new.sectors,
        detected_at=new.detected_at,
        occurred_from=new.occurred_from,
        occurred_until=new.occurred_until,
        precision=new.precision,
    )
    audience = Audience(Tlp.AMBER_STRICT, frozenset({circle.id}), room=ROOM, realm=by.viewer.realm)

    def follows(stix_id: str) -> None:
        wind_for(read_sheet(stix_id, by, now=now), "", by=by, now=now)

    made = release(CASE, facts, audience, hand_of(by, now=now, tells=CaseWritten, follows=follows))
    if new.continues:
        Desk.objects.create(owner=by.organisation, case=made.stix_id, before=new.continues)
    ask_in(made.stix_id, new.invited, by=by, now=now)
    return Opened(made.stix_id, number)


def _check(new: NewCase, by: Actor) -> None:
    if new.kind not in types():
        raise InvalidInput("Choose what kind of incident it is from the list.", path="kind", rule="unknown-choice")
    if not all(answer in POINTS.get(factor, ()) for factor, answer in new.impact):
        message = f"Say the impact by these: {', '.join(POINTS)}, each with an answer of the published sum."
        raise InvalidInput(message, path="impact", rule="unknown-choice")
    if not set(new.sectors) <= set(SECTORS):
        message = "Name sectors as STIX does, as financial-services."
        raise InvalidInput(message, path="sectors", rule="unknown-choice")
    if not all(STATE.fullmatch(state) for state in new.states):
        message = "Name a state by two capital letters, as TH (ISO 3166-1)."
        raise InvalidInput(message, path="states", rule="country")
    known = {body.id: body for body in community.list_organisations(by)}
    for asked in new.invited:
        body = known.get(asked)
        if body is None or asked == by.organisation:
            raise InvalidInput("Choose other organisations from the list.", path="invited", rule="unknown-choice")
        check_reads_in_circles(body.name, body.standing, path="invited")


def _check_times(new: NewCase, *, now: datetime) -> None:
    times = {"occurred_from": new.occurred_from, "occurred_until": new.occurred_until, "detected_at": new.detected_at}
    for path, at in times.items():
        check_over(at, path, now=now)
    if new.occurred_from and new.occurred_until and new.occurred_until < new.occurred_from:
        raise InvalidInput("It ended before it began: look at both times.", path="occurred_until", rule="order")


def check_over(at: datetime | None, path: str, *, now: datetime) -> None:
    """Raise InvalidInput for a time at which nothing can have happened: it is to come, or long ago."""
    if at is not None and (at.year < EARLIEST or at > now):
        raise InvalidInput(f"Choose a time from {EARLIEST} on that is over.", path=path, rule="not-over")


def _check_before(continues: str, by: Actor, *, now: datetime) -> None:
    before = find_sheet(continues, by, now=now) if continues else None
    if continues and (before is None or stands_of(before, by, now=now).state in OPEN_STATES):
        message = "Only a case that you read and that has ended is gone on with in a new one."
        raise InvalidInput(message, path="continues", rule="unknown-choice")


def ask_in(case: str, bodies: Iterable[int], *, by: Actor, now: datetime) -> None:
    """Ask organisations into the circle of a case that the actor's organisation hosts, and tell each.

    Raises NotFound for a case that is not the actor's, and what `invite` raises, whoever was asked before stays asked.
    """
    by.require(CASES_WRITE)
    told = read_sheet(case, by, now=now)
    severity = how_grave(told, by, now=now)
    circle = community.get_seats(told.facts.circle, by).circle
    for body in bodies:
        clock = wound(ACKNOWLEDGE, severity, now, hours_of(body, now=now))
        with transaction.atomic():
            set_up(clock, told, owner=body, now=now, of=Of(asked_by=by.organisation))
            tell_asked(told, severity, body, by=by, answer_by=clock.due_at, now=now)
            circles.invite(circle, body, why=told.facts.heading, by=by, now=now)
