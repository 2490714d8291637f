"""Open a case from what somebody already has: a STIX bundle or a MISP event, whose objects its circle then reads."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import orjson

from mitra.cases.operations.opening import NewCase, Opened, ask_in, open_case
from mitra.cases.queries import read_sheet
from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations as exchange
from mitra.exchange.facts import Terms

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Report

TELLING: Final = ("incident", "report", "grouping", "campaign", "intrusion-set", "malware", "indicator", "note")
"""Types that can say what an incident is called, the most telling first."""
LONGEST: Final = 200


def open_from(data: bytes, new: NewCase, *, by: Actor, now: datetime) -> tuple[Opened, Report]:
    """Open a case called as what was brought is called, and share its objects with the circle; ask others in last.

    Raises InvalidInput where nothing can be read or nothing says what it is called; what intake refuses of the objects
    stands in the report, and the case stays.
    """
    by.require(EXCHANGE_SHARE)
    heading = new.heading or heading_of(data)
    made = open_case(replace(new, heading=heading, invited=()), by=by, now=now)
    told = read_sheet(made.stix_id, by, now=now)
    circle = community.get_circle(told.facts.circle, by).circle.id
    inside = replace(by, viewer=replace(by.viewer, working_circles=by.viewer.working_circles | {circle}))
    terms = Terms(tlp=Tlp.AMBER_STRICT, circles=frozenset({circle}))
    report = exchange.share(inside, io.BytesIO(data), terms, now=now)
    ask_in(made.stix_id, new.invited, by=by, now=now)
    return made, report


def heading_of(data: bytes) -> str:
    """Return what a bundle or a MISP event is called; raises InvalidInput."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InvalidInput("Send a STIX bundle or a MISP event as JSON.", path="/", rule="not-json") from error
    found = _of_misp(said) or _of_stix(said)
    if not found:
        message = "Nothing in it says what it is called; send a heading beside it."
        raise InvalidInput(message, path="/heading", rule="no-heading")
    return " ".join(found.split())[:LONGEST]


def _of_misp(said: Any) -> str:  # noqa: ANN401 - whatever was sent
    event = said.get("Event") if isinstance(said, dict) else None
    info = event.get("info") if isinstance(event, dict) else None
    return info if isinstance(info, str) else ""


def _of_stix(said: Any) -> str:  # noqa: ANN401 - whatever was sent
    objects = said.get("objects") if isinstance(said, dict) else None
    named = [
        (TELLING.index(one["type"]), name)
        for one in (objects if isinstance(objects, list) else ())
        if isinstance(one, dict) and one.get("type") in TELLING
        for name in (one.get("name") or one.get("abstract"),)
        if isinstance(name, str) and name.strip()
    ]
    return min(named, key=lambda each: each[0])[1] if named else ""
