from dataclasses import fields, replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.ledger.act_tree import path_of, plant, verify

SEED = bytes(range(32))


def digest(number):
    return sha256(b"record %d" % number).digest()


def groups_of(*sizes):
    return [(b'{"tlp":%d}' % at, [digest(100 * at + line) for line in range(size)]) for at, size in enumerate(sizes)]


shapes = st.lists(st.integers(1, 20), min_size=1, max_size=6)


@given(shapes, st.binary(min_size=32, max_size=32))
@settings(max_examples=60, deadline=None)
def test_each_line_has_a_path_that_verifies(sizes, seed):
    groups = groups_of(*sizes)
    root = plant(seed, groups).root
    for group, (_, digests) in enumerate(groups):
        for line, wanted in enumerate(digests):
            path = path_of(seed, groups, group, line)
            assert verify(path, wanted, root)
            assert not verify(path, digest(9_999), root)


def flipped(value):
    """Every value that differs from this one by one bit, anywhere in it."""
    if isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from ((*value[:at], other, *value[at + 1 :]) for other in flipped(part))
    elif isinstance(value, int):
        yield from (value ^ 1 << bit for bit in range(8))
    else:
        for at in range(len(value) * 8):
            changed = bytearray(value)
            changed[at // 8] ^= 1 << at % 8
            yield bytes(changed)


def test_any_flipped_bit_fails():
    groups = groups_of(3, 6)
    root = plant(SEED, groups).root
    path = path_of(SEED, groups, 1, 4)
    wanted = digest(104)
    assert verify(path, wanted, root)
    assert not any(verify(path, other, root) for other in flipped(wanted))
    assert not any(verify(path, wanted, other) for other in flipped(root))
    for field in fields(path):
        changed = [replace(path, **{field.name: other}) for other in flipped(getattr(path, field.name))]
        assert len(changed) > 7
        assert not any(verify(other, wanted, root) for other in changed), field.name


def test_hashes_carry_the_prefixes_of_rfc_6962():
    groups = groups_of(3)
    path = path_of(SEED, groups, 0, 2)
    found = sha256(b"\x00" + digest(2) + path.line_salt).digest()
    found = sha256(b"\x01" + found + path.line_siblings[0]).digest()
    found = sha256(b"\x01" + path.line_siblings[1] + found).digest()
    assert plant(SEED, groups).root == sha256(b"\x00" + path.node_salt + found + groups[0][0]).digest()


def test_a_path_with_a_level_more_or_less_fails():
    groups = groups_of(16, 1)
    root = plant(SEED, groups).root
    path = path_of(SEED, groups, 0, 15)
    for name in ("line_siblings", "node_siblings"):
        siblings = getattr(path, name)
        for other in (siblings[1:], siblings[:-1], (*siblings, bytes(32)), (*siblings[:-1], siblings[-1][:31])):
            assert not verify(replace(path, **{name: other}), digest(15), root)


def test_an_inner_node_does_not_pass_for_a_line():
    groups = groups_of(4)
    root = plant(SEED, groups).root
    path = path_of(SEED, groups, 0, 0)
    short = replace(path, line_siblings=path.line_siblings[1:], line_place=0)
    assert not verify(short, digest(0), root)
    assert not verify(replace(path, line_salt=b""), digest(0) + path.line_salt, root)


@pytest.mark.parametrize(
    ("sizes", "line_levels", "node_levels"),
    [((1,), 0, 0), ((2,), 2, 0), ((4,), 2, 0), ((5,), 4, 0), ((17, 1), 6, 2), ((1,) * 5, 0, 4)],
)
def test_levels_are_padded_to_a_power_of_four(sizes, line_levels, node_levels):
    path = path_of(SEED, groups_of(*sizes), 0, 0)
    assert (len(path.line_siblings), len(path.node_siblings)) == (line_levels, node_levels)


def test_places_of_audiences_do_not_count_them():
    groups = groups_of(1, 1, 1)
    places = {
        tuple(path_of(bytes([seed]) * 32, groups, group, 0).node_place for group in range(3)) for seed in range(40)
    }
    assert len(places) > 10
    assert {place for drawn in places for place in drawn} == {0, 1, 2, 3}


def test_one_seed_gives_one_root_and_another_seed_another():
    groups = groups_of(2, 3)
    assert plant(SEED, groups) == plant(SEED, groups)
    assert plant(SEED, groups).root != plant(bytes(32), groups).root


def test_readers_of_one_audience_hold_no_hash_of_anothers_lines():
    groups = groups_of(4, 4)
    other = path_of(SEED, groups, 1, 0)
    mine = path_of(SEED, groups, 0, 0)
    assert not {mine.line_salt, mine.node_salt, *mine.line_siblings} & {
        other.line_salt,
        other.node_salt,
        *other.line_siblings,
    }
