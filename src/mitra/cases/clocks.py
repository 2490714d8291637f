"""How long what may take in a case, by its severity: tables and sums; no clock and no database (CASE13, CASE14).

From S4 on clocks run day and night, below in the working hours of whoever has to act, where a day is eight hours of
work.  Half-way it is warned, at the end it is overdue.  A graver severity counts from when the clock began, so a clock
may be overdue at once; a lesser one never takes back that it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from mitra.core.time.working import add_working_time, working_minutes_between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.core.time.working import WorkingHours

HOUR: Final = 60
DAY_OF_WORK: Final = 8 * HOUR
ACKNOWLEDGE: Final = "acknowledge"
ASSESS: Final = "assess"
UPDATE: Final = "update"
TASK: Final = "task"
TAKE_OVER: Final = "take-over"
"""Of a task: until it is done, and until whoever it is handed to takes it; neither follows from the severity."""
WAKE: Final = "wake"
"""Of a case at rest: until it is to be taken up again."""
NIGHT_AND_DAY_FROM: Final = 4
BY_SEVERITY: Final = (ACKNOWLEDGE, ASSESS, UPDATE)
"""How long these run follows from the severity, and below S4 from the hours of their owner."""
_LEAST: Final = {ACKNOWLEDGE: 3 * DAY_OF_WORK, ASSESS: 7 * DAY_OF_WORK, UPDATE: 30 * DAY_OF_WORK}
MINUTES: Final[Mapping[int, Mapping[str, int]]] = {
    5: {ACKNOWLEDGE: 15, ASSESS: HOUR, UPDATE: 4 * HOUR},
    4: {ACKNOWLEDGE: 30, ASSESS: 2 * HOUR, UPDATE: 8 * HOUR},
    3: {ACKNOWLEDGE: 2 * HOUR, ASSESS: 8 * HOUR, UPDATE: 3 * DAY_OF_WORK},
    2: {ACKNOWLEDGE: DAY_OF_WORK, ASSESS: 3 * DAY_OF_WORK, UPDATE: 7 * DAY_OF_WORK},
    1: _LEAST,
    0: _LEAST,
}
"""Severity → clock → minutes; what is not grave at all has the time of S1."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of one organisation in one case."""

    kind: str
    severity: int
    since: datetime
    warn_at: datetime
    due_at: datetime
    paused_at: datetime | None = None
    ended_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """Return `met`, `late`, `paused`, `overdue`, `warned` or `running`, as of now."""
        if self.ended_at is not None:
            return "met" if self.ended_at <= self.due_at else "late"
        if self.paused_at is not None:
            return "paused"
        if now >= self.due_at:
            return "overdue"
        return "warned" if now >= self.warn_at else "running"


def wound(kind: str, severity: int, since: datetime, hours: WorkingHours) -> Clock:
    """Return a clock that begins at an instant, in the hours of whoever has to act."""
    minutes = MINUTES[severity][kind]
    warn, due = (_after(since, part, severity, hours) for part in (minutes // 2, minutes))
    return Clock(kind, severity, since, warn, due)


def until(kind: str, severity: int, since: datetime, due_at: datetime) -> Clock:
    """Return a clock whose end somebody named; it is warned half-way."""
    return Clock(kind, severity, since, since + (due_at - since) / 2, due_at)


def regraded(clock: Clock, severity: int, hours: WorkingHours, *, now: datetime) -> Clock:
    """Return a running clock at another severity: counted from when it began; what is overdue stays so."""
    if severity == clock.severity or clock.ended_at is not None:
        return clock
    if clock.kind not in BY_SEVERITY or clock.state(now) == "overdue":
        return replace(clock, severity=severity)
    return replace(wound(clock.kind, severity, clock.since, hours), paused_at=clock.paused_at)


def paused(clock: Clock, *, now: datetime) -> Clock:
    """Return a clock that stands still."""
    return clock if clock.paused_at is not None or clock.ended_at is not None else replace(clock, paused_at=now)


def resumed(clock: Clock, hours: WorkingHours, *, now: datetime) -> Clock:
    """Return a clock that goes on with what was left of it."""
    if clock.paused_at is None:
        return clock
    warn, due = (_moved(at, clock, hours, now) for at in (clock.warn_at, clock.due_at))
    return replace(clock, paused_at=None, warn_at=warn, due_at=due)


def ended(clock: Clock, *, now: datetime) -> Clock:
    """Return a clock that somebody met, in time or late."""
    return clock if clock.ended_at is not None else replace(clock, ended_at=now, paused_at=None)


def _after(since: datetime, minutes: int, severity: int, hours: WorkingHours) -> datetime:
    if severity >= NIGHT_AND_DAY_FROM:
        return since + timedelta(minutes=minutes)
    return add_working_time(since, minutes, hours)


def _moved(at: datetime, clock: Clock, hours: WorkingHours, now: datetime) -> datetime:
    """Return an instant of a clock, later by as long as it stood still."""
    stopped = clock.paused_at
    if stopped is None or at <= stopped:
        return at
    if clock.severity >= NIGHT_AND_DAY_FROM:
        return at + (now - stopped)
    # Whole minutes are counted, and none is taken away.
    begun, over = stopped.replace(second=0, microsecond=0), at + timedelta(seconds=59)
    return add_working_time(now, working_minutes_between(begun, over, hours), hours)
