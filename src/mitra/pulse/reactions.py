"""Who hears what: a room's `reactions.py` says it with these decorators, and is read when the program starts.

A name is written, never derived, so that code may move without losing a delivery.  What each of them calls:

* `@on(CaseOpened, name="directory.warn")`: `(event, envelope, *, now)`
* `@on_timer("cases.acknowledge")`: `(ring, *, now)`
* `@every(60, name="store.lift-embargoes")`: `(*, now)`, a job, outside any transaction

A reaction runs in one transaction with its delivery's end, so its rows are written exactly once.  It reads the thing
again as of now, calls nothing beyond the database, does not wait, and takes a second at most.  A job may take longer
and makes its own transactions.

No state hangs on a ring.  What a thing is follows from its rows and the clock, `state(rows, now)` in the room's rules,
and is right on reading with the worker stopped; a ring announces it.  A state that ends something is written by whoever
sees it first, under the subject's lock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from mitra.pulse.schemas import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from mitra.pulse.facts import Envelope, Event, Ring

NAME = re.compile(r"[a-z]+\.[a-z]+(-[a-z]+)*", re.ASCII)


class Hears(Protocol):
    """A reaction to an event."""

    def __call__(self, event: Any, envelope: Envelope, /, *, now: datetime) -> None:  # noqa: ANN401 - its own event
        """Write what follows from it."""
        ...


class Rings(Protocol):
    """A reaction to a timer."""

    def __call__(self, ring: Ring, /, *, now: datetime) -> None:
        """Write what follows from it, if it still does."""
        ...


class Runs(Protocol):
    """A periodic job."""

    def __call__(self, *, now: datetime) -> None:
        """Do it once."""
        ...


Some = TypeVar("Some", bound=Hears)
SomeRing = TypeVar("SomeRing", bound=Rings)
SomeRun = TypeVar("SomeRun", bound=Runs)


@dataclass(frozen=True, slots=True)
class Hearing:
    """One reaction: to which event, and what is called."""

    event: type[Event]
    call: Hears


@dataclass(frozen=True, slots=True)
class Job:
    """One periodic job: how often, and what is called."""

    seconds: int
    call: Runs


_hearings: dict[str, Hearing] = {}
_rings: dict[str, Rings] = {}
_jobs: dict[str, Job] = {}


def on(event: type[Event], *, name: str) -> Callable[[Some], Some]:
    """Call a function for each event of this class; raises ValueError for a name that is taken or is none."""

    def keep(call: Some) -> Some:
        schema_of(event)
        _hearings[_free(name)] = Hearing(event, call)
        return call

    return keep


def on_timer(name: str) -> Callable[[SomeRing], SomeRing]:
    """Call a function when a timer of this name rings."""

    def keep(call: SomeRing) -> SomeRing:
        _rings[_free(name)] = call
        return call

    return keep


def every(seconds: int, *, name: str) -> Callable[[SomeRun], SomeRun]:
    """Call a function again and again, one at a time in the whole node; a failure waits for its next turn."""

    def keep(call: SomeRun) -> SomeRun:
        _jobs[_free(name)] = Job(seconds, call)
        return call

    return keep


def listeners(event: str) -> Iterable[str]:
    """Return the names of the reactions to an event."""
    return [name for name, hearing in _hearings.items() if event == hearing.event.NAME]


def hearing_of(name: str) -> Hearing | None:
    """Return a reaction by its name, or None where this program has none."""
    return _hearings.get(name)


def ring_of(name: str) -> Rings | None:
    """Return what is called when a timer rings, or None where this program has nothing."""
    return _rings.get(name)


def timer_names() -> list[str]:
    """Return the names of all timers that something hears."""
    return sorted(_rings)


def jobs() -> dict[str, Job]:
    """Return every periodic job."""
    return dict(_jobs)


def _free(name: str) -> str:
    if not NAME.fullmatch(name):
        message = f"{name!r} names no reaction: write room and deed, as cases.acknowledge."
        raise ValueError(message)
    if name in _hearings or name in _rings or name in _jobs:
        message = f"Two reactions are called {name}."
        raise ValueError(message)
    return name
