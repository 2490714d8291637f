"""An opening proves by its hashes only, and has one spelling."""

from dataclasses import replace
from hashlib import sha256

import orjson
import pytest

from mitra.core.errors import InvalidInput
from mitra.core.ledger.act_tree import path_of, plant
from mitra.core.ledger.commitment import canonical_body, commit, entry
from mitra.core.ledger.lines import encode_base64
from mitra.core.ledger.opening import Aside, Opening, read_opening, write_opening
from mitra.core.ledger.tree import leaf_hash

SEED, SALT = b"\5" * 32, b"\6" * 32
DIGESTS = [sha256(word.encode()).digest() for word in ("ခြိမ်းခြောက်မှု", "ភ័យ", "ภัย")]
GROUPS = [(b'["green"]', DIGESTS), (b'["red"]', DIGESTS[:1])]
BODY = canonical_body({"kind": "exchange.share", "root": encode_base64(plant(SEED, GROUPS).root)})
OPENING = Opening(BODY, SALT, 1_767_225_600, path_of(SEED, GROUPS, 0, 1))


def test_opening_hashes_to_its_leaf_and_names_its_record_only():
    assert OPENING.leaf == leaf_hash(entry(commit(BODY, SALT), 1_767_225_600))
    assert [OPENING.names(digest) for digest in DIGESTS] == [False, True, False]


@pytest.mark.parametrize(
    "changed",
    [{"body": BODY.replace(b"share", b"shara")}, {"salt": bytes(32)}, {"t": 1_767_225_610}],
)
def test_another_body_salt_or_time_is_another_leaf(changed):
    assert replace(OPENING, **changed).leaf != OPENING.leaf


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b"{}", b'{"root":1}', b'{"root":null}', b'{"root":"AA=="}', b'{"root":"!"}', b"\xff"]
)
def test_body_without_a_root_names_nothing(body):
    opening = replace(OPENING, body=body)
    assert (opening.root, opening.names(DIGESTS[1])) == (None, False)


def test_act_without_a_line_names_nothing():
    opening = replace(OPENING, line=None)
    assert read_opening(write_opening(opening)) == opening
    assert not opening.names(DIGESTS[1])


def test_what_stands_beside_the_body_holds_only_as_its_author_wrote_it():
    aside = Aside('{"reason":"ผิด"}', bytes(32))
    body = canonical_body({"aside": encode_base64(commit(aside.words.encode(), aside.salt)), "root": None})
    opening = replace(OPENING, body=body, aside=aside)
    assert read_opening(write_opening(opening)) == opening
    others = [aside, None, replace(aside, words="{}"), replace(aside, salt=b"\1" * 32)]
    assert [replace(opening, aside=other).has_true_aside for other in others] == [True, True, False, False]
    assert not replace(OPENING, aside=aside).has_true_aside


@pytest.mark.parametrize("changed", [{"salt": b"short"}, {"t": -1}, {"t": 2**53}, {"body": b"\xff"}])
def test_opening_that_would_not_be_read_back_is_not_written(changed):
    with pytest.raises(InvalidInput):
        write_opening(replace(OPENING, **changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"v": 2},
        {"more": 1},
        {"t": "1"},
        {"t": True},
        {"t": 1.0},
        {"salt": None},
        {"salt": "AA=="},
        {"body": None},
        {"line": []},
        {"line": {}},
        {"line": {**orjson.loads(write_opening(OPENING))["line"], "line_place": "0"}},
        {"line": {**orjson.loads(write_opening(OPENING))["line"], "node_siblings": "none"}},
        {"line": {**orjson.loads(write_opening(OPENING))["line"], "node_siblings": [1]}},
    ],
)
def test_openings_spelt_otherwise_are_refused(changed):
    said = orjson.loads(write_opening(OPENING))
    with pytest.raises(InvalidInput):
        read_opening(orjson.dumps(said | changed, option=orjson.OPT_SORT_KEYS))


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff", write_opening(OPENING) + b" ", b"[" * 100_000])
def test_other_bytes_are_no_opening(data):
    with pytest.raises(InvalidInput):
        read_opening(data)
