"""Several connections at once: numbers are dense, a racing reader misses nothing, a dying writer leaves nothing."""

import threading

import pytest
from django.db import connection

from mitra.ledger.models import Act
from mitra.store.facts import Filter
from racers import BATCHES, READER, SIZE, WRITERS, asked, ended, in_thread, race
from store_world import AMBER, CLEAR, NOW, accept, fed, record, rolled_back, share


def test_racing_writers_give_dense_numbers_and_a_racing_reader_misses_nothing(make_store, committed_store):
    found = race(make_store)
    assert [seq for seq, _ in found] == list(range(1, WRITERS * BATCHES * SIZE + 1))
    assert [at for _, at in found] == sorted({at for _, at in found})
    assert asked("SELECT seq, at FROM share ORDER BY seq") == found
    assert sorted(Act.objects.values_list("leaf", flat=True)) == list(range(WRITERS * BATCHES))


def test_the_same_bytes_by_two_at_once_are_one_record(make_store, committed_store):
    start = threading.Barrier(2)

    def post(by):
        start.wait(10)
        accept(make_store(), *(share(record(n), AMBER) for n in range(50)), by=by)

    ended(*[in_thread(lambda by=by: post(by)) for by in (1, 2)])
    assert asked("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM share)") == [(50, 100)]
    assert len(fed(committed_store.visible_to(READER, now=NOW), limit=200, only=Filter())) == 50


def test_what_a_door_found_is_asked_again_after_an_act_of_another_process(make_store, committed_store):
    new = record(1)
    assert committed_store.visible_to(READER, now=NOW).holdings([new]) == {}
    accept(make_store(), share(new), by=1)
    accept(committed_store, share(new), by=2)
    assert asked("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM share)") == [(1, 2)]


def test_what_a_door_found_in_a_transaction_that_is_undone_is_forgotten(committed_store):
    new = record(1)
    accept(committed_store, share(new, CLEAR), by=1)
    with rolled_back():
        connection.cursor().execute("DELETE FROM record")
        assert committed_store.visible_to(READER, now=NOW).holdings([new]) == {}
    assert list(committed_store.visible_to(READER, now=NOW).holdings([new])) == [new.digest]


def test_the_same_batch_twice_at_once_is_accepted_once(make_store, committed_store):
    start = threading.Barrier(2)
    receipts = []

    def post():
        start.wait(10)
        receipts.append(accept(make_store(), *(share(record(n)) for n in range(50)), by=1))

    ended(*[in_thread(post) for _ in range(2)])
    assert sorted(
        (receipt.act is None, {line.outcome for line in receipt.lines} == {"accepted"}) for receipt in receipts
    ) == [
        (False, True),
        (True, False),
    ]
    assert receipts[0].lines[0].seq == receipts[1].lines[0].seq


LAST_WORDS = {
    "sqlite": {"shares": "INSERT INTO share", "ends": "UPDATE share", "edges": "INSERT INTO edge"},
    "postgresql": {"shares": "COPY share", "ends": "UPDATE share SET state", "edges": "COPY edge"},
}


@pytest.mark.parametrize("at", ["shares", "ends", "edges"])
def test_a_writer_that_dies_midway_leaves_nothing(committed_store, monkeypatch, at):
    accept(committed_store, share(record(1, kind="domain-name", version="")), by=1)
    before = [asked(f"SELECT * FROM {table}") for table in TABLES]
    raw = type(committed_store._parts.raw)
    last_words = LAST_WORDS[connection.vendor][at]
    died = []

    def dying(does, prefix):
        def do(self, sql, *values):
            if last_words in prefix + sql:
                died.append(at)
                raise SystemExit
            return does(self, sql, *values)

        return do

    monkeypatch.setattr(raw, "put", dying(raw.put, "COPY " if connection.vendor == "postgresql" else ""))
    monkeypatch.setattr(raw, "ask", dying(raw.ask, ""))
    new = record(1, kind="domain-name", version="", words="b", refs=("x--1",))
    with pytest.raises(SystemExit):
        accept(committed_store, share(new, CLEAR), by=1)
    monkeypatch.undo()
    assert died == [at]
    assert [asked(f"SELECT * FROM {table}") for table in TABLES] == before


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
