"""The journal is read by audience, and forgets in time; health says how the worker stands."""

from datetime import timedelta

from django.db import transaction

from clock_world import NOW, World
from mitra.core.ledger.dates import micros
from mitra.pulse import queries, worker
from mitra.pulse.forgetting import forget
from mitra.pulse.journal import Entry, list_events
from mitra.pulse.models import ClockJump, Delivery, EventRow, Subject, Worker
from mitra.pulse.operations import emit
from mitra.pulse.watching import note_jump, sign
from pulse_room import CaseOpened, does_nothing, reacting, tell

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def told(case, *, audience, realm=0, now=NOW):
    with transaction.atomic():
        return emit(CaseOpened(case), subject=f"case:{case}", actor=5, now=now, realm=realm, audience=audience)


def test_a_reader_finds_what_its_audiences_were_told_in_its_realm(db):
    told(1, audience=1)
    told(2, audience=2)
    told(3, audience=1, realm=1)
    told(4, audience=None)
    last = told(5, audience=3, now=NOW + MINUTE)
    found = list_events({1, 3}, 0)
    assert [entry.subject for entry in found] == ["case:5", "case:1"]
    assert found[0] == Entry(last, "tests.case-opened", "case:5", 5, 3, NOW + MINUTE, None, CaseOpened(5))
    assert [entry.subject for entry in list_events({1, 3}, 1)] == ["case:3"]
    assert list_events(set(), 0) == []
    assert "nr" not in Entry.__dataclass_fields__


def test_pages_follow_each_other_without_a_gap_or_a_repeat(db):
    for case in range(1, 8):
        told(case % 3 + 1, audience=1, now=NOW + case * MINUTE)
    seen, before = [], None
    while page := list_events({1}, 0, before=before, limit=3):
        seen += [entry.id for entry in page]
        before = page[-1].id
    assert seen == [entry.id for entry in list_events({1}, 0)]
    assert len(set(seen)) == 7
    assert {entry.subject for entry in list_events({1}, 0, subject="case:2")} == {"case:2"}


def test_an_entry_of_an_event_that_is_no_more_stays(db):
    told(1, audience=1)
    EventRow.objects.update(name="gone.forgotten")
    (entry,) = list_events({1}, 0)
    assert (entry.name, entry.event) == ("gone.forgotten", None)


def fails(event, envelope, *, now):
    raise LookupError


def test_deliveries_are_kept_for_30_days_and_events_for_400(db):
    with reacting(hears=does_nothing):
        tell(1, now=NOW)
        World().work()
    with reacting(fails=fails):
        tell(2, now=NOW)
        World().advance(3 * DAY)
    told(3, audience=1, realm=1)
    World().work()
    note_jump(90, now=NOW)

    def left():
        return (
            sorted(EventRow.objects.values_list("subject", flat=True)),
            sorted(Delivery.objects.values_list("subject", "state")),
            sorted(Subject.objects.values_list("subject", flat=True)),
            ClockJump.objects.count(),
        )

    parked = [("case:2", "parked")]
    forget(now=NOW + 30 * DAY)
    assert left()[1] == [("case:1", "done"), *parked]
    forget(now=NOW + 30 * DAY + MINUTE)
    assert left() == (["case:1", "case:2", "case:3"], parked, ["case:1", "case:2", "case:3"], 1)
    forget(now=NOW + 400 * DAY + MINUTE)
    assert left() == (["case:2", "case:3"], parked, ["case:2"], 0)


def test_forgetting_goes_on_until_nothing_old_is_left(db, monkeypatch):
    monkeypatch.setattr("mitra.pulse.forgetting.AT_ONCE", 2)
    for case in range(1, 6):
        tell(case, now=NOW)
    worker.make_deliveries(NOW)
    forget(now=NOW + 401 * DAY)
    assert EventRow.objects.count() == 0


def test_without_a_worker_the_node_is_not_ready(db):
    found = queries.health(NOW)
    assert (found.alive_since, found.problems) == (None, ("worker-away",))
    at_work = sign(None, now=NOW)
    found = queries.health(NOW + timedelta(seconds=30))
    assert (found.alive_since, found.seen_at, found.problems) == (NOW, NOW, ())
    assert queries.health(NOW + timedelta(seconds=31)).problems == ("worker-away",)
    sign(at_work, now=NOW + MINUTE)
    assert queries.health(NOW + MINUTE).alive_since == NOW
    sign(None, now=NOW + 2 * MINUTE)
    assert Worker.objects.count() == 1


def test_what_waits_is_counted_and_too_long_is_a_problem(db):
    sign(None, now=NOW + 2 * MINUTE)
    with reacting(hears=does_nothing):
        tell(1, now=NOW)
        tell(2, now=NOW + MINUTE)
        found = queries.health(NOW + MINUTE)
        assert (found.untold, found.waiting, found.oldest_at, found.problems) == (2, 0, NOW, ())
        worker.make_deliveries(NOW + MINUTE)
        found = queries.health(NOW + 2 * MINUTE)
        assert (found.untold, found.waiting, found.oldest_at, found.problems) == (0, 2, NOW + MINUTE, ())
        found = queries.health(NOW + 2 * MINUTE + timedelta(seconds=1))
        assert found.problems == ("behind",)
        World(NOW + 2 * MINUTE).work()
    assert queries.health(NOW + 2 * MINUTE).oldest_at is None


def test_what_is_parked_for_more_than_an_hour_is_a_problem(db):
    with reacting(fails=fails):
        tell(1, now=NOW)
        World().advance(3 * DAY)
    at = Delivery.objects.get().state_at
    for after, problems in ((60, ()), (61, ("parked",))):
        Worker.objects.all().delete()
        now = NOW + timedelta(microseconds=at - micros(NOW)) + after * MINUTE
        sign(None, now=now)
        found = queries.health(now)
        assert (found.parked, found.problems) == (1, problems)
