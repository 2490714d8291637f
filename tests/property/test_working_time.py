"""Working time is what a walk from minute to minute counts: two years of zones, changing clocks and holidays."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.time.working import (
    Interval,
    WorkingHours,
    add_working_time,
    is_working,
    next_opening,
    office_hours,
    working_minutes_between,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTES = 2 * 365 * 1_440
NIGHTS = (Interval(0, 22 * 60, 1_440), Interval(1, 0, 6 * 60), Interval(6, 1 * 60, 3 * 60))
SATURDAY = date(2026, 5, 2)
HOURS = [
    office_hours("Asia/Yangon", holidays=frozenset({date(2027, 1, 1), date(2027, 1, 4), SATURDAY})),
    office_hours("Asia/Kathmandu", 10 * 60 + 15, 16 * 60 + 45),
    WorkingHours("Australia/Lord_Howe", NIGHTS, frozenset({date(2026, 4, 6)})),
    WorkingHours("America/New_York", NIGHTS),
    office_hours("Africa/Casablanca", holidays=frozenset({date(2026, 3, 20)})),
    office_hours("Pacific/Apia", 0, 1_440),
]


@cache
def open_minutes(hours):
    """For each minute of two years, whether it is worked, by asking a clock; and how many were before it."""
    zone, by_day = ZoneInfo(hours.zone), {}
    for interval in hours.intervals:
        by_day.setdefault(interval.weekday, []).append((interval.start, interval.end))
    worked, counted, total = bytearray(MINUTES), [0] * (MINUTES + 1), 0
    for minute in range(MINUTES):
        shown = (START + timedelta(minutes=minute)).astimezone(zone)
        of_day = shown.hour * 60 + shown.minute
        is_open = any(a <= of_day < b for a, b in by_day.get(shown.weekday(), ()))
        worked[minute] = is_open and shown.date() not in hours.holidays
        total += worked[minute]
        counted[minute + 1] = total
    return worked, counted


@pytest.mark.parametrize("hours", HOURS, ids=lambda hours: hours.zone)
def test_each_minute_of_two_years_is_worked_or_not_as_a_clock_says(hours):
    worked, counted = open_minutes(hours)
    for minute in range(0, MINUTES, 7):
        assert is_working(START + timedelta(minutes=minute), hours) == bool(worked[minute]), minute
    assert working_minutes_between(START, START + timedelta(minutes=MINUTES), hours) == counted[MINUTES]


@pytest.mark.parametrize("hours", HOURS, ids=lambda hours: hours.zone)
@settings(max_examples=60)
@given(st.integers(0, MINUTES - 1), st.integers(0, MINUTES), st.integers(1, 20_000))
def test_sums_are_what_a_walk_counts(hours, start, end, minutes):
    worked, counted = open_minutes(hours)
    at, until = START + timedelta(minutes=start), START + timedelta(minutes=end)
    assert working_minutes_between(at, until, hours) == max(0, counted[end] - counted[start])
    opening = worked.find(1, start)
    if opening >= 0:
        assert next_opening(at, hours) == START + timedelta(minutes=opening)
    wanted = counted[start] + minutes
    if wanted <= counted[MINUTES]:
        due = next(minute for minute in range(start + 1, MINUTES + 1) if counted[minute] == wanted)
        assert add_working_time(at, minutes, hours) == START + timedelta(minutes=due)


@given(st.integers(0, 10**6), st.integers(1, 5_000))
def test_what_is_added_lies_between(start, minutes):
    at = START + timedelta(minutes=start)
    assert working_minutes_between(at, add_working_time(at, minutes, HOURS[2]), HOURS[2]) == minutes
