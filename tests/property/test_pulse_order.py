"""Whatever is told and whatever fails: each reaction hears each event of its subject once, in the one order."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import product

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clock_world import NOW, World, undone
from mitra.pulse import operations, queries
from mitra.pulse.models import Delivery
from mitra.pulse.schemas import read_event
from pulse_room import CaseOpened, reacting

SUBJECTS, REACTIONS = ("case:1", "case:2", "case:3"), ("one", "other")
MINUTE = timedelta(minutes=1)

telling = st.tuples(st.just("tell"), st.sampled_from(SUBJECTS))
passing = st.tuples(st.just("pass"), st.integers(0, 200))
deciding = st.tuples(st.sampled_from(("try_again", "skip")), st.integers(0, 3))
stories = st.lists(st.one_of(telling, telling, passing, deciding), min_size=1, max_size=25)
# How often each (reaction, number of the event in the story) fails before it succeeds; 8 and more park it.
failing = st.dictionaries(st.tuples(st.sampled_from(REACTIONS), st.integers(0, 20)), st.integers(1, 12), max_size=6)


class Oracle:
    """What must be heard: each subject's events in the order of their telling, without those that were skipped."""

    def __init__(self):
        self.told, self.skipped = defaultdict(list), set()

    def line(self, reaction, subject):
        return [number for number in self.told[subject] if (reaction, number) not in self.skipped]


class Room:
    """Two reactions that fail as often as they are told to and write down what they heard."""

    def __init__(self, fails):
        self.fails, self.left = fails, dict(fails)
        self.rows, self.tries = defaultdict(list), defaultdict(int)

    def reaction(self, name):
        def hears(event, envelope, *, now):
            self.tries[name, event.case] += 1
            if self.left.get((name, event.case), 0):
                self.left[name, event.case] -= 1
                raise LookupError
            self.rows[name, envelope.subject].append(event.case)

        return hears


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories, fails=failing)
def test_each_line_is_heard_in_its_order_and_once(story, fails):
    oracle, room, world = Oracle(), Room(fails), World(NOW)
    with undone(), reacting(**{name: room.reaction(name) for name in REACTIONS}):
        for number, (deed, of) in enumerate(story):
            happens(deed, of, number, world, oracle)
            for (name, subject), heard in room.rows.items():
                assert heard == oracle.line(name, subject)[: len(heard)]
        world.advance(timedelta(days=1))
        while parked := queries.list_parked():
            for _ in parked:
                decide("try_again", 0, world, oracle)
            world.advance(timedelta(days=1))
        for name, subject in product(REACTIONS, SUBJECTS):
            assert room.rows[name, subject] == oracle.line(name, subject)
        assert not Delivery.objects.filter(state__in=Delivery.UNDONE).exists()
    for key, tried in room.tries.items():
        assert tried == fails.get(key, 0) + 1 or key in oracle.skipped


def happens(deed, of, number, world, oracle):
    """One step of a story: something is told, time passes, a person decides."""
    if deed == "tell":
        with transaction.atomic():
            operations.emit(CaseOpened(number), subject=of, actor=1, now=world.now)
        oracle.told[of].append(number)
    elif deed == "pass":
        world.advance(of * MINUTE)
    else:
        decide(deed, of, world, oracle)


def decide(deed, of, world, oracle):
    """Let a person decide about one of what is parked, if anything is."""
    parked = queries.list_parked()
    if not parked:
        return
    one = parked[of % len(parked)]
    event = Delivery.objects.get(pk=one.id).event
    if deed == "skip":
        said = read_event(CaseOpened, event.v, event.fields)
        oracle.skipped.add((one.handler.removeprefix("tests."), said.case))
    with transaction.atomic():
        getattr(operations, deed)(one.id, now=world.now)
