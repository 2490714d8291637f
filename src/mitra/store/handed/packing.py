"""Print a page of share numbers small enough to be noted on each machine read.  Pure.

Numbers are kept as the gaps between them, four bytes each, compressed; a page without gaps needs no bytes at all.
"""

from __future__ import annotations

import sys
import zlib
from array import array
from itertools import accumulate
from operator import sub
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDEST_GAP = 2**32 - 1


def pack(seqs: Sequence[int]) -> bytes:
    """Return the gaps of ascending, distinct numbers; `b''` where each follows the one before."""
    if seqs[-1] - seqs[0] == len(seqs) - 1:
        return b""
    gaps = array("I", map(sub, seqs[1:], seqs))
    if sys.byteorder == "big":
        gaps.byteswap()
    return zlib.compress(gaps.tobytes(), 1)


def unpack(first: int, count: int, packed: bytes) -> list[int]:
    """Return the numbers again; raises ValueError for bytes that `pack` did not write."""
    if not packed:
        return list(range(first, first + count))
    gaps = array("I")
    try:
        gaps.frombytes(zlib.decompress(packed))
    except zlib.error as error:
        message = "These are not the gaps of a page."
        raise ValueError(message) from error
    if sys.byteorder == "big":
        gaps.byteswap()
    if len(gaps) != count - 1:
        message = f"A page of {count} has {count - 1} gaps, not {len(gaps)}."
        raise ValueError(message)
    return list(accumulate(gaps, initial=first))


def size_class(first: int, last: int) -> int:
    """Return the power of two that holds a page's whole width: pages that span alike are looked for together."""
    return (last - first).bit_length()
