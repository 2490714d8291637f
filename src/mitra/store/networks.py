"""Address ranges as blocks: so that “what contains this address” is one key probe for each size of block present.

Keys are 16 bytes, IPv4 mapped into IPv6; a block of `bits` fixes that many leading bits of the 128.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.stix.facts import Network

BITS = 128
BYTES = 16


def blocks(network: Network) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the aligned blocks (lo, hi, bits) that make up a range, from its low end: one, when it is in CIDR form."""
    lo = int.from_bytes(network.lo, "big")
    end = int.from_bytes(network.hi, "big") + 1
    while lo < end:
        aligned = lo & -lo if lo else 1 << BITS
        size = min(aligned, 1 << ((end - lo).bit_length() - 1))
        yield lo.to_bytes(BYTES, "big"), (lo + size - 1).to_bytes(BYTES, "big"), BITS - size.bit_length() + 1
        lo += size


def block_around(address: bytes, bits: int) -> tuple[bytes, bytes]:
    """Return the ends of the block of that size in which an address lies."""
    free = (1 << (BITS - bits)) - 1
    lo = int.from_bytes(address, "big") & ~free
    return lo.to_bytes(BYTES, "big"), (lo | free).to_bytes(BYTES, "big")
