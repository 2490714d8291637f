"""The time line of a case in words: what each line says beside who did it, ready for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext

from mitra.cases import words
from mitra.messages.facts import State
from mitra.messages.queries import STATE_WORDS as STATES_OF_MESSAGES

if TYPE_CHECKING:
    from mitra.cases.queries import CaseView, Said
    from mitra.core.policy.facts import Tlp

SIGNS: Final = {"step": "diamond", "message": "ring", "task": "dot", "share": "file"}
"""The shape of each kind of line; an entry is a square."""


class Line(NamedTuple):
    """What the page shows of one thing that was said or done."""

    one: Said
    who: str
    sign: str
    head: str
    """What stands beside who: what was done, or what an entry is."""
    tlp: Tlp | None = None
    label: str = ""
    """The words of a link to what stands elsewhere."""
    read_by: str = ""
    """Of an entry of ours: how many have read it."""
    may_change: bool = False
    """Whether the reader may correct it, or take it back."""


def lines_of(seen: CaseView, *, others: int, writes: bool) -> list[Line]:
    """Return the lines of a case, newest first; `others` is how many others are in it."""
    return [_entry(one, others, writes=writes) if one.number else _act(one) for one in seen.said]


def _act(one: Said) -> Line:
    sign = SIGNS[one.kind]
    if one.kind == "message":
        state = STATES_OF_MESSAGES[State(one.words)]
        return Line(one, one.by, sign, gettext("was told: %(state)s") % {"state": state})
    if one.kind == "share":
        return Line(one, one.by, sign, gettext("shared a record"), one.tlp, one.words)
    if one.kind == "task":
        return Line(one, one.by, sign, str(words.TASK_DONE.get(one.words, one.words)), label=str(one.said["heading"]))
    done = [str(words.DONE.get(one.words, one.words)), *(str(one.said[name]) for name in NAMED if name in one.said)]
    return Line(one, one.by, sign, ": ".join(done[:2]) + "".join(f". {each}" for each in done[2:]))


NAMED: Final = ("number", "entry", "why")
"""What a step carries that its line says, in this order."""


def _entry(one: Said, others: int, *, writes: bool) -> Line:
    head = [str(words.KINDS.get(one.kind, one.kind)), one.number]
    if one.of:
        head.append(gettext("from %(number)s") % {"number": one.of})
    if one.is_own:
        head.append(gettext("only your own organisation"))
    if one.corrects:
        head.append(gettext("in place of %(number)s") % {"number": one.corrects})
    if one.corrected_by:
        head.append(gettext("corrected by %(number)s") % {"number": one.corrected_by})
    return Line(
        one,
        gettext("You") if one.is_ours else one.by,
        "square",
        ", ".join(head),
        one.tlp,
        read_by=_read(one, others) if one.is_ours and not one.is_own else "",
        may_change=one.is_ours and writes and not one.of and not one.corrected_by,
    )


def _read(one: Said, others: int) -> str:
    if not one.seen_by:
        return gettext("read by nobody else yet")
    return gettext("read by %(n)s of %(others)s") % {"n": len(one.seen_by), "others": others}
