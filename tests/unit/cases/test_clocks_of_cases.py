"""Clocks of cases: what each severity allows, what is overdue, and what a judgement, a rest or a holiday moves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitra.cases.clocks import ACKNOWLEDGE, ASSESS, MINUTES, UPDATE, ended, paused, regraded, resumed, wound
from mitra.core.time.working import office_hours

YANGON = office_hours("Asia/Yangon", holidays=frozenset({date(2027, 1, 1), date(2027, 1, 4)}))
BERLIN = office_hours("Europe/Berlin")
NEW_YEAR = datetime(2026, 12, 31, 8, tzinfo=UTC)
SEVERITIES = st.integers(1, 5)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


def minutes(clock):
    return (clock.due_at - clock.since) / timedelta(minutes=1)


@pytest.mark.parametrize(("severity", "expected"), [(5, (15, 60, 240)), (4, (30, 120, 480))])
def test_what_is_grave_runs_day_and_night(severity, expected):
    clocks = [wound(kind, severity, NEW_YEAR, YANGON) for kind in (ACKNOWLEDGE, ASSESS, UPDATE)]
    assert tuple(minutes(clock) for clock in clocks) == expected
    assert [clock.warn_at for clock in clocks] == [NEW_YEAR + timedelta(minutes=each // 2) for each in expected]


def test_below_s4_only_hours_of_work_count_over_holidays_and_a_weekend():
    clock = wound(ACKNOWLEDGE, 2, NEW_YEAR, YANGON)
    assert clock.due_at == datetime(2027, 1, 5, 8, tzinfo=UTC)  # CASE28: 480 minutes of work


def test_at_s0_there_is_the_time_of_s1():
    assert wound(ASSESS, 0, NEW_YEAR, YANGON).due_at == wound(ASSESS, 1, NEW_YEAR, YANGON).due_at


def test_a_clock_is_warned_half_way_and_overdue_at_its_end_whatever_rings():
    clock = wound(ACKNOWLEDGE, 5, NEW_YEAR, YANGON)
    states = [clock.state(NEW_YEAR + timedelta(minutes=after)) for after in (0, 6.9, 7, 14.9, 15, 900)]
    assert states == ["running", "running", "warned", "warned", "overdue", "overdue"]
    assert ended(clock, now=clock.due_at).state(NEW_YEAR) == "met"
    assert ended(clock, now=clock.due_at + timedelta(seconds=1)).state(NEW_YEAR) == "late"


@given(MOMENTS, SEVERITIES, SEVERITIES, st.integers(0, 60_000))
def test_a_judgement_restarts_nothing_and_never_takes_back_that_a_clock_was_overdue(since, first, then, after):
    now = since + timedelta(minutes=after)
    before = wound(UPDATE, first, since, BERLIN)
    anew = regraded(before, then, BERLIN, now=now)
    assert anew.since == since
    if before.state(now) == "overdue":
        assert (anew.due_at, anew.state(now)) == (before.due_at, "overdue")
    else:
        assert anew.due_at == wound(UPDATE, then, since, BERLIN).due_at


@given(MOMENTS, SEVERITIES, SEVERITIES)
def test_graver_is_never_later(since, one, other):
    low, high = sorted((one, other))
    for kind in MINUTES[5]:
        assert wound(kind, high, since, BERLIN).due_at <= wound(kind, low, since, BERLIN).due_at


@given(MOMENTS, SEVERITIES, st.integers(0, 5_000), st.integers(0, 20_000))
def test_a_rest_leaves_what_was_left(since, severity, worked, rested):
    clock = wound(UPDATE, severity, since, BERLIN)
    stop = since + timedelta(minutes=worked)
    go = stop + timedelta(minutes=rested)
    still = paused(clock, now=stop)
    on = resumed(still, BERLIN, now=go)
    if clock.due_at <= stop:
        assert on.due_at == clock.due_at
    else:
        assert on.due_at >= clock.due_at
        if severity >= 4:
            assert on.due_at - go == clock.due_at - stop
    assert paused(clock, now=since).state(clock.due_at + timedelta(days=400)) == "paused"


def test_over_a_change_of_clocks_a_night_and_day_clock_counts_hours_that_pass():
    autumn = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert wound(UPDATE, 4, autumn, BERLIN).due_at == autumn + timedelta(hours=8)
