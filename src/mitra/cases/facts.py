"""What this room releases: cases, entries and steps, and the bytes of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 -- pydantic reads the facts' annotations
from typing import Annotated, Final, Literal

from annotated_types import Len
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mitra.cases import models
from mitra.cases.rules import TABLE, Lead, score_of, severity_of
from mitra.cases.task_rules import TASK_TABLE, Hold
from mitra.community import queries as community
from mitra.store.things.kinds import Kind
from mitra.store.things.threads import Course, Taken

CASES_READ: Final = "cases:read"
CASES_WRITE: Final = "cases:write"
ROOM: Final = "cases"
EntryKind = Literal["note", "fact", "request", "decision"]
Precision = Literal["minute", "hour", "day", "month"]


@dataclass(frozen=True, slots=True)
class Case:
    """What one case says of itself.  How it stands, and who leads it, is a fold of its steps."""

    number: Annotated[str, Len(1, 20)]
    heading: Annotated[str, Len(1, 200)]
    circle: Annotated[str, Len(1, 60)]
    """The short name of the working circle in which it is handled."""
    kind: Annotated[str, Len(1, 80)]
    """A class and type of the Reference Security Incident Taxonomy, as `fraud/phishing`."""
    summary: Annotated[str, Len(0, 20_000)] = ""
    impact: dict[str, str] = field(default_factory=dict)
    """Factor of the published sum → answer (`rules.POINTS`)."""
    states: tuple[str, ...] = ()
    """States hit, ISO 3166-1 alpha-2."""
    sectors: tuple[str, ...] = ()
    """Sectors hit, by STIX 2.1's `industry-sector-ov`."""
    detected_at: datetime | None = None
    occurred_from: datetime | None = None
    occurred_until: datetime | None = None
    precision: Precision = "minute"
    """How exactly those three times are known."""

    @property
    def score(self) -> int:
        """What the published sum comes to, of 100."""
        return score_of(self.impact, len(self.states))

    @property
    def severity(self) -> int:
        """0 to 5, by the sum."""
        return severity_of(self.score)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry says."""

    sheet_ref: str
    number: Annotated[str, Len(1, 20)]
    kind: EntryKind
    words: Annotated[str, Len(1, 20_000)]
    happened_at: datetime | None = None
    """When what it says happened, where that is another time than when it was written."""
    corrects: str = ""
    """The number of the entry of the same author in whose place it stands."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one task says.  Who holds it is a fold of its steps."""

    sheet_ref: str
    number: Annotated[str, Len(1, 20)]
    heading: Annotated[str, Len(1, 200)]
    words: Annotated[str, Len(0, 20_000)] = ""
    due_at: datetime | None = None
    chain: tuple[str, ...] = ()
    """Organisations that follow the sun with it, by their STIX ids, each handing it to the next."""


def page_of(stix_id: str) -> str:
    """Return the address of a case's page."""
    return reverse("cases:case", args=[stix_id])


CASE: Final = Kind(
    "x-mitra-case", ROOM, Case, models.Case, title=lambda it: it.heading, label=_("case"), address=page_of
)
ENTRY: Final = Kind("x-mitra-entry", ROOM, Entry, models.Entry, title=lambda it: it.words[:80], label=_("entry"))
STEP: Final = Kind("x-mitra-case-step", ROOM, Taken, models.CaseStep, title=lambda it: it.word, label=_("step"))
TASK: Final = Kind("x-mitra-task", ROOM, Task, models.Task, title=lambda it: it.heading, label=_("task"))
TASK_STEP: Final = Kind(
    "x-mitra-task-step", ROOM, Taken, models.TaskStep, title=lambda it: it.word, label=_("step of a task")
)
COURSE: Final = Course(TABLE, STEP, begin=lambda sheet: Lead(community.identify_organisation(sheet.owner)))
TASK_COURSE: Final = Course(
    TASK_TABLE, TASK_STEP, begin=lambda sheet: Hold(community.identify_organisation(sheet.owner))
)
