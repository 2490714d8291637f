"""The outbox: what happened is told in the fact's transaction, or it did not happen."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from clock_world import NOW, World
from mitra.core.ledger.dates import micros
from mitra.pulse.facts import DEEPEST, Envelope
from mitra.pulse.models import EventRow, Subject
from mitra.pulse.operations import emit
from pulse_room import CaseOpened, Severity, SharesCounted, does_nothing, reacting, tell


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_told():
    with pytest.raises(TransactionManagementError, match="in the transaction of the fact"):
        emit(CaseOpened(1), subject="case:1", actor=1, now=NOW)
    assert not EventRow.objects.exists()


def test_what_is_rolled_back_was_not_told(db):
    with transaction.atomic():
        emit(CaseOpened(1), subject="case:1", actor=1, now=NOW)
        transaction.set_rollback(True)
    assert (EventRow.objects.count(), Subject.objects.count()) == (0, 0)


def test_a_handler_gets_the_event_as_it_was_and_the_whole_envelope(db):
    heard = []
    event = CaseOpened(7, Severity.HIGH, datetime(2026, 3, 1, 11, 59, 30, 250, tzinfo=UTC))
    with reacting(hears=lambda event, envelope, *, now: heard.append((event, envelope, now))):
        with transaction.atomic():
            uid = emit(event, subject="case:7", actor=3, now=NOW, realm=2, audience=9)
        world = World(NOW + timedelta(seconds=2))
        world.work()
    envelope = Envelope(uid, "tests.case-opened", 1, "case:7", 1, 3, 9, 2, NOW, None, 0)
    assert heard == [(event, envelope, world.now)]
    assert isinstance(uid, UUID)


def test_events_of_a_subject_are_numbered_and_no_other_is(db):
    for case in (1, 2, 1, 1):
        tell(case, now=NOW)
    tell("act-5", now=NOW, event=SharesCounted(5, 10, 12))
    found = list(EventRow.objects.order_by("id").values_list("subject", "nr"))
    assert found == [("case:1", 1), ("case:2", 1), ("case:1", 2), ("case:1", 3), ("case:act-5", 1)]
    assert list(Subject.objects.order_by("subject").values_list("subject", "nr", "at")) == [
        ("case:1", 3, micros(NOW)),
        ("case:2", 1, micros(NOW)),
    ]


def test_a_subject_that_has_one_event_has_no_second(db):
    tell("act-5", now=NOW, event=SharesCounted(5, 10, 12))
    with pytest.raises(IntegrityError):
        tell("act-5", now=NOW, event=SharesCounted(5, 10, 12))


@pytest.mark.parametrize(
    "subject", ["", "case", "case:", "case:7 ", "case:ຄະດີ", "Case:7", "case:7:8", "case:" + "7" * 81, "case:7\n"]
)
def test_a_subject_is_a_kind_and_an_id(db, subject):
    with pytest.raises(ValueError, match="is no subject"), transaction.atomic():
        emit(CaseOpened(7), subject=subject, actor=1, now=NOW)


def test_what_is_told_on_hearing_has_a_cause(db):
    def tells_on(event, envelope, *, now):
        if event.case < 3:
            emit(CaseOpened(event.case + 1), subject=f"case:{event.case + 1}", actor=None, now=now)

    with reacting(tells_on=tells_on):
        first = tell(1, now=NOW)
        World().work()
    rows = list(EventRow.objects.order_by("id").values_list("subject", "depth", "cause", "uid"))
    assert [row[:2] for row in rows] == [("case:1", 0), ("case:2", 1), ("case:3", 2)]
    assert [row[2] for row in rows] == [None, first, rows[1][3]]


def test_what_is_told_after_a_reaction_has_no_cause_of_it(db):
    with reacting(hears=does_nothing):
        tell(1, now=NOW)
        World().work()
    tell(2, now=NOW)
    assert EventRow.objects.get(subject="case:2").cause is None


def test_reactions_that_call_each_other_come_to_an_end(db):
    def tells_for_ever(event, envelope, *, now):
        emit(CaseOpened(event.case), subject=envelope.subject, actor=None, now=now)

    with reacting(tells_for_ever=tells_for_ever):
        tell(1, now=NOW)
        world = World()
        world.advance(timedelta(days=1))
    assert EventRow.objects.count() == DEEPEST + 1
    assert [one.state for _, one in world.trace] == ["done"] * DEEPEST + ["waiting"] * 7 + ["parked"]
