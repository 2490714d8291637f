"""Write to a case, and take it a step further; its clocks follow in the same transaction."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASES_WRITE, ENTRY, ROOM
from mitra.cases.operations.merging import answer_merge, merge
from mitra.cases.operations.moving import check_inside, move_on
from mitra.cases.operations.opening import SIGNS
from mitra.cases.operations.winding import note_word
from mitra.cases.queries import list_tasks, read_sheet
from mitra.cases.task_rules import ENDED
from mitra.community.things import hand_of
from mitra.core.errors import WrongState
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.text.numbers import number_of
from mitra.store.things.threads import ceiling_of, contribute

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.community.facts import Actor


def write_entry(case: str, kind: str, words: str, *, by: Actor, now: datetime, is_own: bool = False) -> str:
    """Write to a case, to all who are in it or to one's own organisation only; return the entry's number.

    Raises NotFound, the same for a case that is not there and one that is not the actor's; InvalidInput.
    """
    by.require(CASES_WRITE)
    told = read_sheet(case, by, now=now)
    number = number_of("EN", secrets.token_bytes(SIGNS), length=SIGNS)
    facts = ENTRY.check({"sheet_ref": case, "number": number, "kind": kind, "words": words.strip()})
    own = Audience(Tlp.AMBER_STRICT, room=ROOM, realm=by.viewer.realm)
    follows = None if is_own else lambda _: note_word(told, by=by, now=now)
    hand = hand_of(by, now=now, tells=CaseWritten, follows=follows)
    contribute(ENTRY, facts, own if is_own else ceiling_of(told.row), hand, to=told.row)
    return number


def take_step(case: str, word: str, said: Mapping[str, str], *, by: Actor, now: datetime) -> None:
    """Take a case a step further; raises NotFound, and WrongState with who could take it, and from which state.

    The lead is offered to an organisation that is in the case only, and a case merged into one that the actor is in, by
    its number; raises InvalidInput.
    """
    by.require(CASES_WRITE)
    if word in {"merge", "offer-merge"}:
        merge(case, said.get("into", ""), by=by, now=now, word=word)
        return
    if word in {"accept-merge", "decline-merge"}:
        answer_merge(case, agrees=word == "accept-merge", by=by, now=now)
        return
    told = read_sheet(case, by, now=now)
    if word == "offer-lead":
        say = "Offer it to an organisation that is in the case."
        check_inside(told, (said.get("to", ""),), by, path="to", say=say)
    if word == "close" and any(task.stands.state not in ENDED for task in list_tasks(case, by, now=now)):
        raise WrongState("Tasks of this case are open: let them be done, or drop them, and close it then.")
    move_on(told, word, said, by=by, now=now)
