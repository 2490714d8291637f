"""Several connections at once: numbers are dense, a racing reader misses nothing, a dying writer leaves nothing."""

import threading

import pytest
from django.db import connection, connections

from mitra.core.policy.facts import Audience, Tlp
from mitra.ledger.models import Act
from mitra.store.facts import Filter
from store_world import AMBER, CLEAR, NOW, accept, member, record, share

WRITERS, BATCHES, SIZE = 3, 12, 20
READER = member(99, *range(1, 60))


def in_thread(work):
    """Start the work on a connection of its own; returns the thread, whose `problem` says how it ended."""

    def run():
        try:
            work()
        except Exception as problem:  # noqa: BLE001 - a thread's failure must reach the test
            thread.problem = problem
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.problem = None
    thread.start()
    return thread


def write(store, writer):
    for batch in range(BATCHES):
        # Each batch opens an audience that no reader has met yet.
        fresh = Audience(Tlp.AMBER, frozenset({1 + batch, 20 + writer}))
        numbers = range(10_000 * writer + 100 * batch, 10_000 * writer + 100 * batch + SIZE)
        accept(store, *(share(record(n), fresh if n % 2 else CLEAR) for n in numbers), by=1 + writer)


def follow(store, done, found):
    """Page for ever by the last number seen, until the writers are done and nothing more comes."""
    after = 0
    while True:
        was_done = done.is_set()
        page = store.visible_to(READER, now=NOW).feed(after=after, limit=7, only=Filter())
        found += [(one.seq, one.at) for one in page.shares]
        after = found[-1][0] if found else 0
        if was_done and not page.shares:
            return


def test_racing_writers_give_dense_numbers_and_a_racing_reader_misses_nothing(make_store, committed_store):
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM ledger_counter")
        (before,) = cursor.fetchone()
    found = []
    done = threading.Event()
    reader = in_thread(lambda: follow(committed_store, done, found))
    # Writers of another process have a store, and remembered sets, of their own.
    writers = [in_thread(lambda writer=writer: write(make_store(), writer)) for writer in range(WRITERS)]
    for thread in writers:
        thread.join(60)
    done.set()
    reader.join(60)
    assert [thread.problem for thread in (*writers, reader)] == [None] * (WRITERS + 1)
    total = WRITERS * BATCHES * SIZE
    assert [seq for seq, _ in found] == list(range(before + 1, before + total + 1))
    assert [at for _, at in found] == sorted({at for _, at in found})
    leaves = sorted(Act.objects.values_list("leaf", flat=True))
    assert leaves == list(range(leaves[0], leaves[0] + WRITERS * BATCHES))


def test_the_same_bytes_by_two_at_once_are_one_record(make_store, committed_store):
    start = threading.Barrier(2)

    def post(by):
        start.wait(10)
        accept(make_store(), *(share(record(n), AMBER) for n in range(50)), by=by)

    threads = [in_thread(lambda by=by: post(by)) for by in (1, 2)]
    for thread in threads:
        thread.join(60)
    assert [thread.problem for thread in threads] == [None, None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM share)")
        assert cursor.fetchone() == (50, 100)
    assert len(committed_store.visible_to(READER, now=NOW).feed(limit=200, only=Filter()).shares) == 50


def test_the_same_batch_twice_at_once_is_accepted_once(make_store, committed_store):
    start = threading.Barrier(2)
    receipts = []

    def post():
        start.wait(10)
        receipts.append(accept(make_store(), *(share(record(n)) for n in range(50)), by=1))

    threads = [in_thread(post) for _ in range(2)]
    for thread in threads:
        thread.join(60)
    assert [thread.problem for thread in threads] == [None, None]
    assert sorted(
        (receipt.act is None, {line.outcome for line in receipt.lines} == {"accepted"}) for receipt in receipts
    ) == [
        (False, True),
        (True, False),
    ]
    assert receipts[0].lines[0].seq == receipts[1].lines[0].seq


@pytest.mark.parametrize("at", ["INSERT INTO share", "UPDATE share", "INSERT INTO edge"])
def test_a_writer_that_dies_midway_leaves_nothing(committed_store, monkeypatch, at):
    accept(committed_store, share(record(1, kind="domain-name", version="")), by=1)
    raw = committed_store._parts.raw
    before = [row for table in TABLES for row in raw.ask(f"SELECT * FROM {table}")]
    dying = type(raw).put, type(raw).ask

    def put(self, sql, rows):
        if at in sql:
            raise SystemExit
        dying[0](self, sql, rows)

    def ask(self, sql, values=()):
        if at in sql:
            raise SystemExit
        return dying[1](self, sql, values)

    monkeypatch.setattr(type(raw), "put", put)
    monkeypatch.setattr(type(raw), "ask", ask)
    with pytest.raises(SystemExit):
        accept(
            committed_store, share(record(1, kind="domain-name", version="", words="b", refs=("x--1",)), CLEAR), by=1
        )
    monkeypatch.undo()
    assert [row for table in TABLES for row in raw.ask(f"SELECT * FROM {table}")] == before


TABLES = (
    "record",
    "share",
    "atom",
    "edge",
    "network",
    "prefix",
    "tally",
    "mark",
    "store_audience",
    "ledger_act",
    "ledger_counter",
)
