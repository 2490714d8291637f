"""The Merkle tree of the log (RFC 6962, section 2.1): hashes, roots, and the two proofs with what verifies them.

A proof is made from `Hashes`, which gives the root of any *perfect* subtree: `(level, index)` is the one over the
`2**level` leaves from number `index * 2**level` on.  So memory and tiles serve the same code.

Verifying promises, for any input: True only if the proof holds; never an exception.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

Hashes = Callable[[int, int], bytes]

HASH_BYTES = 32
MAX_SIZE = 2**63 - 1
EMPTY_ROOT = sha256(b"").digest()
_LEAF, _NODE = b"\x00", b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256(0x00 ‖ entry)."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(_NODE + left + right).digest()


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over these leaf hashes, in order; of none, SHA-256 of nothing."""
    frontier = Frontier()
    frontier.extend(leaf_hashes)
    return frontier.root()


class Frontier:
    """The right edge of a growing tree: one root for each perfect subtree that its size is the sum of, largest first.

    Enough to append and to give the root, in 63 hashes at most.
    """

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            message = f"A tree of {size} leaves has {size.bit_count()} peaks, not {len(peaks)}."
            raise ValueError(message)
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The roots that `Frontier(size, peaks)` starts again from."""
        return tuple(self._peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        self.extend((leaf,))

    def extend(self, leaf_hashes: Iterable[bytes]) -> None:
        """Add leaf hashes at the right, in order."""
        peaks, size = self._peaks, self.size
        for leaf in leaf_hashes:
            current, rest = leaf, size
            while rest & 1:
                current = sha256(b"\x01" + peaks.pop() + current).digest()
                rest >>= 1
            peaks.append(current)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        return fold(self._peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the root over perfect subtrees that stand side by side, largest first."""
    if not peaks:
        return EMPTY_ROOT
    current = peaks[-1]
    for left in reversed(peaks[:-1]):
        current = node_hash(left, current)
    return current


def peaks_of(start: int, end: int) -> list[tuple[int, int]]:
    """Return the perfect subtrees, as (level, index), that cover the leaves from `start` up to `end`.

    They are largest first; `start` must be a multiple of the largest power of two that is not above `end - start`.
    """
    found: list[tuple[int, int]] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def root_at(size: int, hashes: Hashes) -> bytes:
    """Return the root of the tree of the first `size` leaves."""
    return _span(0, size, hashes)


def inclusion_path(index: int, size: int, hashes: Hashes) -> list[bytes]:
    """Return the audit path of RFC 6962, section 2.1.1, from the leaf's sibling up; ValueError without such a leaf."""
    if not 0 <= index < size:
        message = f"There is no leaf {index} in a tree of {size}."
        raise ValueError(message)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_span(middle, end, hashes))
            end = middle
        else:
            path.append(_span(start, middle, hashes))
            start = middle
    path.reverse()
    return path


def consistency_path(old: int, new: int, hashes: Hashes) -> list[bytes]:
    """Return the proof of RFC 6962, section 2.1.2, that a tree of `new` leaves begins with that of `old`.

    From nothing, and between equal sizes, it is empty; ValueError when `old` is above `new` or below 0.
    """
    if not 0 <= old <= new:
        message = f"A tree of {new} leaves cannot continue one of {old}."
        raise ValueError(message)
    if old in {0, new}:
        return []
    path: list[bytes] = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_span(middle, end, hashes))
            end = middle
        else:
            path.append(_span(start, middle, hashes))
            start = middle
    if start:
        path.append(_span(start, end, hashes))
    path.reverse()
    return path


def verify_inclusion(path: Sequence[bytes], index: int, size: int, leaf: bytes, root: bytes) -> bool:
    """Return whether the path proves that leaf hash `leaf` is number `index` of the tree of `size` with this root."""
    if not 0 <= index < size or not _are_hashes(path, leaf, root):
        return False
    current, at, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            current = node_hash(sibling, current)
            at, last = _climb_right(at, last)
        else:
            current = node_hash(current, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and hmac.compare_digest(current, root)


def verify_consistency(path: Sequence[bytes], old: int, new: int, old_root: bytes, new_root: bytes) -> bool:
    """Return whether the path proves that the tree of `new` leaves begins with the tree of `old` leaves.

    Every tree begins with the empty one, whose only root is `EMPTY_ROOT`.
    """
    if not 0 <= old <= new or not _are_hashes(path, old_root, new_root):
        return False
    if old == new:
        return not path and hmac.compare_digest(old_root, new_root) and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    hashes = list(path) if old & (old - 1) else [old_root, *path]
    if not hashes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            at, last = _climb_right(at, last)
        else:
            after = node_hash(after, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and hmac.compare_digest(before, old_root) and hmac.compare_digest(after, new_root)


def _climb_right(at: int, last: int) -> tuple[int, int]:
    """Skip the levels at which a node at the right edge has no sibling: it goes up as it is."""
    while not at & 1 and at:
        at, last = at >> 1, last >> 1
    return at, last


def _split(count: int) -> int:
    """Return the largest power of two below `count`, which is above 1."""
    return 1 << (count - 1).bit_length() - 1


def _span(start: int, end: int, hashes: Hashes) -> bytes:
    return fold([hashes(level, index) for level, index in peaks_of(start, end)])


def _are_hashes(path: Sequence[bytes], *others: bytes) -> bool:
    return all(len(each) == HASH_BYTES for each in (*path, *others))
