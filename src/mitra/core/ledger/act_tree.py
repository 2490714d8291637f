"""The tree inside an act: one root for a share of a million records, and for each reader a path that tells no more.

Two levels.  A *line* is one record's digest, salted; the lines of one audience make a tree.  A *node* is one audience
with the root of its lines, salted; the nodes make the tree whose root stands in the act's body.  Promises:

* both levels are padded to a power of four, and nodes lie in drawn places: of other audiences a path tells nothing
  beyond that power, of the lines of its own nothing that their readers do not read anyway;
* salts and padding are drawn by SHAKE-256 from one secret seed of the act, what each is for standing behind it in a
  fixed length: erased with the seed, nothing can be guessed back (1.3 µs a line; an HMAC for each salt made it 4.5);
* hashes carry the prefixes of RFC 6962 (0x00 before a leaf, 0x01 before an inner node): neither passes for the other.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256, shake_256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Group = tuple[bytes, Sequence[bytes]]
    """An audience's canonical bytes, and the digests of the records shared with it, in the order of their shares.

    In the place of a record that was erased stands the `Leaf` that is left of its line."""

HASH_BYTES = 32
LEAF = b"\x00"
INNER = b"\x01"
_LINE, _LINE_PADDING, _NODE, _NODE_PADDING, _PLACE = b"l", b"p", b"n", b"q", b"o"
_BLOCK = 1_024
"""Salts that are drawn together."""


class Leaf(bytes):
    """The leaf hash of a line whose record is erased: it proves nothing, and lets the others be proven."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Planted:
    """The root of an act's tree, and the seed without which no path can be made."""

    root: bytes
    seed: bytes


@dataclass(frozen=True, slots=True)
class TreePath:
    """What one reader needs to prove that a record was in an act, for its audience.  Siblings go from leaf to root."""

    audience: bytes
    line_salt: bytes
    line_place: int
    line_siblings: tuple[bytes, ...]
    node_salt: bytes
    node_place: int
    node_siblings: tuple[bytes, ...]


def plant(seed: bytes, groups: Sequence[Group], *, least: int = 1) -> Planted:
    """Return the root over these audiences and their lines; there are nodes for `least` audiences, a power of four."""
    return Planted(_root(_nodes(seed, groups, least)), seed)


def path_of(seed: bytes, groups: Sequence[Group], group: int, line: int, *, least: int = 1) -> TreePath:
    """Return the path of one line of one audience, both counted from 0 in the order given to `plant`."""
    audience, digests = groups[group]
    place = _places(seed, len(groups), least)[group]
    return TreePath(
        audience=audience,
        line_salt=_salt(seed, _LINE, group, line),
        line_place=line,
        line_siblings=_siblings(_lines(seed, group, digests), line),
        node_salt=_salt(seed, _NODE, 0, group),
        node_place=place,
        node_siblings=_siblings(_nodes(seed, groups, least), place),
    )


def leaf_of(seed: bytes, group: int, line: int, digest: bytes) -> Leaf:
    """Return what is kept of a line when its record is erased; group and line are counted as in `path_of`."""
    return Leaf(_leaf(digest + _salt(seed, _LINE, group, line)))


def verify(path: TreePath, digest: bytes, root: bytes) -> bool:
    """Return whether the path proves that the record of this digest was in the act with this root."""
    if len(digest) != HASH_BYTES or len(path.line_salt) != HASH_BYTES or len(path.node_salt) != HASH_BYTES:
        return False
    lines = _climb(_leaf(digest + path.line_salt), path.line_place, path.line_siblings)
    if lines is None:
        return False
    found = _climb(_leaf(path.node_salt + lines + path.audience), path.node_place, path.node_siblings)
    return found is not None and hmac.compare_digest(found, root)


def _nodes(seed: bytes, groups: Sequence[Group], least: int) -> list[bytes]:
    places = _places(seed, len(groups), least)
    nodes = _salts(seed, _NODE_PADDING, 0, _padded(len(groups), least))
    salts = _salts(seed, _NODE, 0, len(groups))
    for group, (audience, digests) in enumerate(groups):
        lines = _root(_lines(seed, group, digests))
        nodes[places[group]] = _leaf(salts[group] + lines + audience)
    return nodes


def _lines(seed: bytes, group: int, digests: Sequence[bytes]) -> list[bytes]:
    salts = _salts(seed, _LINE, group, len(digests))
    lines: list[bytes] = [
        digest if isinstance(digest, Leaf) else _leaf(digest + salt)
        for digest, salt in zip(digests, salts, strict=True)
    ]
    return lines + _salts(seed, _LINE_PADDING, group, _padded(len(digests)) - len(digests))


def _places(seed: bytes, count: int, least: int) -> list[int]:
    """Return where each audience's node lies: drawn by the seed, so that a place does not count its neighbours."""
    drawn = _salts(seed, _PLACE, 0, _padded(count, least))
    return sorted(range(len(drawn)), key=drawn.__getitem__)[:count]


def _padded(count: int, least: int = 1) -> int:
    """Return the smallest power of four that holds so many, `least` at the least."""
    size = least
    while size < count:
        size *= 4
    return size


def _salts(seed: bytes, purpose: bytes, of: int, count: int) -> list[bytes]:
    """Return so many salts for one purpose, of one group where it is about lines."""
    salts: list[bytes] = []
    for start in range(0, count, _BLOCK):
        drawn = _draw(seed, purpose, of, start // _BLOCK, min(_BLOCK, count - start))
        salts += [drawn[at : at + HASH_BYTES] for at in range(0, len(drawn), HASH_BYTES)]
    return salts


def _salt(seed: bytes, purpose: bytes, of: int, nth: int) -> bytes:
    """Return one of these salts, counted from 0."""
    block, place = divmod(nth, _BLOCK)
    return _draw(seed, purpose, of, block, place + 1)[-HASH_BYTES:]


def _draw(seed: bytes, purpose: bytes, of: int, block: int, count: int) -> bytes:
    return shake_256(seed + purpose + of.to_bytes(4, "big") + block.to_bytes(4, "big")).digest(count * HASH_BYTES)


def _leaf(data: bytes) -> bytes:
    return sha256(LEAF + data).digest()


def _root(level: list[bytes]) -> bytes:
    """Return the RFC 6962 root of a power of two of leaf hashes."""
    while len(level) > 1:
        level = _above(level)
    return level[0]


def _above(level: list[bytes]) -> list[bytes]:
    return [sha256(INNER + level[at] + level[at + 1]).digest() for at in range(0, len(level), 2)]


def _siblings(level: list[bytes], place: int) -> tuple[bytes, ...]:
    found: list[bytes] = []
    while len(level) > 1:
        found.append(level[place ^ 1])
        level = _above(level)
        place //= 2
    return tuple(found)


def _climb(current: bytes, place: int, siblings: Sequence[bytes]) -> bytes | None:
    """Return the root above a leaf hash, or None when the place cannot be in a tree of this height."""
    if not 0 <= place < 1 << len(siblings):
        return None
    for sibling in siblings:
        if len(sibling) != HASH_BYTES:
            return None
        pair = sibling + current if place & 1 else current + sibling
        current = sha256(INNER + pair).digest()
        place //= 2
    return current
