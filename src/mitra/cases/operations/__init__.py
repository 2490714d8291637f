"""Every write of this room; others import these names and no deeper."""

from __future__ import annotations

from mitra.cases.operations.bringing import open_from
from mitra.cases.operations.calendars import keep_calendar
from mitra.cases.operations.entries import MOST_FILES, TOO_MANY, NewEntry, write_entry
from mitra.cases.operations.looking import note_look, take_in_hand
from mitra.cases.operations.merging import merge
from mitra.cases.operations.opening import NewCase, Opened, ask_in, open_case
from mitra.cases.operations.steps import take_step
from mitra.cases.operations.tasks import NewTask, set_task, take_task_step

__all__ = [
    "MOST_FILES",
    "TOO_MANY",
    "NewCase",
    "NewEntry",
    "NewTask",
    "Opened",
    "ask_in",
    "keep_calendar",
    "merge",
    "note_look",
    "open_case",
    "open_from",
    "set_task",
    "take_in_hand",
    "take_step",
    "take_task_step",
    "write_entry",
]
