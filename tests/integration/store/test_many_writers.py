"""PostgreSQL, where writers really race: who decides what, when two of them touch the same thing at once.

`conftest` leaves this file out on SQLite, which lets one writer in at a time.
"""

import threading

import psycopg.errors
import pytest
from django.db import OperationalError, connection, transaction

from mitra.core.errors import Unavailable
from mitra.core.policy.facts import PUBLIC
from mitra.ledger import operations
from mitra.store.facts import Cause, Filter, Outcome, State
from mitra.store.postgres import sight, turns
from mitra.store.states import OTHER_RECORDS, OTHER_SHARES
from racers import SIZE, asked, ended, in_thread, race
from store_world import AMBER, CLEAR, FIRST_VERSION, GREEN, NOW, accept, fed, member, record, share, stix_id

LATER = "2026-02-01T00:00:00.000Z"
EVERYTHING = Filter()
LAST = Filter(versions="last")
A_SEQUENCE = """
SELECT v, v / {size}, 1000000000000000 + v * 1000 FROM (SELECT nextval('naive') AS v) taken
WHERE (%s + %s + %s + %s + %s) IS NOT NULL
"""


def test_the_race_catches_numbers_that_a_sequence_gives(make_store, committed_store, monkeypatch):
    """What `test_racing` asserts of the counter does not hold of the way that everybody would first think of."""
    asked_for = "SELECT (SELECT value FROM mark WHERE id = 1), (SELECT coalesce(max(seq), 0) FROM share)"
    monkeypatch.setattr(operations, "_TAKE", A_SEQUENCE.format(size=SIZE))
    monkeypatch.setattr(sight, "_NOW", asked_for)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SEQUENCE naive START {SIZE} INCREMENT {SIZE}")
    try:
        missed = 0
        for seed in range(20):
            found = race(make_store, seed)
            missed += len(asked("SELECT seq FROM share")) - len(found)
            if missed:
                break
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE naive")
    assert missed > 0


class Pause:
    """Holds a writer inside its transaction, when everything is written, until the test lets it go on."""

    def __init__(self):
        self.reached, self.go_on = threading.Event(), threading.Event()

    def __call__(self, _written):
        self.reached.set()
        assert self.go_on.wait(60)


def writing(store, pause, *shares, by):
    """Start a batch that stops before its commit; returns once it has."""
    thread = in_thread(lambda: store.accept_batch(shares, kind="share", by=by, now=NOW, announce=pause))
    assert pause.reached.wait(60)
    return thread


def blocked():
    """Wait until some connection waits for a lock that another holds."""
    for _ in range(600):
        ((waiting,),) = asked(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        if waiting:
            return
        threading.Event().wait(0.05)
    raise AssertionError("nobody waits")


def end(store, seq, to=State.WITHDRAWN, by=1):
    return store.end_share(seq, to=to, by=by, cause=Cause("withdraw", ""), now=NOW)


def test_a_share_that_is_being_shared_on_ends_with_what_then_rests_on_it(make_store, committed_store):
    base = accept(committed_store, share(record(1), CLEAR), by=1).lines[0].seq
    pause = Pause()
    sharing_on = writing(make_store(), pause, share(record(1), GREEN, under=base), by=2)
    ending = in_thread(lambda: end(make_store(), base))
    blocked()
    pause.go_on.set()
    ended(sharing_on, ending)
    assert asked("SELECT DISTINCT state FROM share") == [(3,)]
    assert asked("SELECT sum(n)::int, sum(ever)::int FROM tally") == [(0, 2)]


def test_so_it_does_at_any_remove(make_store, committed_store):
    base = accept(committed_store, share(record(1), CLEAR), by=1).lines[0].seq
    resting = accept(committed_store, share(record(1), GREEN, under=base), by=2).lines[0].seq
    pause = Pause()
    sharing_on = writing(make_store(), pause, share(record(1), GREEN, under=resting), by=3)
    ending = in_thread(lambda: end(make_store(), base))
    blocked()
    pause.go_on.set()
    ended(sharing_on, ending)
    assert asked("SELECT DISTINCT state FROM share") == [(3,)]


def test_a_share_that_is_ending_is_not_shared_on(make_store, committed_store):
    base = accept(committed_store, share(record(1), CLEAR), by=1).lines[0].seq
    pause = Pause()
    ending = in_thread(
        lambda: make_store().end_share(
            base, to=State.RECALLED, by=1, cause=Cause("recall", ""), now=NOW, announce=pause
        )
    )
    assert pause.reached.wait(60)
    receipts = []
    sharing_on = in_thread(lambda: receipts.append(accept(make_store(), share(record(1), GREEN, under=base), by=2)))
    blocked()
    pause.go_on.set()
    ended(ending, sharing_on)
    assert [(line.outcome, line.reason) for line in receipts[0].lines] == [(Outcome.REFUSED, "under-ended")]
    assert asked("SELECT count(*) FROM share") == [(1,)]


@pytest.fixture
def known_audiences(committed_store):
    """Audiences that nobody has to make any more, so that writers meet where the test means."""
    for audience in (CLEAR, GREEN, AMBER):
        accept(committed_store, share(record(99), audience), by=9)


def company():
    return asked("SELECT by, company FROM share WHERE by <> 9 ORDER BY by")


@pytest.mark.usefixtures("known_audiences")
def test_a_new_id_that_two_bring_at_once_becomes_one_record(make_store, committed_store):
    pause = Pause()
    first = writing(make_store(), pause, share(record(1), CLEAR), share(record(2), CLEAR), by=1)
    second = in_thread(lambda: accept(make_store(), share(record(2), GREEN), share(record(1), GREEN), by=2))
    blocked()
    pause.go_on.set()
    ended(first, second)
    assert asked("SELECT count(*) FROM record") == [(1 + 2,)]
    assert company() == [(1, OTHER_SHARES), (1, OTHER_SHARES), (2, OTHER_SHARES), (2, OTHER_SHARES)]


@pytest.mark.usefixtures("known_audiences")
def test_versions_of_a_new_id_that_two_bring_at_once_know_of_each_other(make_store, committed_store):
    pause = Pause()
    first = writing(make_store(), pause, share(record(1), CLEAR), by=1)
    second = in_thread(lambda: accept(make_store(), share(record(1, version=LATER), CLEAR), by=2))
    blocked()
    pause.go_on.set()
    ended(first, second)
    assert company() == [(1, OTHER_RECORDS), (2, OTHER_RECORDS)]
    assert [row.modified for row in feed_of_the_public(committed_store, LAST)] == [FIRST_VERSION, LATER]


@pytest.mark.usefixtures("known_audiences")
def test_who_shares_a_record_again_knows_of_a_version_that_comes_at_the_same_moment(make_store, committed_store):
    accept(committed_store, share(record(1), AMBER), by=1)
    pause = Pause()
    adding = writing(make_store(), pause, share(record(1, version=LATER), CLEAR), by=2)
    again = in_thread(lambda: accept(make_store(), share(record(1), CLEAR), by=3))
    blocked()
    pause.go_on.set()
    ended(adding, again)
    both = OTHER_SHARES | OTHER_RECORDS
    assert company() == [(1, both), (2, OTHER_RECORDS), (3, both)]
    assert [row.modified for row in feed_of_the_public(committed_store, LAST)] == [FIRST_VERSION, LATER]


@pytest.mark.usefixtures("known_audiences")
def test_a_version_knows_of_who_shares_the_record_again_at_the_same_moment(make_store, committed_store):
    accept(committed_store, share(record(1), AMBER), by=1)
    pause = Pause()
    again = writing(make_store(), pause, share(record(1), CLEAR), by=3)
    adding = in_thread(lambda: accept(make_store(), share(record(1, version=LATER), CLEAR), by=2))
    blocked()
    pause.go_on.set()
    ended(adding, again)
    both = OTHER_SHARES | OTHER_RECORDS
    assert company() == [(1, both), (2, OTHER_RECORDS), (3, both)]


def test_bytes_that_somebody_is_just_sharing_are_not_erased(make_store, committed_store):
    base = accept(committed_store, share(record(1), CLEAR), by=1).lines[0].seq
    end(committed_store, accept(committed_store, share(record(1), CLEAR), by=4).lines[0].seq, State.ERASED, by=4)
    pause = Pause()
    again = writing(make_store(), pause, share(record(1), CLEAR), by=2)
    erasing = in_thread(lambda: end(make_store(), base, State.ERASED))
    blocked()
    pause.go_on.set()
    ended(again, erasing)
    (left,) = fed(committed_store.visible_to(PUBLIC, now=NOW))
    assert (left.by, left.raw) == (2, record(1).raw)


def test_bytes_that_are_just_being_erased_come_again_whole(make_store, committed_store):
    base = accept(committed_store, share(record(1), CLEAR), by=1).lines[0].seq
    pause = Pause()
    erasing = in_thread(
        lambda: make_store().end_share(base, to=State.ERASED, by=1, cause=Cause("erase", ""), now=NOW, announce=pause)
    )
    assert pause.reached.wait(60)
    again = in_thread(lambda: accept(make_store(), share(record(1), CLEAR), by=2))
    blocked()
    pause.go_on.set()
    ended(again, erasing)
    (left,) = fed(committed_store.visible_to(PUBLIC, now=NOW))
    assert (left.by, left.raw) == (2, record(1).raw)


def test_one_sender_gives_a_version_one_wording_however_many_connections_it_has(make_store, committed_store):
    start = threading.Barrier(4)
    receipts = []

    def post(words):
        start.wait(10)
        receipts.append(accept(make_store(), *(share(record(n, words=words)) for n in range(20)), by=1))

    ended(*[in_thread(lambda words=words: post(words)) for words in "abab"])
    assert asked("SELECT count(*), count(DISTINCT record) FROM share") == [(20, 20)]
    outcomes = sorted({line.outcome for line in receipt.lines}.pop() for receipt in receipts)
    assert outcomes == ["accepted", "duplicate", "refused", "refused"]


def test_an_audience_with_a_lower_number_that_commits_later_is_learnt(make_store, committed_store):
    pause = Pause()

    def make_an_audience():
        writer = make_store()._writer
        with transaction.atomic():
            writer._audiences.write(writer.prepare([share(record(1), AMBER)]), 1)
            pause(None)

    late = in_thread(make_an_audience)
    assert pause.reached.wait(60)
    accept(make_store(), share(record(2), GREEN), by=2)
    reader = member(3, 1)
    assert [row.stix_id for row in feed_of(committed_store, reader)] == [stix_id(2)]
    pause.go_on.set()
    ended(late)
    accept(make_store(), share(record(1), AMBER), by=1)
    assert asked("SELECT tlp FROM store_audience ORDER BY id") == [(int(AMBER.tlp),), (int(GREEN.tlp),)]
    assert [row.stix_id for row in feed_of(committed_store, reader)] == [stix_id(2), stix_id(1)]


def feed_of(store, viewer, only=EVERYTHING):
    return store.visible_to(viewer, now=NOW).feed(limit=100, only=only).rows


def feed_of_the_public(store, only):
    return feed_of(store, PUBLIC, only)


def test_two_that_wait_for_each_other_start_again(committed_store):
    tries = []

    def work():
        tries.append(len(tries))
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO prefix VALUES (%s)", [len(tries)])
        if len(tries) < 3:
            raise OperationalError from psycopg.errors.DeadlockDetected()
        return "through"

    assert turns.take_turns("default", work) == "through"
    assert asked("SELECT bits FROM prefix") == [(3,)]


def test_who_never_gets_through_is_told_to_try_again(committed_store):
    def work():
        raise turns.MetAnother

    with pytest.raises(Unavailable):
        turns.take_turns("default", work)


def test_what_is_no_meeting_is_not_tried_again(committed_store):
    tries = []

    def work():
        tries.append(1)
        raise OperationalError from psycopg.errors.DiskFull()

    with pytest.raises(OperationalError):
        turns.take_turns("default", work)
    assert tries == [1]


def test_isolation_is_what_the_locks_rely_on(store):
    assert asked("SHOW transaction_isolation") == [("read committed",)]
