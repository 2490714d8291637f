"""What a session keeps between two pages of sharing: a draft, and what became of the last share.

Both are small.  A text that is too long for a session is not kept, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.http import QueryDict

from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from mitra.community.doors import MemberRequest
    from mitra.exchange.facts import Report, Result

DRAFT, OUTCOME = "exchange-draft", "exchange-outcome"
MOST_CHARACTERS: Final = 64 * 1024
MOST_RESULTS: Final = 200
MOST_NAMED: Final = 50
NOT_KEPT: Final = ("csrfmiddlewaretoken", "step")


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was last looked at."""

    data: QueryDict
    at: datetime
    is_whole: bool
    """False when the text was too long to keep."""


def read_draft(request: MemberRequest) -> Draft | None:
    """Return the draft of this session, if any."""
    found = request.session.get(DRAFT)
    if found is None:
        return None
    return Draft(QueryDict(found["form"]), datetime.fromisoformat(found["at"]), is_whole=found["is_whole"])


def keep_draft(request: MemberRequest, data: QueryDict) -> Draft:
    """Keep a form as it stands."""
    form = data.copy()
    for name in NOT_KEPT:
        form.pop(name, None)
    is_whole = len(form.get("text", "")) <= MOST_CHARACTERS
    if not is_whole:
        form["text"] = ""
    request.session[DRAFT] = {"form": form.urlencode(), "at": request.now.isoformat(), "is_whole": is_whole}
    return Draft(form, request.now, is_whole=is_whole)


def discard_draft(request: MemberRequest) -> None:
    """Forget the draft."""
    request.session.pop(DRAFT, None)


def keep_outcome(request: MemberRequest, report: Report) -> None:
    """Keep what became of a share for the page that follows."""
    request.session[OUTCOME] = {
        "totals": {outcome.value: count for outcome, count in report.totals.items()},
        "accepted": [result.id for result in report.accepted[:MOST_NAMED]],
        "results": [told(result) for result in report.results[:MOST_RESULTS]],
        "notes": report.notes[:MOST_NAMED],
        "at": request.now.isoformat(),
    }


def told(result: Result) -> dict[str, Any]:
    """Return one result as plain words."""
    return {
        "outcome": result.outcome.value,
        "id": result.id,
        "line": result.line,
        "reason": result.reason,
        "path": result.path,
        "ref": result.ref,
    }


def read_outcome(request: MemberRequest) -> dict[str, Any] | None:
    """Return what became of the last share of this session, if any."""
    found: dict[str, Any] | None = request.session.get(OUTCOME)
    return found


def is_one_accepted(report: Report) -> bool:
    """Return whether exactly one object was shared and nothing else happened."""
    return report.read == 1 and report.totals[Outcome.ACCEPTED] == 1 and bool(report.accepted)
