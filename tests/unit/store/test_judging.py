"""What becomes of a batch; the house's rule is that only the sender's own shares decide."""

from mitra.core.stix.facts import Atom
from mitra.store.facts import Outcome
from mitra.store.judging import OwnLive, Prepared, judge
from mitra.store.keys import audience_bytes, audience_key, version_of
from store_world import AMBER, GREEN, record, share

ACCEPTED, DUPLICATE, REFUSED = Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REFUSED


def prepared(new):
    written = audience_bytes(new.audience)
    return Prepared(
        new, new.record.digest, 0, (new.record.stix_id, version_of(new.record)), written, audience_key(written)
    )


def lines(*shares, own=None, live_unders=frozenset()):
    judged = judge([prepared(new) for new in shares], own or {}, live_unders)
    return [(line.outcome, line.seq, line.reason) for line in judged.lines(len(shares), 50)], judged


def already(new, seq):
    item = prepared(new)
    return {item.place: [OwnLive(item.digest, item.audience_key, seq)]}


def test_same_bytes_to_the_same_audience_are_a_duplicate():
    one = share(record(1))
    found, _ = lines(one, one, own=already(one, 7))
    assert found == [(DUPLICATE, 7, "already-shared")] * 2


def test_a_repeat_within_the_batch_is_a_duplicate_of_its_first():
    found, _ = lines(share(record(1)), share(record(2)), share(record(1)))
    assert found == [(ACCEPTED, 50, ""), (ACCEPTED, 51, ""), (DUPLICATE, 50, "already-shared")]


def test_same_bytes_to_another_audience_are_another_share():
    found, _ = lines(share(record(1), AMBER), own=already(share(record(1), GREEN), 7))
    assert found == [(ACCEPTED, 50, "")]


def test_other_bytes_of_one_version_are_refused():
    found, _ = lines(
        share(record(1, words="b")), share(record(2)), share(record(2, words="c")), own=already(share(record(1)), 7)
    )
    assert found == [(REFUSED, None, "version-rewritten"), (ACCEPTED, 50, ""), (REFUSED, None, "version-rewritten")]


def test_another_spelling_of_the_version_is_the_same_version():
    found, _ = lines(share(record(1, version="2026-01-01T00:00:00Z")), own=already(share(record(1)), 7))
    assert found == [(REFUSED, None, "version-rewritten")]


def test_a_later_version_is_accepted_beside_the_earlier():
    found, judged = lines(share(record(1, version="2026-02-01T00:00:00.000Z")), own=already(share(record(1)), 7))
    assert (found, judged.superseded) == ([(ACCEPTED, 50, "")], [])


def test_newer_bytes_of_a_type_without_versions_replace_the_older():
    old, new, newest = (share(record(1, kind="domain-name", version="", words=words)) for words in "abc")
    found, judged = lines(new, newest, own=already(old, 7))
    assert found == [(ACCEPTED, 50, ""), (ACCEPTED, 51, "")]
    assert (judged.superseded, judged.stillborn) == ([7], {0})


def test_what_rests_on_an_ended_share_is_refused():
    found, _ = lines(share(record(1), under=3), share(record(2), under=4), live_unders=frozenset({4}))
    assert found == [(REFUSED, None, "under-ended"), (ACCEPTED, 50, "")]


def test_atoms_play_no_part():
    found, _ = lines(share(record(1, atoms=(Atom("md5", "0" * 32),))), own=already(share(record(1)), 7))
    assert found == [(DUPLICATE, 7, "already-shared")]
