"""A range goes from CIDR notation to keys and back."""

import pytest

from mitra.core.text.addresses import range_keys, ranges_of


@pytest.mark.parametrize("written", ["203.0.113.0/24", "198.51.100.64/26", "2001:db8:51::/48"])
def test_a_range_comes_back_as_it_was(written):
    assert [found for _, found in ranges_of(*range_keys(written))] == [written]


def test_what_is_no_block_comes_back_as_several():
    lo, hi = range_keys("203.0.113.0/30")
    assert ranges_of(lo, hi[:-1] + bytes([hi[-1] + 1])) == [
        ("ipv4-addr", "203.0.113.0/30"),
        ("ipv4-addr", "203.0.113.4/32"),
    ]
