"""The values of delivery memory: what is noted when shares are handed out, and what is told of it later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Channel(StrEnum):
    """By which way shares were handed out."""

    PORTAL = "portal"
    """A person read them on a page."""
    LOOKUP = "look-up"
    TAXII = "taxii"
    EXPORT = "export"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who was handed something.  What the public reads is CLEAR, and nobody counts it."""

    organisation: int
    person: int | None = None
    credential: int | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a share: one organisation by one way, how often, since when and last when."""

    seq: int
    organisation: int
    person: int | None
    channel: Channel
    times: int
    first_at: datetime
    last_at: datetime
