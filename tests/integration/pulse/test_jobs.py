"""Periodic jobs: each in its turn, whatever the one before did, and one at a time in the whole node."""

from datetime import timedelta

import pytest

from clock_world import NOW
from mitra.core.ledger.dates import micros
from mitra.pulse import jobs, queries, reactions
from mitra.pulse.facts import FailingJob
from mitra.pulse.jobs import Rota
from mitra.pulse.models import Job
from pulse_room import does_nothing, kept_registry

SECOND = timedelta(seconds=1)


@pytest.fixture(params=[60, 59])
def ran(db, request):
    """A job each minute or sooner: (when it ran, what it raises next, a rota)."""
    calls, raises = [], []

    def job(*, now):
        calls.append(now)
        if raises:
            raise raises.pop()

    with kept_registry():
        reactions._jobs.clear()
        reactions.every(request.param, name="tests.job")(job)
        yield calls, raises, Rota()


def test_a_job_runs_at_once_and_then_in_its_turn(ran):
    for seconds in (0, 1, 58, 60, 61, 118, 120):
        ran[2].turn(NOW + seconds * SECOND)
    assert ran[0] == [NOW, NOW + 60 * SECOND, NOW + 120 * SECOND]


def test_turns_that_were_missed_are_not_made_up_for(ran):
    ran[2].turn(NOW)
    ran[2].turn(NOW + 1000 * SECOND)
    ran[2].turn(NOW + 1001 * SECOND)
    assert ran[0] == [NOW, NOW + 1000 * SECOND]


def test_a_job_that_fails_is_told_and_runs_in_its_next_turn(ran):
    ran[1].append(LookupError("secret"))
    ran[2].turn(NOW)
    assert queries.health(NOW).failing == (FailingJob("tests.job", NOW, "LookupError"),)
    ran[2].turn(NOW + 1 * SECOND)
    ran[2].turn(NOW + 60 * SECOND)
    assert len(ran[0]) == 2
    assert queries.health(NOW).failing == ()


def test_one_that_fails_keeps_no_other_from_running(ran):
    ran[1].append(LookupError())
    others = []
    reactions.every(60, name="tests.other")(lambda *, now: others.append(now))
    assert ran[2].turn(NOW)
    assert (len(ran[0]), len(others)) == (1, 1)
    assert not ran[2].turn(NOW)


def test_the_turn_is_written_down_before_the_job_runs(ran):
    def dies(*, now):
        raise SystemExit

    reactions.every(60, name="tests.dies")(dies)
    with pytest.raises(SystemExit):
        jobs.run("tests.dies", now=NOW)
    assert Job.objects.get(name="tests.dies").next_at == micros(NOW + 60 * SECOND)


@pytest.mark.parametrize(("seconds", "rows"), [(60, 1), (59, 0)])
def test_only_turns_of_a_minute_and_more_are_written_down(db, seconds, rows):
    with kept_registry():
        reactions._jobs.clear()
        reactions.every(seconds, name="tests.job")(does_nothing)
        assert Rota().turn(NOW)
        assert Job.objects.count() == rows
        assert Rota().turn(NOW + SECOND) is not bool(rows)


@pytest.mark.parametrize("name", ["job", "tests.Job", "tests.job name", ""])
def test_a_name_is_room_and_deed(name):
    with kept_registry(), pytest.raises(ValueError, match="names no reaction"):
        reactions.every(60, name=name)(does_nothing)


def test_a_name_is_one_reaction():
    with kept_registry():
        reactions.every(60, name="tests.taken")(does_nothing)
        with pytest.raises(ValueError, match="Two reactions are called"):
            reactions.on_timer("tests.taken")(does_nothing)
