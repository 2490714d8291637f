"""What is told, to whom and how far it came: values that the rooms above give and read.

Whoever tells gives a ladder: who is told at once, and who next where nobody answers.  No address is looked up here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Tlp
    from mitra.web.ports import Words


class Channel(StrEnum):
    """A way out of the node.  The portal's inbox is none: every message stands there from the first."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    PUSH = "push"
    """To a browser that a person chose, by the push service of its maker."""


class State(StrEnum):
    """How far a message came."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    FALLBACK = "fallback"
    """It reached nobody of those told first, so the next ones are told."""
    ESCALATED = "escalated"
    """Nobody answered in time, so the next ones are told."""
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which somebody is not rung for little: minutes since midnight, over midnight where they end earlier."""

    zone: str
    start: int
    end: int
    wakes_from: int = 4
    """The severity from which on it rings anyway."""


@dataclass(frozen=True, slots=True)
class Address:
    """One way to reach somebody."""

    channel: Channel
    to: str
    """An e-mail address, or the ref of a webhook or of a browser."""
    language: str = "en"
    zone: str = "UTC"
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """Who is told together, and for how many minutes an answer is waited for before the next ones are told."""

    addresses: tuple[Address, ...]
    patience_minutes: int = 15


Ladder = tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """Something that an organisation is to be told.  No words of it: they are read again, by whoever is told."""

    key: str
    """What makes it one: handler, fact and recipient.  A second time nothing is told."""
    code: str
    """What kind of message it is, as `cases.asked`; a room says what it says (`ports.Teller`)."""
    to: int
    """The organisation."""
    about: str
    """The id of what it is about."""
    by: int | None = None
    """In whose name, who then sees how far it came."""
    number: str = ""
    """The number under which people speak of it."""
    tlp: Tlp | None = None
    severity: int = 0
    realm: int = 0
    answer_by: datetime | None = None
    """Until when an answer is waited for; None where none is asked."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a message is about, as one reader may read it now."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Way:
    """One address that a message went to, and how far."""

    channel: Channel
    to: str
    """As far as the reader may know it."""
    state: State
    said: str
    at: datetime
    ref: str
    tries: int
    rung: int


@dataclass(frozen=True, slots=True)
class Line:
    """A message as its recipient, or whoever told it, sees it."""

    ref: str
    code: str
    heading: Words
    number: str
    severity: int
    tlp: Tlp | None
    at: datetime
    state: State
    about: str
    to: int
    answer_by: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    described: Described | None
    """None to whoever told it: it knows what it is about."""
    ways: tuple[Way, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether an answer is still waited for."""
        return self.answer_by is not None and self.acknowledged_at is None


@dataclass(frozen=True, slots=True)
class HookFacts:
    """A webhook of an organisation, without its secret."""

    ref: str
    url: str
    made_at: datetime
    state: str
    """`works`, `fails` or `gone`."""
    said: str
    """What it answered last."""


@dataclass(frozen=True, slots=True)
class BrowserFacts:
    """A browser in which a person is told."""

    ref: str
    service: str
    """The host of the push service that reaches it: what its person knows it by, beside the day."""
    mark: str
    """SHA-256 of its address, by which the browser finds itself in the list; the address stays with us."""
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told; `quiet` are minutes since midnight on its own clock."""

    by_mail: bool = True
    quiet: tuple[int, int] | None = None
    wakes_from: int = 4
