"""What is told and who hears it: events, their envelopes, timers that ring.  Values only; no database here.

An event says that something happened, in ids, codes, instants and counts: never in words, names or values, because
whoever hears it reads the thing again, as its own actor, as of now.  A room writes its events as

    @dataclass(frozen=True, slots=True)
    class CaseOpened(Event):
        NAME = "cases.case-opened"

        case: int
        severity: Severity | None = None

in its `events.py`.  Fields are only added, and with a default; any other change raises `V` and adds an `upcast`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

DEEPEST = 16
"""How long a chain of causes may be: an event of this depth can be heard, and nothing be told on hearing it."""

_classes: dict[str, type[Event]] = {}


class Event:
    """Something that happened, in the past tense; a frozen dataclass below this class."""

    __slots__ = ()

    NAME: ClassVar[str]
    """Room and fact, as `cases.case-opened`; written, so that a class may move."""
    V: ClassVar[int] = 1
    ONCE: ClassVar[bool] = False
    """Whether its subject has this one event and never another: it then needs no row to number its events."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Know the class by its name; one name is one class."""
        super().__init_subclass__(**kwargs)
        known = _classes.get(cls.NAME)
        # A dataclass with slots is made twice, under one name in one module.
        if known is not None and (known.__module__, known.__name__) != (cls.__module__, cls.__name__):
            message = f"Two events are called {cls.NAME}: {known.__module__} and {cls.__module__}."
            raise TypeError(message)
        _classes[cls.NAME] = cls

    @classmethod
    def upcast(cls, v: int, fields: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: ARG003 - a class that has a past uses it
        """Return the fields of an earlier version `v` as this one has them; without a past there is nothing to do."""
        message = f"{cls.NAME} {v} cannot be read: the class has no upcast from it."
        raise TypeError(message)


def event_classes() -> dict[str, type[Event]]:
    """Return every event that a room has, by name."""
    return dict(sorted(_classes.items()))


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known about an event besides what it says."""

    id: UUID
    name: str
    v: int
    subject: str
    """What it happened to, as `case:17`."""
    nr: int
    """Its place among its subject's events: orders deliveries; never shown, sent or returned."""
    actor: int | None
    """The organisation that did it; None under the Chatham House Rule, and where the node itself did."""
    audience: int | None
    realm: int
    at: datetime
    cause: UUID | None
    """The event on hearing which it was told."""
    depth: int


@dataclass(frozen=True, slots=True)
class Ring:
    """A timer that came due.  Whoever hears it looks again whether anything is still to be done."""

    name: str
    subject: str
    due_at: datetime
    realm: int


@dataclass(frozen=True, slots=True)
class Handled:
    """One delivery that a worker tried, and the state that it is in since."""

    handler: str
    subject: str
    what: str
    """The event's name; `''` for a ring."""
    state: str


@dataclass(frozen=True, slots=True)
class Parked:
    """A delivery that was tried as often as it may be; it waits for a person, and its subject's next ones behind it."""

    id: int
    handler: str
    subject: str
    what: str
    """The event's name; `''` for a ring."""
    at: datetime
    """When the event happened, or the timer was due."""
    parked_at: datetime
    tries: int
    error: str
    """The error's class and where it arose; never its words, which may quote what was shared."""
    behind: int
    """How many deliveries wait for this one."""


@dataclass(frozen=True, slots=True)
class Jump:
    """The node's clock moved by itself; negative seconds are a clock that went back."""

    at: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class FailingJob:
    """A periodic job whose last run failed; it runs again in its next turn."""

    name: str
    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Health:
    """How the worker stands, for the operator and for `/readyz`."""

    alive_since: datetime | None
    """Since when a worker runs without a gap; None where none does."""
    seen_at: datetime | None
    """The last sign of life of any worker."""
    untold: int
    """Events that no worker has looked at yet."""
    waiting: int
    """Deliveries that could be tried now."""
    oldest_at: datetime | None
    """Since when the oldest of these waits."""
    parked: int
    oldest_parked_at: datetime | None
    jumps: tuple[Jump, ...]
    """Of the last seven days, the newest first."""
    failing: tuple[FailingJob, ...]
    problems: tuple[str, ...]
    """Codes of what keeps the node from being ready: `worker-away`, `behind`, `parked`."""
