"""Approval by other persons as data: what was asked, who answered, and what that comes to at one instant.

What whoever acts on an approval may rely on; tests/property/test_approving_replay.py holds it against a plain replay:

* what was approved is exactly the bytes of one digest: a vote over another digest never counts;
* the person who asked never counts, and one person counts once: the first yes stands, a repeat adds nothing;
* one no refuses, also the no of somebody who said yes before; at the same instant a no goes before a yes;
* what is decided stays decided: later votes change nothing, and time does not lapse it;
* only the instants of the votes matter, not in which order or how often their rows arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Outcome(StrEnum):
    """What an approval comes to."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Approval:
    """What was asked of others: to approve the bytes of `digest` before `expires_at`; instants are aware.

    Raises InvalidInput where nobody is needed, fewer persons than organisations, or where no time is left to answer.
    """

    asked_by: int
    asked_at: datetime
    digest: bytes
    expires_at: datetime
    needs: int = 2
    """Persons who must say yes, besides the one who asked."""
    organisations: int = 1
    """Organisations that they must come from, at least; a person speaks for the one of the first yes."""

    def __post_init__(self) -> None:
        if not 1 <= self.organisations <= self.needs:
            message = "Ask at least one person of one organisation, and no fewer persons than organisations."
            raise InvalidInput(message, path="/needs", rule="approval-needs")
        if self.expires_at <= self.asked_at:
            raise InvalidInput("Let the approval end after it was asked for.", path="/expires_at", rule="approval-end")


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's answer, over the bytes that this person saw."""

    person: int
    organisation: int
    at: datetime
    digest: bytes
    is_yes: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted: the outcome, since when it stands, and the votes that made it so, in their order."""

    outcome: Outcome
    since: datetime
    counted: tuple[Vote, ...]


def outcome(approval: Approval, votes: Iterable[Vote], now: datetime) -> Outcome:
    """Return what the approval comes to at `now`; votes of later instants are not looked at."""
    return tally(approval, votes, now).outcome


def tally(approval: Approval, votes: Iterable[Vote], now: datetime) -> Tally:
    """Return the outcome at `now` with the votes that count; those after the decision do not.

    1. keep the votes that may count, in the order of their instants;
    2. the first no refuses; the yes that completes both numbers approves;
    3. where neither came, time decides.
    """
    counted: list[Vote] = []
    organisation_of: dict[int, int] = {}
    for vote in sorted((vote for vote in votes if _may_count(approval, vote, now)), key=_place):
        if not vote.is_yes:
            return Tally(Outcome.REFUSED, vote.at, (*counted, vote))
        if vote.person in organisation_of:
            continue
        counted.append(vote)
        organisation_of[vote.person] = vote.organisation
        if _is_enough(approval, organisation_of):
            return Tally(Outcome.APPROVED, vote.at, tuple(counted))
    if now >= approval.expires_at:
        return Tally(Outcome.LAPSED, approval.expires_at, tuple(counted))
    return Tally(Outcome.PENDING, approval.asked_at, tuple(counted))


def refusal_of(approval: Approval, votes: Iterable[Vote], vote: Vote, now: datetime) -> str | None:
    """Return why a vote that is cast now would not count, as a sentence for who casts it; None where it counts."""
    standing = tally(approval, votes, now)
    is_over = standing.outcome is Outcome.LAPSED or vote.at >= approval.expires_at
    has_said_yes = any(vote.person == earlier.person for earlier in standing.counted)
    refusals = (
        (standing.outcome is Outcome.APPROVED, "This was approved already; nothing is left to answer."),
        (standing.outcome is Outcome.REFUSED, "This was refused already; ask anew if it is still wanted."),
        (is_over, "The time to answer is over; ask anew if it is still wanted."),
        (vote.person == approval.asked_by, "You asked for this yourself; let another person answer."),
        (vote.digest != approval.digest, "It says something else now than what you saw; open it again, then answer."),
        (not approval.asked_at <= vote.at <= now, "This answer is of another time than now; answer again."),
        (vote.is_yes and has_said_yes, "You said yes already and one person counts once; let another person answer."),
    )
    return next((sentence for applies, sentence in refusals if applies), None)


def _may_count(approval: Approval, vote: Vote, now: datetime) -> bool:
    return (
        vote.person != approval.asked_by
        and vote.digest == approval.digest
        and approval.asked_at <= vote.at < approval.expires_at
        and vote.at <= now
    )


def _place(vote: Vote) -> tuple[datetime, bool, int, int, str]:
    """Return where a vote stands among all: what is left of it tells no two votes apart that count alike."""
    return vote.at, vote.is_yes, vote.person, vote.organisation, vote.reason


def _is_enough(approval: Approval, organisation_of: dict[int, int]) -> bool:
    return len(organisation_of) >= approval.needs and len(set(organisation_of.values())) >= approval.organisations
