"""Each share's own path in its acts, whatever became of the others: ended, tightened, erased one by one or all."""

import orjson
import pytest

from mitra.core.errors import NotFound
from mitra.core.ledger.act_tree import verify
from mitra.core.ledger.lines import decode_base64
from mitra.core.policy.facts import Audience, Tlp
from mitra.ledger.models import Act, ActBody, ErasedLine
from mitra.ledger.queries import find_erasure, find_said
from mitra.store.acts import get_own_share, grove_of, lines_of_act, path_in_act, plant_grove
from mitra.store.facts import Cause, State
from mitra.store.inspection import inspect_store
from store_world import AMBER, CLEAR, GREEN, NOW, accept, member, record, share

WHY = Cause("exchange.withdraw", "sai địa chỉ")
BATCH = [
    share(record(1, words="ก")),
    share(record(2, words="ខ"), AMBER),
    share(record(3, words="ຄ")),
    share(record(4, words="က"), CLEAR),
    share(record(5, words="a"), AMBER),
]
DIGESTS = [one.record.digest for one in BATCH]


def root_said(act):
    return decode_base64(orjson.loads(find_said(act).body)["root"])


def root_now(act):
    seed = find_said(act).seed
    return plant_grove(seed, grove_of(seed, lines_of_act(act))).root


def proves(act, seq, digest):
    path = path_in_act(act, seq)
    return path is not None and verify(path, digest, root_said(act))


def seqs_of(receipt):
    return [line.seq for line in receipt.lines]


def end(store, seq, to=State.WITHDRAWN, by=1):
    return store.end_share(seq, to=to, by=by, cause=WHY, now=NOW)


def test_each_line_of_a_batch_leads_to_the_root_and_to_no_other_record(store):
    receipt = accept(store, *BATCH)
    assert root_now(receipt.act) == root_said(receipt.act)
    for seq, digest in zip(seqs_of(receipt), DIGESTS, strict=True):
        assert [proves(receipt.act, seq, other) for other in DIGESTS] == [other == digest for other in DIGESTS]


def test_what_superseded_and_what_was_refused_is_in_no_tree(store):
    old = accept(store, share(record(1, version="", kind="domain-name", words="a")))
    both = accept(
        store,
        share(record(1, version="", kind="domain-name", words="b")),
        share(record(1, version="", kind="domain-name", words="c")),
    )
    assert [line.seq for line in lines_of_act(both.act)] == seqs_of(both)
    assert root_now(both.act) == root_said(both.act)
    assert proves(old.act, seqs_of(old)[0], lines_of_act(old.act)[0].digest)


def test_an_end_and_a_tightening_have_lines_too(store):
    made = accept(store, *BATCH)
    first, second, *_ = seqs_of(made)
    rest = accept(store, share(record(1, words="ก"), under=first), by=4)
    ended = end(store, first)
    assert [line.seq for line in lines_of_act(ended.act)] == [first, *seqs_of(rest)]
    assert all(proves(ended.act, seq, DIGESTS[0]) for seq in (first, *seqs_of(rest)))
    tight = store.replace_share(
        second, share(record(2, words="ខ"), Audience(Tlp.AMBER_STRICT, frozenset({1}))), by=1, cause=WHY, now=NOW
    )
    assert [line.seq for line in lines_of_act(tight.act)] == [*seqs_of(tight), second]
    assert all(proves(tight.act, seq, DIGESTS[1]) for seq in (*seqs_of(tight), second))
    assert [proves(made.act, seq, digest) for seq, digest in zip(seqs_of(made), DIGESTS, strict=True)] == [True] * 5


def test_the_path_of_an_end_does_not_tell_how_many_others_shared_it_on(store):
    lengths = []
    for number, others in enumerate((0, 1, 5, 12), start=1):
        first, tight = seqs_of(accept(store, share(record(number)), share(record(50 + number))))
        for by in range(4, 4 + others):
            accept(store, share(record(number), under=first), by=by)
            accept(store, share(record(50 + number), under=tight), by=by)
        ended = end(store, first)
        stricter = share(record(50 + number), Audience(Tlp.AMBER_STRICT))
        replaced = store.replace_share(tight, stricter, by=1, cause=WHY, now=NOW)
        paths = [path_in_act(ended.act, first), path_in_act(replaced.act, seqs_of(replaced)[0])]
        assert proves(ended.act, first, record(number).digest)
        lengths.append([(len(path.line_siblings), len(path.node_siblings)) for path in paths])
    assert lengths == [[(0, 6), (0, 6)]] * 4


def test_a_path_tells_of_its_circles_nothing_but_what_its_reader_knows(store):
    wide = Audience(Tlp.AMBER, frozenset({1, 31_337}))
    receipt = accept(store, share(record(1), wide), share(record(2)))
    path = path_in_act(receipt.act, seqs_of(receipt)[0])
    said = orjson.loads(path.audience)
    assert {name: said[name] for name in ("tlp", "room", "realm", "embargo")} == {
        "tlp": int(Tlp.AMBER),
        "room": "exchange",
        "realm": 0,
        "embargo": None,
    }
    assert len(decode_base64(said["circles"])) == 32
    again = accept(store, share(record(3), wide))
    assert orjson.loads(path_in_act(again.act, seqs_of(again)[0]).audience)["circles"] != said["circles"]


# ── Erasure


def test_erasing_one_line_leaves_the_proofs_of_the_others(store):
    receipt = accept(store, *BATCH)
    seqs = seqs_of(receipt)
    before = [path_in_act(receipt.act, seq) for seq in seqs]
    end(store, seqs[1], State.ERASED)
    assert [path_in_act(receipt.act, seq) for seq in seqs] == before
    assert root_now(receipt.act) == root_said(receipt.act)
    assert [line.digest for line in lines_of_act(receipt.act) if line.seq != seqs[1]] == [
        digest for digest in DIGESTS if digest != DIGESTS[1]
    ]
    assert DIGESTS[1] not in [line.digest for line in lines_of_act(receipt.act)]
    assert find_said(receipt.act) is not None


def test_erasing_the_last_line_erases_what_the_act_said(store):
    receipt = accept(store, *BATCH)
    *first, last = seqs_of(receipt)
    for seq in first:
        end(store, seq, State.ERASED)
    assert proves(receipt.act, last, DIGESTS[-1])
    erasing = end(store, last, State.ERASED)
    assert (find_said(receipt.act), path_in_act(receipt.act, last)) == (None, None)
    assert find_erasure(receipt.act) == (1, NOW)
    assert Act.objects.get(pk=receipt.act).erased_by == erasing.act
    assert not ErasedLine.objects.filter(act=receipt.act).exists()
    assert bytes(Act.objects.get(pk=receipt.act).commitment) == receipt.commitment
    assert inspect_store().faults == []


def test_of_an_erasure_who_and_why_stay_and_not_of_what(store):
    receipt = accept(store, *BATCH)
    erasing = end(store, seqs_of(receipt)[0], State.ERASED)
    body = ActBody.objects.get(act=erasing.act)
    assert (orjson.loads(bytes(body.aside))["reason"], body.seed) == (WHY.reason, None)
    assert path_in_act(erasing.act, seqs_of(receipt)[0]) is None


@pytest.mark.parametrize("ended", [State.WITHDRAWN, State.RECALLED])
def test_erasing_after_an_end_leaves_the_end_provable_for_who_rested_on_it(store, ended):
    made = accept(store, *BATCH)
    first = seqs_of(made)[0]
    rest = accept(store, share(record(1, words="ก"), under=first), by=4)
    (mine,) = seqs_of(rest)
    over = end(store, first, ended)
    before = path_in_act(over.act, mine)
    end(store, first, State.ERASED)
    assert path_in_act(over.act, mine) == before
    assert proves(over.act, mine, DIGESTS[0])
    assert root_now(over.act) == root_said(over.act)
    end(store, mine, State.ERASED, by=4)
    assert (find_said(over.act), find_said(rest.act)) == (None, None)
    assert find_said(made.act) is not None


# ── Who has a receipt


def test_whoever_shared_it_has_its_receipt_when_it_has_ended(store):
    receipt = accept(store, *BATCH)
    line = receipt.lines[1]
    over = end(store, line.seq)
    own = get_own_share(line.ref, member(1, 1), now=NOW)
    assert (own.seq, own.act, own.ended, own.state, own.digest) == (
        line.seq,
        receipt.act,
        over.act,
        State.WITHDRAWN,
        DIGESTS[1],
    )
    for viewer in (member(2, 1), member(1, 1, rooms=frozenset()), member(1, 1, realm=3)):
        with pytest.raises(NotFound):
            get_own_share(line.ref, viewer, now=NOW)
    with pytest.raises(NotFound):
        get_own_share("A" * 22, member(1, 1), now=NOW)
    end(store, line.seq, State.ERASED)
    assert get_own_share(line.ref, member(1, 1), now=NOW).digest is None


def test_of_red_only_the_named_have_a_receipt(store):
    red = Audience(Tlp.RED, frozenset({50}))
    line = accept(store, share(record(1), red)).lines[0]
    end(store, line.seq)
    named = member(1, person=3, person_circles=frozenset({50}))
    assert get_own_share(line.ref, named, now=NOW).seq == line.seq
    with pytest.raises(NotFound):
        get_own_share(line.ref, member(1, person=4), now=NOW)


def test_green_is_no_longer_read_by_others_and_has_no_receipt_for_them(store):
    line = accept(store, share(record(1), GREEN)).lines[0]
    end(store, line.seq)
    with pytest.raises(NotFound):
        get_own_share(line.ref, member(2), now=NOW)
