"""The log as files (C2SP tlog-tiles): their paths, which ones a tree of a size has, their bytes, and reading them back.

A tile holds up to 256 hashes of one level: leaf hashes at level 0, above it the roots of full tiles below.  A bundle
holds the entries of a tile of level 0.  Nothing here reads a file: whoever has them passes a function that does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.tree import HASH_BYTES, MAX_SIZE, fold, peaks_of

WIDTH = 256
TILE_BYTES = WIDTH * HASH_BYTES
ENTRY_BYTES = 65_535
ENTRIES = -1
"""The level of a bundle, which lies beside the tile of level 0 with the same index and width."""
_TOP = 63
_HEIGHT = 8
_LENGTH_BYTES = 2
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A tile or, at level `ENTRIES`, a bundle; `width` is how many hashes or entries it holds, 256 when full."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def full(self) -> Tile:
        """The tile that this one becomes: where to look when a partial one is not served any more."""
        return Tile(self.level, self.index)

    @property
    def is_full(self) -> bool:
        """Whether it never changes again."""
        return self.width == WIDTH


Fetch = Callable[[Tile], bytes]
"""Gives a tile's bytes; of a partial one, it may give those of the full one instead."""


def tile_path(tile: Tile) -> str:
    """Return the path below the log's prefix: `tile/0/x001/x234/067.p/8`, or `tile/entries/000`."""
    groups = [f"{tile.index % 1000:03}"]
    rest = tile.index // 1000
    while rest:
        groups.append(f"x{rest % 1000:03}")
        rest //= 1000
    level = "entries" if tile.level == ENTRIES else str(tile.level)
    width = "" if tile.is_full else f".p/{tile.width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{width}"


def read_tile_path(path: str) -> Tile:
    """Return the tile of a path, which must be the very one that `tile_path` prints; else InvalidInput."""
    found = _PATH.fullmatch(path) if len(path) <= len("tile/entries/.p/255") + 7 * len("x000/") else None
    if found is not None:
        level = ENTRIES if found[1] == "entries" else int(found[1])
        tile = Tile(level, int(found[2].replace("x", "").replace("/", "")), int(found[3] or WIDTH))
        if level <= _TOP and tile.index <= MAX_SIZE and tile_path(tile) == path:
            return tile
    message = "This is no path of a tile or bundle."
    raise InvalidInput(message, path="path", rule="tile-path")


def partial_width(level: int, size: int) -> int:
    """Return how many hashes the partial tile of a level holds in a tree of this size; 0 when there is none."""
    return (size >> _HEIGHT * max(level, 0)) % WIDTH


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree of this size, level by level; bundles not."""
    return tiles_between(0, size)


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield every bundle of a log of this size."""
    return bundles_between(0, size)


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """Yield the tiles of a tree of `new` leaves that one of `old` leaves has not."""
    level = 0
    while new:
        yield from _between(level, old, new)
        old, new, level = old >> _HEIGHT, new >> _HEIGHT, level + 1


def bundles_between(old: int, new: int) -> Iterator[Tile]:
    """Yield the bundles of a log of `new` entries that one of `old` entries has not."""
    return _between(ENTRIES, old, new)


def _between(level: int, old: int, new: int) -> Iterator[Tile]:
    if old < new:
        for index in range(old // WIDTH, (new + WIDTH - 1) // WIDTH):
            yield Tile(level, index, min(WIDTH, new - index * WIDTH))


class Edge:
    """The partial tiles at the right edge of a tree: what a log must hold to grow, and to know its root.

    `partials[level]` are the bytes of the partial tile of each level, empty where there is none.
    """

    def __init__(self, size: int = 0, partials: Mapping[int, bytes] | None = None) -> None:
        held = partials or {}
        self.size = size
        self._partials: list[bytes] = []
        for level in range(_levels(size)):
            data = held.get(level, b"")
            if len(data) != partial_width(level, size) * HASH_BYTES:
                message = f"The partial tile of level {level} of a tree of {size} leaves has another width."
                raise ProofFailed(message)
            self._partials.append(data)

    @classmethod
    def read(cls, size: int, fetch: Fetch) -> Edge:
        """Return the edge of a tree of this size, from its partial tiles."""
        partials = {}
        for level in range(_levels(size)):
            if width := partial_width(level, size):
                partials[level] = tile_bytes(Tile(level, (size >> _HEIGHT * level) // WIDTH, width), fetch)
        return cls(size, partials)

    def grow(self, leaf_hashes: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Add leaf hashes at the right; return the tiles that this makes, as `tiles_between` lists them."""
        made: list[tuple[Tile, bytes]] = []
        coming = b"".join(leaf_hashes)
        if len(coming) != len(leaf_hashes) * HASH_BYTES:
            message = f"A leaf hash has {HASH_BYTES} bytes."
            raise ValueError(message)
        count, level = self.size, 0
        while coming:
            coming = self._grow_level(level, count, coming, made)
            count, level = count >> _HEIGHT, level + 1
        self.size += len(leaf_hashes)
        return made

    def _grow_level(self, level: int, count: int, coming: bytes, made: list[tuple[Tile, bytes]]) -> bytes:
        """Lay hashes at a level that holds `count`; return the roots of the tiles that became full."""
        if level == len(self._partials):
            self._partials.append(b"")
        data = self._partials[level] + coming
        full, first = len(data) // TILE_BYTES, count // WIDTH
        rising: list[bytes] = []
        for at in range(full):
            tile = data[at * TILE_BYTES : (at + 1) * TILE_BYTES]
            made.append((Tile(level, first + at), tile))
            rising.append(perfect_root(tile))
        rest = data[full * TILE_BYTES :]
        if rest:
            made.append((Tile(level, first + full, len(rest) // HASH_BYTES), rest))
        self._partials[level] = rest
        return b"".join(rising)

    def root(self) -> bytes:
        """Return the root of the tree, from the partial tiles alone."""
        peaks: list[bytes] = []
        for data in reversed(self._partials):
            for level, index in peaks_of(0, len(data) // HASH_BYTES):
                peaks.append(perfect_root(_hashes(data, index << level, 1 << level)))
        return fold(peaks)


class TileReader:
    """Gives any node's hash from the tiles of a tree of one size: the `Hashes` of tree.py over files.

    Tiles are fetched once and kept while the reader lives; ProofFailed when one has the wrong length.
    """

    def __init__(self, size: int, fetch: Fetch) -> None:
        self.size = size
        self._fetch = fetch
        self._kept: dict[Tile, bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the root of the perfect subtree over the leaves from `index * 2**level` on."""
        rise = level % _HEIGHT
        first = index << rise
        tile = self._tile(level // _HEIGHT, first // WIDTH)
        return perfect_root(_hashes(tile, first % WIDTH, 1 << rise))

    def _tile(self, level: int, index: int) -> bytes:
        width = min(WIDTH, (self.size >> _HEIGHT * level) - index * WIDTH)
        if width < 1:
            message = f"A tree of {self.size} leaves has no tile {index} at level {level}."
            raise ValueError(message)
        tile = Tile(level, index, width)
        data = self._kept.get(tile)
        if data is None:
            data = self._kept[tile] = tile_bytes(tile, self._fetch)
        return data


def tile_bytes(tile: Tile, fetch: Fetch) -> bytes:
    """Return a tile's bytes at its own width; ProofFailed when what is fetched is neither it nor the full one."""
    data = fetch(tile)
    wanted = tile.width * HASH_BYTES
    if len(data) not in {wanted, TILE_BYTES}:
        message = f"{tile_path(tile)} has {len(data)} bytes, not {wanted}: read it again from another copy of the log."
        raise ProofFailed(message)
    return data[:wanted]


def perfect_root(data: bytes) -> bytes:
    """Return the root over a power of two of hashes that stand one behind the other."""
    pair = 2 * HASH_BYTES
    while len(data) > HASH_BYTES:
        data = b"".join([sha256(b"\x01" + data[at : at + pair]).digest() for at in range(0, len(data), pair)])
    return data


def write_bundle(entries: Iterable[bytes]) -> bytes:
    """Return the bytes of a bundle; InvalidInput for an entry above 65,535 bytes, which is never cut."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > ENTRY_BYTES:
            message = f"An entry of the log has at most {ENTRY_BYTES} bytes, not {len(entry)}."
            raise InvalidInput(message, path="entry", rule="entry-too-long")
        parts.append(len(entry).to_bytes(_LENGTH_BYTES, "big"))
        parts.append(entry)
    return b"".join(parts)


def read_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the first `width` entries of a bundle, which holds that many or 256; InvalidInput when it does not."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < WIDTH:
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(data[at:start], "big")
        if end > len(data) or start > len(data):
            break
        entries.append(data[start:end])
        at = end
    if at != len(data) or len(entries) not in {width, WIDTH}:
        message = f"This is no bundle of {width} entries."
        raise InvalidInput(message, path="bundle", rule="bundle")
    return entries[:width]


def _levels(size: int) -> int:
    """Return how many levels of tiles a tree of this size has."""
    return (size.bit_length() + _HEIGHT - 1) // _HEIGHT


def _hashes(data: bytes, first: int, count: int) -> bytes:
    return data[first * HASH_BYTES : (first + count) * HASH_BYTES]
