"""Every read of this room, for whoever asks; others import these names and no deeper."""

from __future__ import annotations

from mitra.cases.queries.due import Due, clock_of, describe, list_clocks, list_due, open_by_state, timed_invitations
from mitra.cases.queries.lists import CaseLine, list_cases
from mitra.cases.queries.looks import Seen, shown_of
from mitra.cases.queries.one import get_case
from mitra.cases.queries.shapes import CaseView, Part, Said
from mitra.cases.queries.sheets import (
    bodies_in,
    find_by_number,
    find_cases,
    find_sheet,
    how_grave,
    read_sheet,
    stands_of,
)
from mitra.cases.queries.tasks import TaskLine, get_task, list_tasks

__all__ = [
    "CaseLine",
    "CaseView",
    "Due",
    "Part",
    "Said",
    "Seen",
    "TaskLine",
    "bodies_in",
    "clock_of",
    "describe",
    "find_by_number",
    "find_cases",
    "find_sheet",
    "get_case",
    "get_task",
    "how_grave",
    "list_cases",
    "list_clocks",
    "list_due",
    "list_tasks",
    "open_by_state",
    "read_sheet",
    "shown_of",
    "stands_of",
    "timed_invitations",
]
