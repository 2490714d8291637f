"""Merge a case into another: a link, and nobody's view grows by it (CASE8).

The merged case keeps its number, its circle and its entries; the other one shows to each reader those of them that
this reader could read before.  Who was in the merged one only is asked into the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.cases.facts import CASES_WRITE
from mitra.cases.operations.moving import move_on, read_from_inside
from mitra.cases.operations.opening import ask_in
from mitra.cases.queries import bodies_in, find_by_number, read_sheet, stands_of
from mitra.cases.rules import OPEN_STATES
from mitra.community import queries as community
from mitra.core.errors import InvalidInput, WrongState

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.store.things.reading import Told


def merge(case: str, into: str, *, by: Actor, now: datetime, word: str = "") -> bool:
    """Merge a case that the actor leads into another, by its number; where that has another lead, offer it to them.

    Return whether it is merged; `word` insists on `merge`, or on `offer-merge`.  Raises NotFound,
    InvalidInput for a number that names no case of the actor's, and WrongState for itself, for one that is merged into
    this one, and for one that has ended.
    """
    by.require(CASES_WRITE)
    told = read_from_inside(case, by, now=now)
    other = find_by_number(into, by, now=now)
    if other is None:
        raise InvalidInput("You are in no case of this number.", path="into", rule="unknown-choice")
    if case in _line_of(other, by, now=now):
        raise WrongState("It is this case, or is merged into it: choose another one.")
    stands = stands_of(other, by, now=now)
    if stands.state not in OPEN_STATES:
        raise WrongState("That case has ended: open it again first.")
    word = word or ("merge" if stands.carried.by == by.organisation_stix_id else "offer-merge")
    said = {"into": other.row.stix_id, "lead": stands.carried.by}
    move_on(told, word, said, by=by, now=now)
    if word == "merge":
        ask_over(told, other, by=by, now=now)
    return word == "merge"


def answer_merge(case: str, *, agrees: bool, by: Actor, now: datetime) -> None:
    """Agree to the merge of a case into one that the actor leads, or decline; raises NotFound, WrongState."""
    by.require(CASES_WRITE)
    told = read_from_inside(case, by, now=now)
    into = stands_of(told, by, now=now).carried.into
    other = read_sheet(into, by, now=now) if agrees and into else None
    move_on(told, "accept-merge" if agrees else "decline-merge", {}, by=by, now=now)
    if other is not None:
        ask_over(told, other, by=by, now=now)


def ask_over(told: Told, other: Told, *, by: Actor, now: datetime) -> None:
    """Ask those who are in the merged case only into the other one, where the actor's organisation asks others in."""
    there = community.get_seats(other.facts.circle, by)
    if there.is_host:
        taken = {body.id for body in (*there.bodies, *(body for body, _ in there.asked))}
        ask_in(other.row.stix_id, [body.id for body in bodies_in(told, by) if body.id not in taken], by=by, now=now)


def _line_of(told: Told, by: Actor, *, now: datetime) -> set[str]:
    """Return a case, and those into which it is merged, one after the other, as far as the actor reads them."""
    line: set[str] = set()
    while told.row.stix_id not in line:
        line.add(told.row.stix_id)
        lead = stands_of(told, by, now=now)
        if lead.state != "merged":
            break
        told = read_sheet(lead.carried.into, by, now=now)
    return line
