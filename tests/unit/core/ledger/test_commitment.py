from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mitra.core.ledger.commitment import canonical_body, coarse_time, commit, entry

SALT = bytes(range(32))
names = st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=8)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(names, values, max_size=5))
def test_bodies_are_rfc_8785(body):
    assert canonical_body(body) == rfc8785.dumps(body)


def test_body_holds_words_of_the_region():
    body = {"reason": "ถอนคืน · ដកវិញ · ຖອນ · ရုပ်သိမ်း · rút lại"}
    assert canonical_body(body) == rfc8785.dumps(body)


@pytest.mark.parametrize(
    "body", [{"n": 1.5}, {"n": 2**53}, {"ชื่อ": 1}, {"list": [{"n": -(2**53)}]}, {"raw": b"x"}, {1: "x"}]
)
def test_body_that_could_be_printed_twice_is_refused(body):
    with pytest.raises(ValueError):
        canonical_body(body)


def test_commitment_is_the_hash_of_salt_and_body():
    assert commit(b"body", SALT) == sha256(SALT + b"body").digest()
    assert commit(b"body", SALT) != commit(b"body", bytes(32))
    with pytest.raises(ValueError):
        commit(b"body", b"short")


def test_entry_is_canonical_and_small():
    at = coarse_time(datetime(2026, 3, 1, 12, 0, 19, 999_999, tzinfo=UTC))
    written = entry(commit(b"body", SALT), at)
    said = orjson.loads(written)
    assert written == rfc8785.dumps(said)
    assert (b64decode(said["c"]), said["t"] % 10, said["v"], set(said)) == (
        commit(b"body", SALT),
        0,
        1,
        {"c", "t", "v"},
    )
    assert datetime.fromtimestamp(said["t"], UTC) == datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
    assert len(written) <= 512
