"""Times on a wall, hours, and what is refused of them."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.time.local import instant_of
from mitra.core.time.working import Interval, WorkingHours, add_working_time, next_opening, office_hours

NEW_YORK = "America/New_York"
WALL = datetime.fromisoformat


def test_a_case_that_was_counted_by_hand_comes_out():
    hours = office_hours("Asia/Yangon", holidays=frozenset({date(2027, 1, 1), date(2027, 1, 4)}))
    due = add_working_time(datetime(2026, 12, 31, 8, tzinfo=UTC), 480, hours)
    assert due == datetime(2027, 1, 5, 8, tzinfo=UTC)


def test_what_is_worked_when_the_hours_end_is_due_then_and_not_next_morning():
    thursday = datetime(2026, 12, 31, 8, tzinfo=UTC)
    assert add_working_time(thursday, 150, office_hours("Asia/Yangon")) == thursday + timedelta(minutes=150)
    assert add_working_time(thursday, 0, office_hours("Asia/Yangon")) == thursday


@pytest.mark.parametrize(
    ("wall", "zone", "instant"),
    [
        (WALL("2026-11-26T09:00"), "Asia/Yangon", datetime(2026, 11, 26, 2, 30, tzinfo=UTC)),
        (WALL("2026-11-26T09:00"), "Asia/Dili", datetime(2026, 11, 26, tzinfo=UTC)),
        (WALL("2026-07-01T09:00"), NEW_YORK, datetime(2026, 7, 1, 13, tzinfo=UTC)),
    ],
)
def test_a_time_on_a_wall_is_an_instant(wall, zone, instant):
    assert instant_of(wall, zone) == instant


def test_a_time_that_clocks_leap_over_is_refused_with_those_around_it():
    with pytest.raises(InvalidInput, match=r"leap over 02:30 on 2026-03-08; write 01:30 or 03:30") as refused:
        instant_of(WALL("2026-03-08T02:30"), NEW_YORK, path="/due")
    assert (refused.value.rule, refused.value.path) == ("local-time-missing", "/due")


def test_a_time_that_comes_twice_wants_to_be_told_which():
    wall = WALL("2026-11-01T01:30")
    with pytest.raises(InvalidInput, match="twice on 2026-11-01; say whether UTC−04:00 or UTC−05:00") as refused:
        instant_of(wall, NEW_YORK)
    assert refused.value.rule == "local-time-twice"
    both = [instant_of(wall, NEW_YORK, is_later=later).hour for later in (False, True)]
    assert both == [5, 6]


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: office_hours("Asia/Saigoon"), "time-zone"),
        (lambda: WorkingHours("Asia/Bangkok", ()), "no-working-hours"),
        (lambda: office_hours("Asia/Bangkok", 17 * 60, 9 * 60), "working-hours"),
        (lambda: WorkingHours("Asia/Bangkok", (Interval(7, 0, 60),)), "working-hours"),
        (lambda: WorkingHours("Asia/Bangkok", (Interval(1, 0, 90), Interval(1, 60, 120))), "working-hours-overlap"),
    ],
)
def test_hours_that_cannot_be_are_refused(make, rule):
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.rule == rule


def test_hours_that_never_open_have_no_deadline():
    everyday = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(1_200))
    closed = office_hours("Asia/Bangkok", holidays=everyday)
    for ask in (
        lambda: add_working_time(datetime(2026, 2, 1, tzinfo=UTC), 1, closed),
        lambda: next_opening(datetime(2026, 2, 1, tzinfo=UTC), closed),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask()
        assert refused.value.rule == "no-working-time"


def test_sums_are_cheap():
    hours, at = office_hours("Asia/Yangon"), datetime(2026, 12, 31, 8, tzinfo=UTC)
    add_working_time(at, 480, hours)
    began = time.process_time()
    for _ in range(10_000):
        add_working_time(at, 480, hours)
    assert time.process_time() - began < 1
