"""Every write of this room: a case is opened in a circle of its own, written to, and taken a step further."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASE, CASES_WRITE, COURSE, ENTRY, ROOM, Case
from mitra.cases.rules import POINTS
from mitra.cases.taxonomy import types
from mitra.community import operations as circles
from mitra.community import queries as community
from mitra.community.operations.guards import check_reads_in_circles, require_opener
from mitra.community.things import get_thing, hand_of
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.text.numbers import number_of
from mitra.store.things.releasing import release
from mitra.store.things.threads import ceiling_of, contribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mitra.community.facts import Actor

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
    )
    audience = Audience(Tlp.AMBER_STRICT, frozenset({circle.id}), room=ROOM, realm=by.viewer.realm)
    made = release(CASE, facts, audience, hand_of(by, now=now, tells=CaseWritten))
    ask_in(circle.id, new.invited, why=new.heading, by=by, now=now)
    return Opened(made.stix_id, number)


def _check(new: NewCase, by: Actor) -> None:
    if new.kind not in types():
        raise InvalidInput("Choose what kind of incident it is from the list.", path="kind", rule="unknown-choice")
    if not all(answer in POINTS.get(factor, ()) for factor, answer in new.impact):
        message = f"Say the impact by these: {', '.join(POINTS)}, each with an answer of the published sum."
        raise InvalidInput(message, path="impact", rule="unknown-choice")
    if not all(STATE.fullmatch(state) for state in new.states):
        message = "Name a state by two capital letters, as TH (ISO 3166-1)."
        raise InvalidInput(message, path="states", rule="country")
    known = {body.id: body for body in community.list_organisations(by)}
    for asked in new.invited:
        body = known.get(asked)
        if body is None or asked == by.organisation:
            raise InvalidInput("Choose other organisations from the list.", path="invited", rule="unknown-choice")
        check_reads_in_circles(body.name, body.standing, path="invited")


def ask_in(circle: int, bodies: Iterable[int], *, why: str, by: Actor, now: datetime) -> None:
    """Ask organisations into the circle of a case that the actor's organisation hosts."""
    for body in bodies:
        circles.invite(circle, body, why=why, by=by, now=now)


def write_entry(case: str, kind: str, words: str, *, by: Actor, now: datetime, is_own: bool = False) -> str:
    """Write to a case, to all who are in it or to one's own organisation only; return the entry's number.

    Raises NotFound, the same for a case that is not there and one that is not the actor's; InvalidInput.
    """
    by.require(CASES_WRITE)
    sheet = get_thing(CASE, case, by, now=now)
    number = number_of("EN", secrets.token_bytes(SIGNS), length=SIGNS)
    facts = ENTRY.check({"sheet_ref": case, "number": number, "kind": kind, "words": words.strip()})
    own = Audience(Tlp.AMBER_STRICT, room=ROOM, realm=by.viewer.realm)
    contribute(ENTRY, facts, own if is_own else ceiling_of(sheet), hand_of(by, now=now, tells=CaseWritten), to=sheet)
    return number


def take_step(case: str, word: str, said: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Take a case a step further; raises NotFound, and WrongState with who could take it, and from which state.

    The lead is offered to an organisation that is in the case only; raises InvalidInput.
    """
    by.require(CASES_WRITE)
    sheet = get_thing(CASE, case, by, now=now)
    if word == "offer-lead":
        inside = {body.stix_id for body in community.get_circle(CASE.facts_of(sheet).circle, by).bodies}
        if said.get("to") not in inside:
            raise InvalidInput("Offer it to an organisation that is in the case.", path="to", rule="unknown-choice")
    COURSE.take(sheet, word, hand_of(by, now=now, tells=CaseWritten), viewer=by.viewer, said=said)
