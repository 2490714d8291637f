"""What the board shares, and how a notice runs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from annotated_types import Len
from django.urls import reverse

from board import models
from mitra.community import queries as community
from mitra.core.steps import Row, Table
from mitra.store.things.kinds import Kind
from mitra.store.things.threads import Course, Taken


class Urgency(StrEnum):
    """How soon somebody should read it."""

    CALM = "calm"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Notice:
    """What one notice says."""

    heading: Annotated[str, Len(1, 200)]
    words: str
    urgency: Urgency = Urgency.CALM
    valid_until: datetime | None = None
    places: tuple[str, ...] = ()
    about_ref: str | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one answer says."""

    sheet_ref: str
    words: Annotated[str, Len(1, 4_000)]


def page_of(stix_id):
    """Return the address of a notice's page."""
    return reverse("board:notice", args=[stix_id])


NOTICE = Kind(
    "x-mitra-board-notice", "board", Notice, models.Notice, title=lambda it: it.heading, label="notice", address=page_of
)
REPLY = Kind("x-mitra-board-reply", "board", Reply, models.Reply, title=lambda it: it.words[:80], label="answer")
STEP = Kind("x-mitra-board-step", "board", Taken, models.NoticeStep, title=lambda it: it.word, label="step")

COURSE = Course(
    Table(
        name="notice",
        start="open",
        rows=(
            Row(("open",), "take-up", ("reader",), "in-hand"),
            Row(("open", "in-hand"), "close", ("author",), "closed"),
            Row(("closed",), "reopen", ("author",), "open"),
        ),
        roles={
            "author": lambda author, step: step.by == author,
            "reader": lambda author, step: step.by != author,
        },
    ),
    STEP,
    begin=lambda sheet: community.get_organisation(sheet.owner).stix_id,
)
