"""What of the room needs somebody: its clocks that run, the one that is due first before all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from mitra.cases import queries, words
from mitra.cases.facts import CASES_WRITE
from mitra.core.policy.facts import Tlp
from mitra.web.ports import Need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.cases.queries import Due
    from mitra.community.facts import Actor
    from mitra.web.ports import Words

SHOWN: Final = 50
KINDS: dict[str, Words] = {
    "acknowledge": _("you are asked in"),
    "assess": _("a case to take up"),
    "update": _("an update is due"),
    "task": _("a task of yours"),
    "take-over": _("a task is handed to you"),
}
BODIES: dict[str, Words] = {
    "acknowledge": _("You read the case once you accept; whoever asked you sees whether you answered."),
    "assess": _("You lead it, and nobody has begun to handle it."),
    "update": _("Those who are in it wait for a word of yours."),
    "task": _("You hold it."),
    "take-over": _(
        "Whoever holds it waits for you to take it: how it stands, what comes next and what is open is said."
    ),
}
ACTS: dict[str, Words] = {
    "acknowledge": _("Read it and answer"),
    "assess": _("Look at the case"),
    "update": _("Say how things stand"),
    "task": _("Look at the task"),
    "take-over": _("Read it and take it"),
}


def list_needs(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield a need for each clock of the actor's organisation that runs, those due first before all others."""
    if CASES_WRITE not in actor.scopes:
        return
    for due in queries.list_due(actor, now=now, limit=SHOWN):
        yield need_of(due)


def need_of(due: Due) -> Need:
    """Return what a clock asks for."""
    return Need(
        kind=KINDS[due.clock.kind],
        title=due.title,
        body=BODIES[due.clock.kind],
        url=due.url,
        act=ACTS[due.clock.kind],
        due_at=due.clock.due_at,
        due_to=words.CLOCKS[due.clock.kind],
        since=due.clock.since,
        tlp=Tlp.AMBER_STRICT,
        sign=f"s{due.clock.severity}",
        tone="alarm" if due.clock.severity >= 4 else "",
    )
