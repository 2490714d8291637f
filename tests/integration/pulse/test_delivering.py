"""Deliveries: once for rows, in a subject's order, tried eight times, then parked and nothing else with them."""

from datetime import timedelta

import pytest
from django.db import transaction

from clock_world import NOW, World, robust
from mitra.core.errors import InvalidInput, WrongState
from mitra.core.ledger.dates import micros
from mitra.pulse import operations, queries, worker
from mitra.pulse.models import NEVER, Delivery, EventRow, Timer
from pulse_room import CaseOpened, reacting, states, tell

A_LIFE = timedelta(days=2)
AFTER_ALL = NOW + timedelta(days=3650)


class Fails:
    """A reaction that fails for some cases as often as it is told to, and notes the others."""

    def __init__(self, times, *cases, error=RuntimeError):
        self.left, self.cases, self.error = times, cases, error
        self.heard, self.tried_at = [], []

    def __call__(self, event, envelope, *, now):
        operations.set_timer("tests.noted", envelope.subject, AFTER_ALL)
        if event.case in self.cases and self.left:
            self.left -= 1
            self.tried_at.append(now)
            raise self.error("ຄຳສັບ secret words")
        self.heard.append((event.case, envelope.nr))


def test_each_listener_hears_each_event_once(db):
    one, other = Fails(0), Fails(0)
    with reacting(one=one, other=other):
        tell(1, now=NOW)
        tell(2, now=NOW)
        world = World()
        world.work()
        world.advance(A_LIFE)
    assert one.heard == other.heard == [(1, 1), (2, 1)]
    assert [state[3] for state in states()] == ["done"] * 4


def test_nobody_listens_and_nothing_is_delivered(db):
    tell(1, now=NOW)
    World().work()
    assert (states(), EventRow.objects.filter(is_told=False).count()) == ([], 0)


def test_a_failure_leaves_no_row_and_is_tried_eight_times(db):
    fails = Fails(99, 1)
    with reacting(fails=fails):
        tell(1, now=NOW)
        world = World()
        world.advance(A_LIFE)
    waits = [
        (after - before).total_seconds() for before, after in zip(fails.tried_at, fails.tried_at[1:], strict=False)
    ]
    assert waits == [1, 4, 15, 60, 240, 900, 3600]
    assert not Timer.objects.exists()
    row = Delivery.objects.get()
    assert (row.state, row.tries, row.state_at) == ("parked", 8, micros(fails.tried_at[-1]))


def test_what_succeeds_late_is_done_and_its_rows_are_there_once(db):
    with reacting(fails=Fails(3, 1)):
        tell(1, now=NOW)
        world = World()
        world.advance(timedelta(seconds=30))
    assert [one.state for _, one in world.trace if one.handler == "tests.fails"] == ["waiting"] * 3 + ["done"]
    assert Delivery.objects.get(handler="tests.fails").error == ""


def test_a_failure_is_told_by_its_class_and_never_by_its_words(db, caplog):
    caplog.set_level("INFO", logger="mitra.pulse")
    with reacting(fails=Fails(99, 1, error=InvalidInput)):
        tell(1, now=NOW)
        World().work()
    assert Delivery.objects.get().error == "InvalidInput (invalid-input)"
    assert caplog.messages == ["tests.fails failed: InvalidInput (invalid-input)"]


def test_a_subject_waits_for_its_failing_event_and_others_do_not(db):
    fails = Fails(2, 1)
    with reacting(fails=fails):
        tell(1, now=NOW)
        tell(2, now=NOW)
        tell(1, now=NOW, event=CaseOpened(11))
        world = World()
        world.work()
        assert fails.heard == [(2, 1)]
        world.advance(timedelta(seconds=5))
    assert fails.heard == [(2, 1), (1, 1), (11, 2)]


def test_what_is_parked_holds_its_own_subject_and_reaction_only(db):
    fails, other = Fails(99, 1), Fails(0)
    with reacting(fails=fails, other=other):
        tell(1, now=NOW)
        world = World()
        world.advance(A_LIFE)
        tell(1, now=world.now, event=CaseOpened(11))
        tell(2, now=world.now)
        world.advance(A_LIFE)
    assert (fails.heard, other.heard) == ([(2, 1)], [(1, 1), (11, 2), (2, 1)])
    assert Delivery.objects.get(handler="tests.fails", nr=2).next_at == NEVER
    (parked,) = queries.list_parked()
    assert (parked.handler, parked.subject, parked.what, parked.behind) == (
        "tests.fails",
        "case:1",
        "tests.case-opened",
        1,
    )


@pytest.mark.parametrize(("decide", "heard"), [("try_again", [(1, 1), (11, 2)]), ("skip", [(11, 2)])])
def test_a_person_lets_what_is_parked_go_on(db, decide, heard):
    fails = Fails(8, 1)
    with reacting(fails=fails):
        tell(1, now=NOW)
        tell(1, now=NOW, event=CaseOpened(11))
        world = World()
        world.advance(A_LIFE)
        with transaction.atomic():
            getattr(operations, decide)(queries.list_parked()[0].id, now=world.now)
        world.work()
    assert fails.heard == heard
    assert queries.list_parked() == []


@pytest.mark.parametrize("decide", [operations.try_again, operations.skip])
def test_what_is_not_parked_is_not_decided(db, decide):
    with reacting(hears=Fails(0)):
        tell(1, now=NOW)
        World().work()
    with pytest.raises(WrongState), transaction.atomic():
        decide(Delivery.objects.get().pk, now=NOW)
    assert [state[3] for state in states()] == ["done"]


def test_a_reaction_that_this_program_has_not_is_tried_until_it_has(db):
    hears = Fails(0)
    with reacting(hears=hears):
        tell(1, now=NOW)
        worker.make_deliveries(NOW)
    world = World()
    world.work()
    assert Delivery.objects.get().error == "Unheard"
    with reacting(hears=hears):
        world.advance(timedelta(minutes=1))
    assert hears.heard == [(1, 1)]


def test_a_long_line_behind_one_parked_subject_keeps_nobody_waiting(db):
    fails = Fails(99, 1)
    with reacting(fails=fails):
        tell(1, now=NOW)
        world = World()
        world.advance(A_LIFE)
        for _ in range(worker.TRIED_AT_ONCE * 2):
            tell(1, now=world.now, event=CaseOpened(11))
        tell(2, now=world.now)
        worker.turn(world.now)
        worker.turn(world.now)
    assert fails.heard == [(2, 1)]


def test_a_reaction_bears_whatever_delivery_does_to_it(db):
    def sets_a_timer(event, envelope, *, now):
        operations.set_timer("tests.noted", envelope.subject, now + timedelta(days=event.case))

    def act(world):
        for case in (2, 1):
            tell(case, now=world.now)

    def state():
        return sorted(Timer.objects.values_list("subject", "due_at"))

    with reacting(hears=sets_a_timer):
        found = robust(act, state, handler="tests.hears")
    once = [(f"case:{case}", micros(NOW + timedelta(days=case))) for case in (1, 2)]
    assert found["once"] == found["twice"] == found["backwards"] == once
    assert found["late"] == [(subject, at + micros(NOW + timedelta(days=7)) - micros(NOW)) for subject, at in once]


def test_robust_finds_a_reaction_that_does_not_bear_it(db):
    def counts(event, envelope, *, now):
        if event.case != 9:
            operations.emit(CaseOpened(9), subject="count:1", actor=None, now=now)

    with reacting(counts=counts):
        found = robust(lambda world: tell(1, now=world.now), EventRow.objects.count, handler="tests.counts")
    assert (found["once"], found["twice"]) == (2, 3)


@pytest.mark.django_db(transaction=True)
def test_what_a_database_refuses_at_the_end_of_a_transaction_fails_alone():
    heard = []

    def points_nowhere(event, envelope, *, now):
        if event.case == 2:
            Delivery.objects.create(event_id=10**9, handler="tests.none", subject="case:9", state_at=0, next_at=NEVER)
        else:
            heard.append(event.case)

    with reacting(points_nowhere=points_nowhere):
        for case in (1, 2, 3):
            tell(case, now=NOW)
        worker.turn(NOW)
    assert states() == [
        ("points-nowhere", "case:1", 1, "done"),
        ("points-nowhere", "case:2", 1, "waiting"),
        ("points-nowhere", "case:3", 1, "done"),
    ]
    assert Delivery.objects.get(subject="case:2").error == "IntegrityError"
    assert sorted(set(heard)) == [1, 3]


def test_reactions_that_share_a_transaction_fail_each_for_itself(db):
    fails = Fails(1, 2)
    with reacting(fails=fails):
        for case in (1, 2, 3):
            tell(case, now=NOW)
        worker.turn(NOW)
    assert fails.heard == [(1, 1), (3, 1)]
    assert [state[3] for state in states()] == ["done", "waiting", "done"]
    assert sorted(Timer.objects.values_list("subject", flat=True)) == ["case:1", "case:3"]
