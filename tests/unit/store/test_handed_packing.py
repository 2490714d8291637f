"""A page of share numbers comes back as it was, however it is spread, and a dense one costs nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitra.store.handed.packing import pack, size_class, unpack

PAGES = st.lists(st.integers(1, 2**32), min_size=1, max_size=200, unique=True).map(sorted)


@given(PAGES)
def test_a_page_comes_back(seqs):
    assert unpack(seqs[0], len(seqs), pack(seqs)) == seqs


@given(PAGES)
def test_a_page_begins_less_than_its_class_below_each_of_its_numbers(seqs):
    width = 1 << size_class(seqs[0], seqs[-1])
    assert all(seq - width < seqs[0] <= seq for seq in seqs)


def test_a_page_without_gaps_needs_no_bytes():
    assert pack(range(7, 1_007)) == b""


def test_a_page_with_every_other_number_needs_few():
    assert len(pack(range(7, 2_007, 2))) < 60


@pytest.mark.parametrize("packed", [b"\x00", b"not compressed", pack([1, 3, 9])])
def test_foreign_bytes_are_refused(packed):
    with pytest.raises(ValueError):
        unpack(1, 9, packed)
