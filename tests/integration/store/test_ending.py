"""Withdrawal, recall, tightening, erasure: gone everywhere at once, with everything that rests on it."""

import pytest
from django.db import connection

from mitra.core.errors import NotFound, WrongState
from mitra.core.policy.facts import PUBLIC
from mitra.core.stix.facts import Atom
from mitra.ledger.models import Act, ActBody
from mitra.store.facts import Cause, Filter, Outcome, State
from store_world import AMBER, CLEAR, GREEN, NOW, accept, fed, member, record, seqs, share, stix_id

EVERYTHING = Filter()
SPEAKING = record(1, title="ฟิชชิง", atoms=(Atom("domain-name", "toko.com"),), refs=(stix_id(9),))


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def end(store, seq, to=State.WITHDRAWN, by=1):
    return store.end_share(seq, to=to, by=by, cause=Cause("withdraw", "sai địa chỉ"), now=NOW)


def traces(door, ref):
    """Everything by which a viewer could tell that the record is there."""
    try:
        got = door.get(ref).seq
    except NotFound:
        got = None
    return (
        got,
        seqs(door.feed(limit=9, only=EVERYTHING)),
        seqs(door.latest(limit=9, only=EVERYTHING)),
        door.count(EVERYTHING),
        door.tallies(),
        door.variants(stix_id(1)),
        door.holdings([SPEAKING]),
        door.referring_to(stix_id(9)),
        door.strictest_of([stix_id(1)]),
        list(door.look_up(["toko.com", "www.toko.com"])),
    )


@pytest.mark.parametrize("to", [State.WITHDRAWN, State.RECALLED, State.TIGHTENED, State.ERASED])
def test_an_ended_share_leaves_no_trace(store, to):
    receipt = accept(store, share(SPEAKING))
    for viewer in (member(1), member(2)):
        door = store.visible_to(viewer, now=NOW)
        (ref,) = [one.ref for one in fed(door, limit=9, only=EVERYTHING)]
        assert all(traces(door, ref))
    end(store, receipt.lines[0].seq, to)
    nothing = (None, [], [], 0, {}, [], {}, [], {}, [])
    for viewer in (member(1), member(2), PUBLIC):
        assert traces(store.visible_to(viewer, now=NOW), ref) == nothing
    assert rows("SELECT sum(n) FROM tally") == [(0,)]


def test_an_end_is_one_act_and_its_receipt_names_the_own_share_only(store):
    first = accept(store, share(record(1), CLEAR))
    seq = first.lines[0].seq
    second = accept(store, share(record(1), under=seq), by=2)
    third = accept(store, share(record(1), AMBER, under=second.lines[0].seq), by=3)
    accept(store, share(record(1)), by=4)
    receipt = end(store, seq)
    assert (receipt.leaf, [(line.outcome, line.seq) for line in receipt.lines]) == (
        third.leaf + 2,
        [(Outcome.ACCEPTED, seq)],
    )
    body = ActBody.objects.get(act=receipt.act)
    assert body.kind == "withdraw"
    assert (b"sai" in bytes(body.body), b"sai" in bytes(body.aside)) == (False, True)
    left = fed(store.visible_to(member(9, 1), now=NOW))
    assert [one.by for one in left] == [4]
    assert rows(f"SELECT count(*) FROM share WHERE ended = {receipt.act}") == [(3,)]


def test_the_next_lowest_place_serves_the_bytes_then(store):
    receipt = accept(store, share(record(1)), by=1)
    other = accept(store, share(record(1)), by=2)
    end(store, receipt.lines[0].seq)
    assert seqs(store.visible_to(member(3), now=NOW).feed(limit=9, only=EVERYTHING)) == [other.lines[0].seq]


def test_only_its_owner_ends_a_share(store):
    seq = accept(store, share(record(1))).lines[0].seq
    for organisation, number in ((2, seq), (1, seq + 1), (1, -1)):
        with pytest.raises(NotFound):
            end(store, number, by=organisation)
    assert Act.objects.count() == 1


def test_what_has_ended_does_not_end_again(store):
    seq = accept(store, share(record(1))).lines[0].seq
    end(store, seq)
    with pytest.raises(WrongState):
        end(store, seq, State.RECALLED)
    assert Act.objects.count() == 2


def test_what_was_withdrawn_may_be_shared_again(store):
    seq = accept(store, share(record(1))).lines[0].seq
    end(store, seq)
    again = accept(store, share(record(1)), share(record(1, words="b")))
    assert [line.outcome for line in again.lines] == [Outcome.ACCEPTED, Outcome.REFUSED]
    assert again.lines[0].seq == seq + 1


def test_erasure_takes_the_words_with_the_last_share(store):
    first = accept(store, share(SPEAKING), by=1).lines[0].seq
    second = accept(store, share(SPEAKING), by=2).lines[0].seq
    end(store, first, State.ERASED)
    assert rows("SELECT count(*) FROM record") == [(1,)]
    end(store, second, by=2)
    end(store, second, State.ERASED, by=2)
    assert [rows(f"SELECT count(*) FROM {table}") for table in ("record", "atom", "edge", "network")] == [[(0,)]] * 4
    assert [line.outcome for line in accept(store, share(SPEAKING)).lines] == [Outcome.ACCEPTED]
    assert len(store.visible_to(member(2), now=NOW).variants(stix_id(1))) == 1


def test_an_id_stays_known_when_its_first_version_is_erased(store):
    old, new = (record(1, version=f"2026-0{month}-01T00:00:00.000Z") for month in (1, 2))
    seq = accept(store, share(old)).lines[0].seq
    accept(store, share(new))
    end(store, seq, State.ERASED)
    again = accept(store, share(new), share(record(1, version=new.modified, words="b")), share(old))
    assert [line.outcome for line in again.lines] == [Outcome.DUPLICATE, Outcome.REFUSED, Outcome.ACCEPTED]
    door = store.visible_to(member(2), now=NOW)
    assert door.holdings([old, new]).keys() == {old.digest, new.digest}
    assert [one.modified for one in fed(door, only=Filter(versions="last"))] == [new.modified]


def tighten(store, seq, new, by=1):
    return store.replace_share(seq, new, by=by, cause=Cause("tighten", "too wide"), now=NOW)


def test_tightening_is_one_act_that_ends_and_shares(store):
    seq = accept(store, share(record(1), CLEAR)).lines[0].seq
    accept(store, share(record(1), GREEN, under=seq), by=2)
    receipt = tighten(store, seq, share(record(1), AMBER))
    assert [line.outcome for line in receipt.lines] == [Outcome.ACCEPTED]
    assert seqs(store.visible_to(member(3), now=NOW).feed(limit=9, only=EVERYTHING)) == []
    assert seqs(store.visible_to(member(3, 1), now=NOW).feed(limit=9, only=EVERYTHING)) == [receipt.lines[0].seq]
    assert rows(f"SELECT state FROM share WHERE seq = {seq}") == [(1,)]
    assert Act.objects.count() == 3


def test_tightening_to_the_same_audience_changes_nothing(store):
    seq = accept(store, share(record(1), GREEN)).lines[0].seq
    receipt = tighten(store, seq, share(record(1), GREEN))
    assert (receipt.act, receipt.lines[0].outcome) == (None, Outcome.DUPLICATE)
    assert seqs(store.visible_to(member(3), now=NOW).feed(limit=9, only=EVERYTHING)) == [seq]


def test_only_its_owner_tightens(store):
    seq = accept(store, share(record(1), GREEN)).lines[0].seq
    with pytest.raises(NotFound):
        tighten(store, seq, share(record(1), AMBER), by=2)
