"""Timers: one for each name and subject, set with its fact; it rings once, when it is due."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from clock_world import NOW, World
from mitra.core.ledger.dates import micros
from mitra.pulse import reactions, worker
from mitra.pulse.facts import Ring
from mitra.pulse.models import Delivery, Timer
from mitra.pulse.operations import cancel_timer, set_timer
from pulse_room import kept_registry, reacting, tell

MINUTE = timedelta(minutes=1)
ACKNOWLEDGE = "tests.acknowledge"


@pytest.fixture
def rung(db):
    heard = []
    with kept_registry():
        reactions.on_timer(ACKNOWLEDGE)(lambda ring, *, now: heard.append((ring, now)))
        yield heard


def set_at(subject, due_at, **more):
    with transaction.atomic():
        set_timer(ACKNOWLEDGE, subject, due_at, **more)


def test_it_rings_at_its_minute_and_says_what_it_is(rung):
    world = World()
    set_at("case:1", NOW + 30 * MINUTE, realm=4)
    world.advance(29 * MINUTE)
    assert rung == []
    world.advance(10 * MINUTE)
    due = NOW + 30 * MINUTE
    assert rung == [(Ring(ACKNOWLEDGE, "case:1", due, 4), due)]
    assert (Timer.objects.count(), Delivery.objects.get().due_at) == (0, micros(due))


def test_the_latest_instant_stands(rung):
    world = World()
    for minutes in (5, 50, 20):
        set_at("case:1", NOW + minutes * MINUTE)
    world.advance(60 * MINUTE)
    assert [now for _, now in rung] == [NOW + 20 * MINUTE]


def test_a_timer_that_is_cancelled_is_silent(rung):
    set_at("case:1", NOW + MINUTE)
    set_at("case:2", NOW + MINUTE)
    with transaction.atomic():
        cancel_timer(ACKNOWLEDGE, "case:1")
        cancel_timer(ACKNOWLEDGE, "case:nothing")
    World().advance(2 * MINUTE)
    assert [ring.subject for ring, _ in rung] == ["case:2"]


def test_a_fact_that_is_rolled_back_moves_no_timer(rung):
    set_at("case:1", NOW + MINUTE)
    with transaction.atomic():
        set_timer(ACKNOWLEDGE, "case:1", NOW + 9 * MINUTE)
        cancel_timer(ACKNOWLEDGE, "case:1")
        transaction.set_rollback(True)
    World().advance(10 * MINUTE)
    assert [now for _, now in rung] == [NOW + MINUTE]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "deed", [lambda: set_timer(ACKNOWLEDGE, "case:1", NOW), lambda: cancel_timer(ACKNOWLEDGE, "case:1")]
)
def test_a_timer_is_set_in_the_transaction_of_its_fact(deed):
    with pytest.raises(TransactionManagementError):
        deed()


@pytest.mark.parametrize(("name", "subject"), [("tests.one two", "case:1"), ("", "case:1"), (ACKNOWLEDGE, "case")])
def test_a_timer_is_named_by_codes(db, name, subject):
    with pytest.raises(ValueError), transaction.atomic():
        set_timer(name, subject, NOW)


def test_timers_ring_in_the_order_in_which_they_are_due_then_set(rung):
    for subject, minutes in (("case:3", 7), ("case:1", 2), ("case:2", 2), ("case:4", 1)):
        set_at(subject, NOW + minutes * MINUTE)
    World().advance(10 * MINUTE)
    assert [ring.subject for ring, _ in rung] == ["case:4", "case:1", "case:2", "case:3"]


def test_a_worker_that_was_away_rings_what_was_due_meanwhile_with_when_it_was(rung):
    set_at("case:1", NOW + MINUTE)
    world = World()
    world.sleep(timedelta(days=7))
    world.work()
    assert [(ring.due_at, now) for ring, now in rung] == [(NOW + MINUTE, NOW + timedelta(days=7))]


def test_what_was_due_meanwhile_rings_in_the_order_in_which_it_was_due(rung):
    for subject, minutes in (("case:3", 7), ("case:1", 2), ("case:2", 5)):
        set_at(subject, NOW + minutes * MINUTE)
    while worker.turn(NOW + 60 * MINUTE):
        pass
    assert [ring.subject for ring, _ in rung] == ["case:1", "case:2", "case:3"]


def test_a_clock_that_goes_back_rings_nothing_again(rung):
    set_at("case:1", NOW + MINUTE)
    world = World()
    world.advance(2 * MINUTE)
    world.now = NOW
    world.advance(timedelta(days=1))
    assert [now for _, now in rung] == [NOW + MINUTE]


def test_the_same_beginning_gives_the_same_trace(db):
    def again_and_again(event, envelope, *, now):
        set_timer(ACKNOWLEDGE, envelope.subject, now + event.case * MINUTE)

    def rings(ring, *, now):
        if now < NOW + 30 * MINUTE:
            set_timer(ACKNOWLEDGE, ring.subject, now + 7 * MINUTE)
        if ring.subject == "case:2":
            raise LookupError

    def story():
        world = World()
        for case in (3, 1, 2):
            tell(case, now=world.now)
        world.advance(3 * 60 * MINUTE)
        transaction.set_rollback(True)
        return world.trace

    with reacting(again_and_again=again_and_again):
        reactions.on_timer(ACKNOWLEDGE)(rings)
        traces = []
        for _ in range(2):
            with transaction.atomic():
                traces.append(story())
    assert traces[0] == traces[1]
    assert [(one.subject, one.state) for _, one in traces[0]][:4] == [
        ("case:3", "done"),
        ("case:1", "done"),
        ("case:2", "done"),
        ("case:1", "done"),
    ]
    assert len(traces[0]) > 15
