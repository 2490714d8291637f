"""How a task runs: who holds it, and how it is handed on around the clock; a table of data, no clock and no database.

Whoever hands a task over says three things: how it stands, what comes next, and what is open (CASE16).  Until the next
one takes it, it stays with whoever held it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from mitra.core.steps import SAME, Row, Table

if TYPE_CHECKING:
    from mitra.core.steps import Step

SAID: Final = ("stands", "next", "question")
"""What is said at a hand-over, each in its own field."""
TAKEN_WITHIN: Final = timedelta(minutes=15)
ENDED: Final = ("done", "dropped")


@dataclass(frozen=True, slots=True)
class Hold:
    """What a task carries while it runs: whose it is, who holds it, to whom it is being handed, and what was said."""

    author: str
    holder: str = ""
    offered: str = ""
    offered_at: datetime | None = None
    stands: str = ""
    next: str = ""
    question: str = ""


def _carry(hold: Hold, step: Step) -> Hold:
    said = step.facts
    if step.word == "hand-over":
        spoken = {name: str(said[name]) for name in SAID}
        return replace(hold, offered=str(said["to"]), offered_at=step.at, **spoken)
    if step.word == "take":
        return replace(hold, holder=step.by, offered="", offered_at=None)
    if step.word in {"decline", "call-back"}:
        return replace(hold, offered="", offered_at=None)
    if step.word in {"give-back", "reopen"}:
        return replace(hold, holder="", offered="", offered_at=None)
    return hold


def _says_all(hold: Hold, step: Step) -> bool:
    others = str(step.facts.get("to", "")) not in {"", hold.holder}
    return others and all(str(step.facts.get(name, "")).strip() for name in SAID)


TASK_TABLE: Final[Table[Hold]] = Table(
    name="task",
    start="open",
    rows=(
        Row(("open",), "take", ("member",), "taken"),
        Row(("taken",), "hand-over", ("holder",), "handing", "all-three"),
        Row(("handing",), "take", ("offered",), "taken"),
        Row(("handing",), "decline", ("offered",), "taken"),
        Row(("handing",), "call-back", ("holder",), "taken"),
        Row(("taken",), "give-back", ("holder",), "open"),
        Row(("taken", "handing"), "finish", ("holder",), "done"),
        Row(("open", "taken", "handing"), "drop", ("author",), "dropped", "why"),
        Row(("done", "dropped"), "reopen", ("author",), "open"),
        Row(("open", "taken", "handing"), "remark", ("holder", "author"), SAME, "why"),
    ),
    roles={
        "member": lambda _hold, _step: True,
        "holder": lambda hold, step: bool(hold.holder) and step.by == hold.holder,
        "offered": lambda hold, step: bool(hold.offered) and step.by == hold.offered,
        "author": lambda hold, step: step.by == hold.author,
    },
    carry=_carry,
    guards={
        "all-three": _says_all,
        "why": lambda _hold, step: bool(str(step.facts.get("why", "")).strip()),
    },
    words={
        "member": "anybody in the case",
        "holder": "who holds it",
        "offered": "whom it is handed to",
        "author": "who set it",
        "all-three": "another organisation is named, and how it stands, what comes next and what is open are said",
        "why": "a reason is said",
    },
)
