"""A batch: one act, dense numbers, ascending dates, and answers that rest on the sender's own shares only."""

from base64 import b64decode
from datetime import timedelta
from itertools import pairwise

import orjson
import pytest
from django.db import connection, transaction

from mitra.core.ledger.act_tree import verify
from mitra.core.ledger.commitment import commit
from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import PUBLIC, Audience, Pap, Tlp
from mitra.ledger.models import Act, ActBody
from mitra.ledger.queries import get_receipt
from mitra.store.acts import path_in_act
from mitra.store.facts import Filter, NewShare, Outcome, State, Voice
from store_world import AMBER, CLEAR, ELSEWHERE, GREEN, NOW, accept, fed, member, record, seqs, share, stix_id

EVERYTHING = Filter()


def rows(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def outcomes(receipt):
    return [(line.outcome, line.reason) for line in receipt.lines]


def all_of(store, viewer, now=NOW):
    return fed(store.visible_to(viewer, now=now), limit=1_000, only=EVERYTHING)


def test_a_share_is_read_back_whole(store):
    title = "ໄພຂົ່ມຂູ່ · ភ័យគំរាម · ခြိမ်းခြောက်မှု"
    new = NewShare(record(1, title=title), AMBER, None, Pap.AMBER, "ประสานงานก่อน", Voice.CREATOR)
    receipt = accept(store, new, by=7)
    (found,) = all_of(store, member(8, 1))
    assert (found.seq, found.by, found.act, found.state, found.voice) == (
        receipt.lines[0].seq,
        7,
        receipt.act,
        State.LIVE,
        Voice.CREATOR,
    )
    assert (found.raw, found.digest, found.marking_at) == (new.record.raw, new.record.digest, new.record.marking_at)
    assert (found.stix_id, found.type, found.modified, found.title) == (
        new.record.stix_id,
        "indicator",
        new.record.modified,
        title,
    )
    assert (found.audience, found.tlp, found.pap, found.condition, found.under) == (
        AMBER,
        Tlp.AMBER,
        Pap.AMBER,
        "ประสานงานก่อน",
        None,
    )
    assert found.accepted_at == NOW <= found.at


def test_a_batch_is_one_act_with_dense_numbers_and_dates(store):
    first = accept(store, *(share(record(number)) for number in range(40)))
    second = accept(store, *(share(record(number)) for number in range(40, 50)))
    found = all_of(store, member(2))
    assert seqs(found) == list(range(first.lines[0].seq, first.lines[0].seq + 50))
    dates = [micros(one.at) for one in found]
    assert dates == sorted(set(dates))
    assert (dates[39] % 1_000, dates[49] % 1_000) == (0, 0)
    assert len({after - before for before, after in pairwise(dates)}) > 4
    assert second.leaf == first.leaf + 1


def test_dates_never_go_back_when_the_clock_does(store):
    accept(store, share(record(1)))
    accept(store, share(record(2)), now=NOW - timedelta(hours=5))
    one, two = all_of(store, member(2))
    assert one.at < two.at


def test_the_act_commits_to_its_body_and_the_body_to_each_line(store):
    receipt = accept(
        store, share(record(1), GREEN), share(record(2), AMBER), share(record(3), GREEN), by=7, kind="share"
    )
    body = ActBody.objects.get(act=receipt.act)
    assert (
        commit(bytes(body.body), bytes(body.salt))
        == receipt.commitment
        == bytes(Act.objects.get(pk=receipt.act).commitment)
    )
    said = orjson.loads(bytes(body.body))
    assert (said["kind"], said["by"], said["at"], said["v"], body.kind, body.by) == (
        "share",
        7,
        micros(NOW),
        3,
        "share",
        7,
    )
    root = b64decode(said["root"])
    for number, line in enumerate(receipt.lines, start=1):
        assert verify(path_in_act(receipt.act, line.seq), record(number).digest, root)
    assert get_receipt(receipt.act).leaf == receipt.leaf


def test_the_tree_holds_what_was_accepted_even_when_that_changed_meanwhile(store, monkeypatch):
    examine = store._writer.examine
    batch = [share(record(1)), share(record(2))]

    def examine_too_early(prepared, by):
        monkeypatch.undo()
        seen = examine(prepared, by)
        accept(store, batch[0])
        return seen

    monkeypatch.setattr(store._writer, "examine", examine_too_early)
    receipt = accept(store, *batch)
    assert outcomes(receipt) == [(Outcome.DUPLICATE, "already-shared"), (Outcome.ACCEPTED, "")]
    body = ActBody.objects.get(act=receipt.act)
    path = path_in_act(receipt.act, receipt.lines[1].seq)
    assert path.line_siblings == ()
    assert verify(path, record(2).digest, b64decode(orjson.loads(bytes(body.body))["root"]))


def test_a_receipt_names_its_shares_as_readers_meet_them(store):
    receipt = accept(store, share(record(1)), share(record(1, words="b")), share(record(1)))
    (found,) = all_of(store, member(2))
    assert [line.ref for line in receipt.lines] == [found.ref, "", found.ref]


def test_the_same_again_changes_nothing(store):
    first = accept(store, share(record(1)), share(record(2)))
    again = accept(store, share(record(2)), share(record(1)))
    assert outcomes(again) == [(Outcome.DUPLICATE, "already-shared")] * 2
    assert [line.seq for line in again.lines] == [first.lines[1].seq, first.lines[0].seq]
    assert (again.act, again.leaf, again.commitment) == (None, None, b"")
    assert len(all_of(store, member(2))) == 2
    assert Act.objects.count() == 1


def test_a_batch_partly_known_is_accepted_in_part(store):
    accept(store, share(record(1)))
    receipt = accept(store, share(record(1)), share(record(1, words="b")), share(record(2)), share(record(2)))
    assert outcomes(receipt) == [
        (Outcome.DUPLICATE, "already-shared"),
        (Outcome.REFUSED, "version-rewritten"),
        (Outcome.ACCEPTED, ""),
        (Outcome.DUPLICATE, "already-shared"),
    ]
    assert receipt.lines[2].seq == receipt.lines[3].seq


def test_newer_bytes_of_an_observable_replace_the_sharers_older_ones_only(store):
    old, new = (record(1, kind="domain-name", version="", words=words) for words in "ab")
    accept(store, share(old), by=1)
    accept(store, share(old), by=2)
    accept(store, share(new), by=1)
    assert [(one.by, one.digest) for one in all_of(store, member(3))] == [(2, old.digest), (1, new.digest)]


def test_replaced_bytes_take_along_what_rests_on_them(store):
    old, new = (record(1, kind="domain-name", version="", words=words) for words in "ab")
    first = accept(store, share(old), by=1)
    accept(store, share(old, under=first.lines[0].seq), by=2)
    accept(store, share(new), by=1)
    assert [one.digest for one in all_of(store, member(3))] == [new.digest]


def test_what_it_rests_on_must_be_live(store):
    receipt = accept(store, share(record(1), under=4_000_000), share(record(2)))
    assert outcomes(receipt) == [(Outcome.REFUSED, "under-ended"), (Outcome.ACCEPTED, "")]


@pytest.mark.parametrize("hidden_by", ["nobody", "another"])
def test_posting_what_is_hidden_answers_as_what_is_unknown(store, hidden_by):
    if hidden_by == "another":
        accept(store, share(record(1), ELSEWHERE), share(record(2, words="theirs"), ELSEWHERE), by=2)
    else:
        accept(store, share(record(8), ELSEWHERE), share(record(9), ELSEWHERE), by=2)
    receipt = accept(store, share(record(1), AMBER), share(record(2, words="mine"), AMBER), by=1)
    assert outcomes(receipt) == [(Outcome.ACCEPTED, "")] * 2
    assert [line.seq - receipt.lines[0].seq for line in receipt.lines] == [0, 1]
    mine = store.visible_to(member(1, 1), now=NOW)
    assert [(one.stix_id, one.by) for one in fed(mine, limit=9, only=EVERYTHING)] == [
        (stix_id(1), 1),
        (stix_id(2), 1),
    ]
    assert mine.count(EVERYTHING) == 2
    assert len(mine.variants(stix_id(2))) == 1
    assert [len(found) for found in mine.holdings([record(1)]).values()] == [1]


def test_a_batch_stands_in_no_other_transaction(store):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        accept(store, share(record(1)))


def test_an_interrupted_batch_leaves_nothing(store, monkeypatch):
    before = rows("SELECT seq, leaf, last_at FROM ledger_counter")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(store._writer, "end", interrupt)
    with pytest.raises(KeyboardInterrupt):
        accept(store, share(record(1)))
    monkeypatch.undo()
    assert rows("SELECT seq, leaf, last_at FROM ledger_counter") == before
    assert [
        rows(f"SELECT count(*) FROM {table}") for table in ("record", "share", "tally", "ledger_act", "store_audience")
    ] == [[(0,)]] * 5
    assert all_of(store, PUBLIC) == []
    assert accept(store, share(record(1), CLEAR)).lines[0].seq == before[0][0] + 1
    assert len(all_of(store, PUBLIC)) == 1


def test_counts_by_audience_and_type_are_those_of_the_live_shares(store):
    accept(store, share(record(1)), share(record(2), AMBER), share(record(3, kind="domain-name", version="")))
    accept(store, share(record(3, kind="domain-name", version="", words="b")))
    counted = rows(
        "SELECT by, audience, type, count(*) FROM share WHERE state = 0 GROUP BY by, audience, type ORDER BY 1, 2, 3"
    )
    assert rows("SELECT by, audience, type, n FROM tally WHERE n > 0 ORDER BY 1, 2, 3") == counted


def test_one_audience_has_one_row(store):
    many = Audience(Tlp.AMBER, frozenset({3, 12, 1}), embargo_until=NOW)
    accept(store, share(record(1), many))
    accept(store, share(record(2), many), by=2)
    assert rows("SELECT circles, tlp, embargo_until FROM store_audience") == [("1,3,12", 2, micros(NOW))]
    assert rows("SELECT circle FROM store_audience_circle ORDER BY circle") == [(1,), (3,), (12,)]
