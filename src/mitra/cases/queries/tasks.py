"""The tasks of a case: who holds each, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.cases.facts import TASK, TASK_COURSE
from mitra.cases.queries.sheets import anything
from mitra.cases.task_rules import ENDED, TASK_TABLE, Hold
from mitra.community import queries as community
from mitra.community.things import get_thing
from mitra.core.steps import Step, open_steps
from mitra.store.things.reading import told_of

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.cases.facts import Task
    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Tlp
    from mitra.core.steps import Folded
    from mitra.store.things.reading import Told


TASKS_SHOWN: Final = 100


class TaskLine(NamedTuple):
    """A task of a case, and where it stands."""

    stix_id: str
    facts: Task
    stands: Folded[Hold]
    by: str
    """The name of who set it."""
    holder: str
    offered: str
    tlp: Tlp
    set_at: datetime
    steps: tuple[str, ...]
    """What the actor's organisation could do now."""
    is_ours: bool
    """Whether the actor's organisation holds it, or is to take it."""


def list_tasks(case: str, actor: Actor, *, now: datetime) -> tuple[TaskLine, ...]:
    """Return the tasks of a case that the actor reads, those that are not ended first; of a long list the newest."""
    rows = TASK.model.objects.visible_to(actor.viewer, now=now).filter(sheet_ref=case).order_by("-pk")
    lines = _task_lines(told_of(TASK, rows[:TASKS_SHOWN]), actor, now)
    return tuple(sorted(lines, key=lambda line: (line.stands.state in ENDED, line.facts.due_at or now)))


def get_task(stix_id: str, actor: Actor, *, now: datetime) -> TaskLine:
    """Return one task; raises NotFound, the same for not there and not the actor's."""
    (line,) = _task_lines(told_of(TASK, [get_thing(TASK, stix_id, actor, now=now)]), actor, now)
    return line


def _task_lines(rows: list[Told], actor: Actor, now: datetime) -> list[TaskLine]:
    begun = {told.row.stix_id: Hold(told.version.author) for told in rows}
    stands: dict[str, Folded[Hold]] = TASK_COURSE.stand(begun, actor.viewer, now=now) if rows else {}
    holds = [folded.carried for folded in stands.values()]
    named, _ids = community.name_by_stix_id(
        {name for hold in holds for name in (hold.author, hold.holder, hold.offered)} - {""}
    )
    us = actor.organisation_stix_id
    mine = Step("", "", us, now, facts=anything(now))
    lines = []
    for told in rows:
        folded = stands[told.row.stix_id]
        hold = folded.carried
        lines.append(
            TaskLine(
                stix_id=told.row.stix_id,
                facts=told.facts,
                stands=folded,
                by=named[hold.author],
                holder=named.get(hold.holder, ""),
                offered=named.get(hold.offered, ""),
                tlp=told.audience.tlp,
                set_at=told.version.created,
                steps=open_steps(TASK_TABLE, folded, mine),
                is_ours=us == (hold.offered if folded.state == "handing" else hold.holder),
            )
        )
    return lines
