"""The log on disk: tiles, bundles and the checkpoint as plain files, which any web server could serve as they stand.

Promises:

* a file is on disk, whole and by its name, before anything says so: written beside, synced, renamed;
* no tile or bundle is ever given other bytes; one that a crash left half-written is completed;
* a width is read from its own file, else from a wider one: they begin alike.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from mitra.core.errors import ProofFailed
from mitra.core.ledger.tiles import ENTRIES, read_bundle, tile_path, write_bundle
from mitra.core.ledger.tree import HASH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mitra.core.ledger.tiles import Tile

CHECKPOINT = "checkpoint"
MODE = 0o644
"""What the log shows is public; the folder above it may be closed all the same."""


class LogFiles:
    """The files of one log below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, tile: Tile) -> Path:
        """Return where a tile or bundle lies."""
        return self.folder / tile_path(tile)

    def read(self, tile: Tile) -> bytes:
        """Return a tile's bytes, from its own file or from one that begins like it; ProofFailed when none is here."""
        for each in self._begin_like(tile):
            data = read_if_there(self.path(each))
            if data is not None:
                return data if each == tile else first_of(each, data, tile.width)
        message = f"{tile_path(tile)} is not in {self.folder}: run `mitra check`."
        raise ProofFailed(message)

    def _begin_like(self, tile: Tile) -> Iterator[Tile]:
        """Yield the tile, the full one of its place, and the wider ones that are here, the narrowest first."""
        yield tile
        if tile.is_full:
            return
        yield tile.full
        names = self.path(tile).parent
        widths = sorted(int(path.name) for path in names.iterdir() if path.name.isdecimal()) if names.is_dir() else []
        yield from (replace(tile, width=width) for width in widths if width > tile.width)

    def write(self, made: Iterable[tuple[Tile, bytes]]) -> None:
        """Write tiles and bundles; durable when this returns.  ProofFailed for one that is here with other bytes.

        After a crash one may be here already: whole, or the beginning of it, which is then completed.
        """
        folders: set[Path] = set()
        for tile, data in made:
            path = self.path(tile)
            there = read_if_there(path)
            if there == data:
                continue
            if there is not None and not (len(there) < len(data) and data.startswith(there)):
                message = f"{tile_path(tile)} is here with other bytes: run `mitra check`, and mend it from a backup."
                raise ProofFailed(message)
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, data)
            folders.update(_up_to(self.folder, path.parent))
        for folder in folders:
            sync_folder(folder)

    def remove(self, tiles: Iterable[Tile]) -> None:
        """Remove tiles and bundles, and the folder of widths that they leave empty."""
        for tile in tiles:
            path = self.path(tile)
            path.unlink(missing_ok=True)
            if not tile.is_full and path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()

    def checkpoint(self) -> bytes | None:
        """Return the newest checkpoint's bytes, None where there is none yet."""
        return read_if_there(self.folder / CHECKPOINT)

    def write_checkpoint(self, note: bytes) -> None:
        """Put a checkpoint in the place of the one before."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _replace(self.folder / CHECKPOINT, note)
        sync_folder(self.folder)


def first_of(tile: Tile, data: bytes, width: int) -> bytes:
    """Return the bytes of a narrower tile or bundle than `tile`, whose bytes are given: they begin alike."""
    if tile.level == ENTRIES:
        return write_bundle(read_bundle(data, tile.width)[:width])
    return data[: HASH_BYTES * width]


def read_if_there(path: Path) -> bytes | None:
    """Return a file's bytes, None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            os.fchmod(file.fileno(), MODE)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def _up_to(top: Path, folder: Path) -> Iterable[Path]:
    """Yield a folder and those above it, as far as the log's own."""
    while True:
        yield folder
        if folder == top:
            return
        folder = folder.parent
