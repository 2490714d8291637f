from ipaddress import ip_address, ip_network, summarize_address_range

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.stix.facts import Network
from mitra.store import networks
from mitra.store.networks import NetworkMemory, Segments, block_around, blocks

keys = st.integers(0, 2**128 - 1)


@given(keys, keys)
def test_blocks_are_those_of_the_standard_library(one, other):
    lo, hi = sorted((one, other))
    expected = [
        (int(net.network_address), int(net.broadcast_address), net.prefixlen)
        for net in summarize_address_range(ip_address(lo.to_bytes(16, "big")), ip_address(hi.to_bytes(16, "big")))
    ]
    found = blocks(Network(lo.to_bytes(16, "big"), hi.to_bytes(16, "big")))
    assert [(int.from_bytes(a, "big"), int.from_bytes(b, "big"), bits) for a, b, bits in found] == expected


@given(keys, st.integers(0, 128))
def test_the_block_around_an_address_is_its_network(address, bits):
    net = ip_network((address, bits), strict=False)
    net = ip_network((address.to_bytes(16, "big"), bits), strict=False) if net.version == 4 else net
    assert block_around(address, bits) == (net.network_address.packed, net.broadcast_address.packed)


nested = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 2**32 - 1).map(lambda low: 0xFFFF << 32 | low), st.integers(96, 128)),
        st.tuples(st.integers(0xFFFF << 32, (0xFFFF << 32) + 40), st.integers(120, 128)),
        st.tuples(st.integers(0x20010DB8 << 96, (0x20010DB8 << 96) + 2**70), st.integers(20, 128)),
        st.tuples(st.sampled_from([0, 2**64 - 1, 2**64, 2**128 - 1]), st.integers(0, 128)),
    ),
    max_size=30,
)


def around_one_by_one(ends, address):
    """The sizes of the blocks that hold an address, found by looking at each block."""
    holding = {(lo, hi) for lo, hi in ends if int.from_bytes(lo, "big") <= address <= int.from_bytes(hi, "big")}
    widths = {int.from_bytes(hi, "big") - int.from_bytes(lo, "big") + 1 for lo, hi in holding}
    return tuple(sorted((129 - width.bit_length() for width in widths), reverse=True))


def at_and_beside(ends):
    numbers = {int.from_bytes(end, "big") for pair in ends for end in pair}
    return sorted({min(max(number + step, 0), 2**128 - 1) for number in numbers for step in (-1, 0, 1)})


@given(nested, st.lists(keys, max_size=3))
@settings(max_examples=300)
def test_segments_tell_what_each_block_tells(drawn, elsewhere):
    ends = [block_around(address, bits) for address, bits in drawn]
    segments = Segments(ends)
    for address in [*at_and_beside(ends), *elsewhere]:
        assert segments.around(address) == around_one_by_one(ends, address)
    assert len(segments) <= 2 * len(set(ends)) + 1


@given(st.lists(nested, max_size=5), st.integers(0, 3))
def test_a_memory_tells_of_every_block_up_to_a_number(shares, least):
    said = [[block_around(address, bits) for address, bits in drawn] for drawn in shares]
    asked = []

    def read(seq):
        asked.append(seq)
        return [pair for ends in said[seq:top] for pair in ends]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "_LEAST_MERGED", least)
        memory = NetworkMemory()
        for top in (*range(len(said) + 1), len(said)):
            both = memory.up_to(top, read)
            ends = [pair for one in said[:top] for pair in one]
            for address in at_and_beside(ends):
                assert both.around(address) == around_one_by_one(ends, address)
    assert asked.count(len(said)) == 0


def test_a_segment_is_small():
    segments = Segments(block_around(0xFFFF << 32 | number << 8, 120) for number in range(0, 2**16, 2))
    sizes = [column.itemsize * len(column) for column in (segments._high, segments._low, segments._held)]
    assert sum(sizes) <= 32 * len(segments)
    assert len(segments._sizes) == 2
