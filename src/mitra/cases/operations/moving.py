"""Take a case a step further with all that follows from it, and check whom a step names: for every write of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.cases.events import CaseWritten
from mitra.cases.facts import COURSE
from mitra.cases.operations.winding import wind_for
from mitra.cases.queries import bodies_in, read_sheet
from mitra.community import queries as community
from mitra.community.things import hand_of
from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.store.things.reading import Told


LONGEST: Final = {"lessons": 4_000, "stands": 2_000, "next": 2_000, "question": 2_000}
"""Signs that a step may say of each of these; of anything else 500."""
CHOOSE: Final = "Choose organisations that are in the case."


def read_from_inside(case: str, by: Actor, *, now: datetime) -> Told:
    """Return what a case says, for one who is in it now; raises NotFound.

    Whoever opened a case reads its own words for good, and acts in it only while it is in.
    """
    told = read_sheet(case, by, now=now)
    community.get_seats(told.facts.circle, by)
    return told


def clean(said: Mapping[str, str]) -> dict[str, str]:
    """Return what a step says, without space around it; raises InvalidInput where it is too long."""
    for name, value in said.items():
        longest = LONGEST.get(name, 500)
        if len(value) > longest:
            raise InvalidInput(f"Write at most {longest} signs.", path=name, rule="too-long")
    return {name: value.strip() for name, value in said.items()}


def move_on(told: Told, word: str, said: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Take a step of a case, its clocks with it in the same transaction; raises WrongState."""
    hand = hand_of(by, now=now, tells=CaseWritten, follows=lambda _: wind_for(told, word, by=by, now=now))
    COURSE.take(told.row, word, hand, viewer=by.viewer, said=said)


def check_inside(told: Told, named: Collection[str], by: Actor, *, path: str, say: str = CHOOSE) -> None:
    """Raise InvalidInput where a step names an organisation, by its STIX id, that is not in the case."""
    if not set(named) <= {body.stix_id for body in bodies_in(told, by)}:
        raise InvalidInput(say, path=path, rule="unknown-choice")
