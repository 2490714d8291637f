"""Address ranges as blocks: so that “what contains this address” is one key probe for each size of block present.

A block of `bits` fixes that many leading bits of 128, IPv4 mapped into IPv6.  Two blocks are one inside the other or
apart; so all of them lie *flattened* in segments, each with the sizes of all blocks that hold it, and what contains an
address is one search among the segments' first numbers (COOPERATION 15: never `lo <= x AND hi >= x`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mitra.core.stix.facts import Network

    Ends = tuple[bytes, bytes]

BITS = 128
BYTES = 16
_HALF = 64
_LOW = (1 << _HALF) - 1
_LEAST_MERGED = 1_000
"""So many younger blocks are kept apart, whatever the number of the older ones."""


def blocks(network: Network) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield the aligned blocks (lo, hi, bits) that make up a range, from its low end: one, when it is in CIDR form."""
    lo = int.from_bytes(network.lo, "big")
    end = int.from_bytes(network.hi, "big") + 1
    while lo < end:
        aligned = lo & -lo if lo else 1 << BITS
        size = min(aligned, 1 << ((end - lo).bit_length() - 1))
        yield lo.to_bytes(BYTES, "big"), (lo + size - 1).to_bytes(BYTES, "big"), BITS - size.bit_length() + 1
        lo += size


def block_around(address: int, bits: int) -> Ends:
    """Return the ends of the block of that size in which an address lies."""
    free = (1 << (BITS - bits)) - 1
    lo = address & ~free
    return lo.to_bytes(BYTES, "big"), (lo | free).to_bytes(BYTES, "big")


class Around(Protocol):
    """What tells the blocks that hold an address."""

    def around(self, address: int) -> tuple[int, ...]:
        """Return the sizes of the blocks that hold an address, in bits, the smallest block first."""
        ...


class Segments:
    """Blocks, flattened: 20 bytes a segment, and at most two segments a block."""

    def __init__(self, ends: Iterable[Ends]) -> None:
        """Take the ends of aligned blocks, in any order."""
        self._high, self._low = array("Q", [0]), array("Q", [0])
        """The two halves of each segment's first number, ascending."""
        self._held = array("I", [0])
        """Which of `_sizes` hold the segment."""
        self._sizes: list[tuple[int, ...]] = [()]
        self._places = {0: 0}
        self._flatten(sorted({_whole(lo, hi) for lo, hi in ends}))
        self._of_ipv4 = bisect_right(self._high, 0)
        """How many segments come first that begin below 2**64, as mapped IPv4 does."""

    def __len__(self) -> int:
        """Return how many segments there are."""
        return len(self._low)

    def around(self, address: int) -> tuple[int, ...]:
        """Return the sizes of the blocks that hold an address, in bits, the smallest block first."""
        high, low = address >> _HALF, address & _LOW
        first, last = 0, self._of_ipv4
        if high:
            first = bisect_left(self._high, high, last)
            last = bisect_right(self._high, high, first)
        return self._sizes[self._held[bisect_right(self._low, low, first, last) - 1]]

    def _flatten(self, ordered: Iterable[tuple[int, int]]) -> None:
        """Walk over the blocks in order: what opened last ends first."""
        ends: list[int] = []
        held = [0]
        for lo, bits in ordered:
            while ends and ends[-1] < lo:
                held.pop()
                self._begin(ends.pop() + 1, held[-1])
            ends.append(lo + (1 << (BITS - bits)) - 1)
            held.append(held[-1] | 1 << bits)
            self._begin(lo, held[-1])
        while ends:
            held.pop()
            self._begin(ends.pop() + 1, held[-1])

    def _begin(self, first: int, held: int) -> None:
        """Let a segment begin that these sizes hold; one that would begin at the same number gives way."""
        if first >> BITS:
            return
        place = self._places.setdefault(held, len(self._sizes))
        if place == len(self._sizes):
            self._sizes.append(tuple(bits for bits in range(BITS, -1, -1) if held >> bits & 1))
        high, low = first >> _HALF, first & _LOW
        if self._high[-1] == high and self._low[-1] == low:
            self._held[-1] = place
            return
        self._high.append(high)
        self._low.append(low)
        self._held.append(place)


def _whole(lo: bytes, hi: bytes) -> tuple[int, int]:
    """Return (first number, bits) of a block; larger blocks at one number sort first."""
    first = int.from_bytes(lo, "big")
    return first, BITS - (int.from_bytes(hi, "big") - first).bit_length()


class Both(NamedTuple):
    """Many older blocks and a few younger ones."""

    old: Segments
    young: Segments

    def around(self, address: int) -> tuple[int, ...]:
        """Return the sizes of the blocks that hold an address, in bits, the smallest block first."""
        old, young = self.old.around(address), self.young.around(address)
        return tuple(sorted({*old, *young}, reverse=True)) if young else old


class NetworkMemory:
    """The segments of one process, brought up to date when the store's highest number has risen; safe among threads.

    What is erased may stay in them: they only tell what is worth asking for.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._both = Both(Segments(()), Segments(()))
        self._young: set[Ends] = set()
        self._seq = 0

    def up_to(self, seq: int, read: Callable[[int], Iterable[Ends]]) -> Both:
        """Return the blocks of every share up to this number; `read` gives those of shares above a number."""
        with self._lock:
            if seq > self._seq:
                known = len(self._young)
                self._young.update(read(self._seq))
                if len(self._young) > max(_LEAST_MERGED, len(self._both.old) // 4):
                    self._both, self._young = Both(Segments(read(0)), Segments(())), set()
                elif len(self._young) > known:
                    self._both = Both(self._both.old, Segments(self._young))
                self._seq = seq
            return self._both
