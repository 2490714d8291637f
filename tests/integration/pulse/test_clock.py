"""A clock that moves by itself is told to the operator, and keeps nothing waiting for a future that is gone."""

from datetime import timedelta

import pytest

from clock_world import NOW, World
from mitra.core.ledger.dates import micros
from mitra.pulse import queries, reactions
from mitra.pulse.facts import Jump
from mitra.pulse.jobs import Rota
from mitra.pulse.models import Worker
from mitra.pulse.watching import Watch
from pulse_room import kept_registry, reacting, tell

HOUR = timedelta(hours=1)


def looked(*seen):
    """A watch that looked at these (seconds of the clock, seconds that passed)."""
    watch = Watch()
    for clock, passed in seen:
        watch.look(NOW + timedelta(seconds=clock), passed)
    return watch


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ([(0, 0), (1, 1), (2, 2)], []),
        ([(0, 0), (50, 1), (100, 2)], []),
        ([(0, 0), (61, 0.5)], [60]),
        ([(0, 0), (62, 1)], [61]),
        ([(0, 0), (-59, 1)], []),
        ([(0, 0), (-60, 1)], [-61]),
        ([(0, 0), (7200, 7200)], []),
        ([(0, 0), (-3600, 1), (-3599, 2), (1, 3)], [3599, -3601]),
    ],
)
def test_a_jump_of_more_than_a_minute_is_told(db, seen, told):
    looked(*seen)
    last = NOW + timedelta(seconds=seen[-1][0])
    assert [jump.seconds for jump in queries.health(last + HOUR).jumps] == told


def test_a_clock_that_went_back_while_no_worker_ran_is_told(db):
    looked((0, 0))
    looked((-3600, 0))
    assert queries.health(NOW).jumps == (Jump(NOW - HOUR, -3600),)


def test_a_node_that_was_stopped_for_a_month_has_no_jump(db):
    looked((0, 0))
    looked((30 * 86_400, 5))
    assert queries.health(NOW + timedelta(days=30)).jumps == ()


def test_what_waits_to_be_tried_again_does_not_wait_for_the_future_that_was(db):
    tried = []

    def fails(event, envelope, *, now):
        tried.append(now)
        raise LookupError

    with reacting(fails=fails):
        tell(1, now=NOW)
        world = World()
        world.advance(timedelta(minutes=1))
        watch = looked((0, 0))
        world.now = NOW - 24 * HOUR
        before = len(tried)
        watch.look(world.now, 1)
        world.work()
    assert len(tried) == before + 1


@pytest.mark.parametrize("seconds", [10, 3600])
def test_a_job_does_not_wait_for_the_future_that_was(db, seconds):
    ran, rota, earlier = [], Rota(), NOW - 24 * HOUR
    with kept_registry():
        reactions._jobs.clear()
        reactions.every(seconds, name="tests.job")(lambda *, now: ran.append(now))
        for now in (NOW, earlier, earlier + timedelta(seconds=seconds - 1), earlier + timedelta(seconds=seconds)):
            rota.turn(now)
    assert ran == [NOW, earlier, earlier + timedelta(seconds=seconds)]


def test_a_worker_says_that_it_lives_every_five_seconds_and_that_it_ends(db):
    watch = looked((0, 0), (4, 4))
    assert list(Worker.objects.values_list("started_at", "seen_at")) == [(micros(NOW), micros(NOW))]
    watch.look(NOW + timedelta(seconds=5), 5)
    assert Worker.objects.get().seen_at == micros(NOW + timedelta(seconds=5))
    watch.end()
    assert not Worker.objects.exists()
