"""Set a task in a case, and take it a step further; its clocks follow in the same transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.cases.clocks import TAKE_OVER, ended, until
from mitra.cases.clocks import TASK as TASK_CLOCK
from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASES_WRITE, TASK, TASK_COURSE
from mitra.cases.models import ClockRow
from mitra.cases.operations.moving import check_inside, clean, read_from_inside
from mitra.cases.operations.opening import SIGNS
from mitra.cases.operations.winding import Of, keep, set_up
from mitra.cases.queries import clock_of, how_grave, stands_of
from mitra.cases.rules import OPEN_STATES
from mitra.cases.task_rules import ENDED, TAKEN_WITHIN
from mitra.community import queries as community
from mitra.community.things import get_thing, hand_of
from mitra.core.errors import InvalidInput, WrongState
from mitra.core.text.numbers import number_of
from mitra.store.things.threads import ceiling_of, contribute

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.cases.task_rules import Hold
    from mitra.community.facts import Actor
    from mitra.core.steps import Folded
    from mitra.store.things.reading import Told
    from mitra.store.things.rows import SharedRow


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be set."""

    heading: str
    words: str = ""
    due_at: datetime | None = None
    chain: tuple[str, ...] = ()
    """Organisations by their STIX ids."""


def set_task(case: str, new: NewTask, *, by: Actor, now: datetime) -> str:
    """Set a task for all who are in a case; return its id.  Raises NotFound, InvalidInput, WrongState when it ended."""
    by.require(CASES_WRITE)
    told = read_from_inside(case, by, now=now)
    if stands_of(told, by, now=now).state not in OPEN_STATES:
        raise WrongState("This case has ended: open it again before a task is set.")
    if new.due_at is not None and new.due_at <= now:
        raise InvalidInput("Choose a time that is to come.", path="due_at", rule="past")
    check_inside(told, new.chain, by, path="chain")
    number = number_of("TK", secrets.token_bytes(SIGNS), length=SIGNS)
    facts = TASK.check(
        {
            "sheet_ref": case,
            "number": number,
            "heading": " ".join(new.heading.split()),
            "words": new.words.strip(),
            "due_at": None if new.due_at is None else new.due_at.isoformat(),
            "chain": list(new.chain),
        }
    )
    made = contribute(TASK, facts, ceiling_of(told.row), hand_of(by, now=now, tells=CaseWritten), to=told.row)
    return made.stix_id


def take_task_step(task: str, word: str, said: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Take a task a step further; raises NotFound, WrongState with who could, InvalidInput for whom it is handed to."""
    by.require(CASES_WRITE)
    row = get_thing(TASK, task, by, now=now)
    told, said = read_from_inside(TASK.facts_of(row).sheet_ref, by, now=now), clean(said)
    if word == "hand-over":
        check_inside(told, (said.get("to", ""),), by, path="to")

    def follows(_step: str) -> None:
        stands = TASK_COURSE.stands(row, by.viewer, now=now)
        wind_task(row, told, stands, severity=how_grave(told, by, now=now), now=now)

    hand = hand_of(by, now=now, tells=CaseWritten, follows=follows)
    TASK_COURSE.take(row, word, hand, viewer=by.viewer, said=said)


def wind_task(task: SharedRow, told: Told, stands: Folded[Hold], *, severity: int, now: datetime) -> None:
    """Bring the clocks of a task to where it stands: one for its holder, one for whom it is handed to."""
    hold, due_at = stands.carried, TASK.facts_of(task).due_at
    ids = community.organisation_ids_by_stix_id({hold.holder, hold.offered} - {""})
    wants: dict[str, int] = {}
    if stands.state not in ENDED and hold.holder in ids:
        wants[TASK_CLOCK] = ids[hold.holder]
    if stands.state == "handing" and hold.offered in ids:
        wants[TAKE_OVER] = ids[hold.offered]
    for row in ClockRow.objects.select_for_update().filter(subject=task.stix_id, ended_at=None).order_by("pk"):
        if wants.get(row.kind) == row.owner:
            del wants[row.kind]
        else:
            keep(row, ended(clock_of(row), now=now), now=now)
    of = Of(task.stix_id, ids.get(hold.holder))
    for kind, owner in wants.items():
        due = now + TAKEN_WITHIN if kind == TAKE_OVER else due_at
        if due is not None:
            set_up(until(kind, severity, now, max(due, now)), told, owner=owner, now=now, of=of)
