"""Take a case a step further, whatever the step: its clocks follow in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.cases.facts import CASES_WRITE
from mitra.cases.operations.entries import take_back
from mitra.cases.operations.merging import answer_merge, merge
from mitra.cases.operations.moving import check_inside, clean, move_on, read_from_inside
from mitra.cases.queries import list_tasks
from mitra.cases.task_rules import ENDED
from mitra.core.errors import WrongState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.community.facts import Actor


def take_step(case: str, word: str, said: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Take a case a step further; raises NotFound, and WrongState with who could take it, and from which state.

    The lead is offered to an organisation that is in the case only, and a case merged into one that the actor is in, by
    its number; raises InvalidInput.
    """
    by.require(CASES_WRITE)
    said = clean(said)
    if word in {"merge", "offer-merge"}:
        merge(case, said.get("into", ""), by=by, now=now, word=word)
        return
    if word in {"accept-merge", "decline-merge"}:
        answer_merge(case, agrees=word == "accept-merge", by=by, now=now)
        return
    if word == "take-back":
        take_back(case, said.get("entry", ""), said.get("why", ""), by=by, now=now)
        return
    told = read_from_inside(case, by, now=now)
    if word == "offer-lead":
        say = "Offer it to an organisation that is in the case."
        check_inside(told, (said.get("to", ""),), by, path="to", say=say)
    if word == "close" and any(task.stands.state not in ENDED for task in list_tasks(case, by, now=now)):
        raise WrongState("Tasks of this case are open: let them be done, or drop them, and close it then.")
    move_on(told, word, said, by=by, now=now)
