"""Working time over zones and holidays: when so many minutes of work are over, and how many lie between two instants.

An instant is working time when a clock in the zone shows a time within the hours of that weekday and its date is no
holiday.  So a night shift is two intervals, a holiday closes its own date from midnight to midnight, and an hour that
clocks leap over is not worked, one that they show twice is worked twice.  tests/property/test_working_time.py holds
this against a walk from minute to minute.

Days are taken by UTC, for each the open spans are worked out once (`_open_spans`): 68,000 sums/s were asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.core.errors import InvalidInput
from mitra.core.time.local import zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    Span = tuple[int, int]
    """The first second and the one after the last, since 1970 UTC."""

MINUTE: Final = 60
DAY: Final = 86_400
MINUTES_A_DAY: Final = 1_440
LONGEST_DAYS: Final = 1_100
"""How far ahead is looked: three years.  Whoever works less than asked in them has no such deadline."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_ORDINAL: Final = _EPOCH.toordinal()


class Interval(NamedTuple):
    """Hours of one weekday: Monday is 0; minutes since midnight, the last one not worked, at most 1,440."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a body works.  Raises InvalidInput for a zone that is none, and for hours that are none or overlap."""

    zone: str
    intervals: tuple[Interval, ...]
    holidays: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        zone_of(self.zone)
        if not self.intervals:
            raise InvalidInput("Say at least one weekday's hours.", path="/intervals", rule="no-working-hours")
        before = Interval(-1, 0, 0)
        for nth, interval in enumerate(sorted(self.intervals)):
            if not (0 <= interval.weekday < 7 and 0 <= interval.start < interval.end <= MINUTES_A_DAY):
                message = "Hours lie within one day and end after they begin; a night shift is two of them."
                raise InvalidInput(message, path=f"/intervals/{nth}", rule="working-hours")
            if interval.weekday == before.weekday and interval.start < before.end:
                raise InvalidInput("These hours overlap.", path=f"/intervals/{nth}", rule="working-hours-overlap")
            before = interval


def office_hours(
    zone: str, start: int = 9 * 60, end: int = 17 * 60, holidays: frozenset[date] = frozenset()
) -> WorkingHours:
    """Return the same hours from Monday to Friday, in minutes since midnight."""
    return WorkingHours(zone, tuple(Interval(weekday, start, end) for weekday in range(5)), holidays)


def add_working_time(start: datetime, minutes: int, hours: WorkingHours) -> datetime:
    """Return the instant (UTC) at which so many minutes are worked, counted from `start`; none are over at once.

    Raises InvalidInput (`no-working-time`) where three years do not hold so many.
    """
    at = _seconds(start)
    left = minutes * MINUTE
    if left <= 0:
        return start.astimezone(UTC)
    for begin, end in _spans_from(at, hours):
        open_for = end - max(begin, at)
        if open_for >= left:
            return _EPOCH + timedelta(seconds=max(begin, at) + left)
        left -= open_for
    message = f"These hours hold no {minutes:,} minutes of work within three years."
    raise InvalidInput(message, path="/minutes", rule="no-working-time")


def working_minutes_between(start: datetime, end: datetime, hours: WorkingHours) -> int:
    """Return how many whole minutes are worked from `start` to `end`; none where that is not later."""
    at, until = _seconds(start), _seconds(end)
    worked = 0
    for day in range(at // DAY, (until - 1) // DAY + 1):
        worked += sum(max(0, min(last, until) - max(first, at)) for first, last in _open_spans(hours, day))
    return worked // MINUTE


def is_working(at: datetime, hours: WorkingHours) -> bool:
    """Return whether an instant is working time."""
    second = _seconds(at)
    return any(first <= second < last for first, last in _open_spans(hours, second // DAY))


def next_opening(at: datetime, hours: WorkingHours) -> datetime:
    """Return the first instant from `at` on that is working time; raises InvalidInput where three years have none."""
    second = _seconds(at)
    for first, _ in _spans_from(second, hours):
        return _EPOCH + timedelta(seconds=max(first, second))
    raise InvalidInput("These hours hold no working time within three years.", path="", rule="no-working-time")


def _seconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(seconds=1)


def _spans_from(at: int, hours: WorkingHours) -> Iterator[Span]:
    """Yield the open spans that end after a second, in their order."""
    for day in range(at // DAY, at // DAY + LONGEST_DAYS):
        for span in _open_spans(hours, day):
            if span[1] > at:
                yield span


@lru_cache(maxsize=65_536)
def _open_spans(hours: WorkingHours, day: int) -> tuple[Span, ...]:
    """Return when it is open on one day of UTC, counted from 1970."""
    spans: list[Span] = []
    for first, last, offset in _offsets(hours.zone, day):
        for local_day in range((first + offset) // DAY, (last - 1 + offset) // DAY + 1):
            on = date.fromordinal(_FIRST_ORDINAL + local_day)
            if on in hours.holidays:
                continue
            midnight = local_day * DAY - offset
            for interval in hours.intervals:
                if interval.weekday == on.weekday():
                    begin = max(first, midnight + interval.start * MINUTE)
                    end = min(last, midnight + interval.end * MINUTE)
                    if begin < end:
                        spans.append((begin, end))
    return tuple(sorted(spans))


@lru_cache(maxsize=65_536)
def _offsets(zone: str, day: int) -> tuple[tuple[int, int, int], ...]:
    """Return the stretches of one day of UTC through which the zone's clocks stay as far from it: (from, to, seconds).

    At most one change a day is looked for, as no zone has had two.
    """
    first, last = day * DAY, (day + 1) * DAY
    before, after = _offset(zone, first), _offset(zone, last - 1)
    if before == after:
        return ((first, last, before),)
    low, high = first, last - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return ((first, high, before), (high, last, after))


def _offset(zone: str, second: int) -> int:
    there = (_EPOCH + timedelta(seconds=second)).astimezone(zone_of(zone))
    return int((there.utcoffset() or timedelta()).total_seconds())
