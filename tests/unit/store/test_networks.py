from ipaddress import ip_address, ip_network, summarize_address_range

from hypothesis import given
from hypothesis import strategies as st

from mitra.core.stix.facts import Network
from mitra.store.networks import block_around, blocks

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
    found = block_around(address.to_bytes(16, "big"), bits)
    assert found == (net.network_address.packed, net.broadcast_address.packed)
