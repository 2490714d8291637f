"""What the board shares."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from annotated_types import Len

from board.models import Notice as Row
from mitra.store.things.kinds import Kind


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


NOTICE = Kind("x-mitra-board-notice", "board", Notice, Row, title=lambda notice: notice.heading)
