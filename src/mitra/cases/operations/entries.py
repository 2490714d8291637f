"""Write entries to a case, correct one's own by another, and take one back: what was written is never changed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASES_WRITE, ENTRY, ROOM
from mitra.cases.operations.moving import move_on, read_from_inside
from mitra.cases.operations.opening import SIGNS, check_over
from mitra.cases.operations.winding import note_word
from mitra.cases.queries import stands_of
from mitra.community.things import hand_of
from mitra.core.errors import InvalidInput, NotFound, WrongState
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.text.numbers import number_of
from mitra.store.things.reading import told_of
from mitra.store.things.releasing import withdraw
from mitra.store.things.threads import ceiling_of, contribute

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.store.things.reading import Told

MOST_FILES: Final = 20
TOO_MANY: Final = f"An entry holds at most {MOST_FILES} files."
CORRECTED: Final = "Somebody of your organisation has corrected it already: correct the newer entry."


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be written, to all who are in the case or to one's own organisation only."""

    kind: str
    words: str
    is_own: bool = False
    happened_at: datetime | None = None
    corrects: str = ""
    """The number of an entry of the same organisation, whose audience it then has."""
    files: tuple[str, ...] = ()
    """Files that were sent before, by their ids."""


def write_entry(case: str, new: NewEntry, *, by: Actor, now: datetime) -> str:
    """Write to a case; return the entry's number.

    Raises NotFound, the same for a case that is not there and one that is not the actor's; InvalidInput; WrongState for
    a correction of what somebody of the organisation has corrected already.
    """
    by.require(CASES_WRITE)
    told = read_from_inside(case, by, now=now)
    if len(new.files) > MOST_FILES:
        raise InvalidInput(TOO_MANY, path="/files", rule="many")
    check_over(new.happened_at, "happened_at", now=now)
    number = number_of("EN", secrets.token_bytes(SIGNS), length=SIGNS)
    facts = ENTRY.check(
        {
            "sheet_ref": case,
            "number": number,
            "kind": new.kind,
            "words": new.words.strip(),
            "happened_at": None if new.happened_at is None else new.happened_at.isoformat(),
            "corrects": new.corrects,
        }
    )
    audience = _audience(told, new, by, now=now)

    def follows(_entry: str) -> None:
        if new.corrects and _corrections(told, new.corrects, by, now=now).exclude(number=number).exists():
            raise WrongState(CORRECTED)
        if audience == ceiling_of(told.row):
            note_word(told, by=by, now=now)

    hand = hand_of(by, now=now, tells=CaseWritten, files=new.files, follows=follows)
    contribute(ENTRY, facts, audience, hand, to=told.row)
    return number


def _audience(told: Told, new: NewEntry, by: Actor, *, now: datetime) -> Audience:
    if new.corrects:
        first = _find_own(told, new.corrects, by, now=now)
        if first is None:
            message = "That entry is not there to be corrected any more: write a new one."
            raise InvalidInput(message, path="corrects", rule="unknown-choice")
        if _corrections(told, new.corrects, by, now=now).exists():
            raise WrongState(CORRECTED)
        return first.audience
    own = Audience(Tlp.AMBER_STRICT, room=ROOM, realm=by.viewer.realm)
    return own if new.is_own else ceiling_of(told.row)


def take_back(case: str, number: str, why: str, *, by: Actor, now: datetime) -> None:
    """Take an entry of one's own organisation back: whoever could read it sees who did, when and why.

    The step that says so comes first; asked again, what a crash left undone is done.  What only one's own organisation
    read is gone without a word.  Raises NotFound for an entry that is not the organisation's, WrongState without a
    reason.
    """
    by.require(CASES_WRITE)
    told = read_from_inside(case, by, now=now)
    entry = _find_own(told, number, by, now=now)
    if entry is None:
        raise NotFound
    if not why.strip():
        raise WrongState("“take back” waits until the entry and a reason are said.")
    if entry.audience == ceiling_of(told.row) and not _is_told(told, number, by, now=now):
        move_on(told, "take-back", {"entry": number, "why": why}, by=by, now=now)
    withdraw(ENTRY, entry.row.stix_id, hand_of(by, now=now), reason=why)


def _is_told(told: Told, number: str, by: Actor, *, now: datetime) -> bool:
    """Return whether a step says already that an entry is taken back."""
    taken = (each.step for each in stands_of(told, by, now=now).taken)
    return any(step.word == "take-back" and step.facts["entry"] == number for step in taken)


def _find_own(told: Told, number: str, by: Actor, *, now: datetime) -> Told | None:
    return next(iter(told_of(ENTRY, _own(told, by, now=now).filter(number=number)[:1])), None)


def _corrections(told: Told, number: str, by: Actor, *, now: datetime) -> Any:  # noqa: ANN401 - a query of entries
    return _own(told, by, now=now).filter(corrects=number)


def _own(told: Told, by: Actor, *, now: datetime) -> Any:  # noqa: ANN401 - a query of entries
    rows = ENTRY.model.objects.visible_to(by.viewer, now=now)
    return rows.filter(sheet_ref=told.row.stix_id, owner=by.organisation)
