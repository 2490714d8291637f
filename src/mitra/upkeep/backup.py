"""Write a backup of a node that is in use.

What is in it: the database as one snapshot, keys, the node's facts, the log's files exactly as far as the snapshot has
published them, lines of delivery memory that are not folded yet, files as they are sealed.  Whoever holds a backup
holds the node's keys, and those of its files.

What a restore loses is what came after the backup: its facts say to which position and leaf it reaches.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import connection

from mitra.core.errors import Conflict
from mitra.core.ledger.tiles import bundles_of, tile_path, tiles_of
from mitra.home.backups import LastBackup, note_backup
from mitra.ledger.files import CHECKPOINT, sync_folder
from mitra.ledger.proving import log_files
from mitra.ledger.sequencer import FOLDER
from mitra.store.files import keeping
from mitra.upkeep import databases
from mitra.upkeep.archive import Backup, Writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

KEPT_FOLDERS = ("keys", "handed")
KEPT_FILES = ("node.toml",)


def write_backup(file: Path, *, name: str, now: datetime, told: Callable[[str], None]) -> Backup:
    """Write a backup; it stands under its name only once it is whole and durable.  Raises Conflict when it is there.

    `name` is the node's, `told` is called with the name of each member.
    """
    if file.exists():
        raise _there_already(file)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".mitra-backup-") as folder:
        whole = Path(folder) / "backup"
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            facts = _write_members(out, name, Path(folder), now, told)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(whole, file)
        except FileExistsError as error:
            raise _there_already(file) from error
    sync_folder(file.parent)
    note_backup(LastBackup(now, file.stat().st_size))
    return facts


def _there_already(file: Path) -> Conflict:
    return Conflict(f"{file} is there already: give a backup a name of its own.")


def _write_members(out: IO[bytes], node: str, folder: Path, now: datetime, told: Callable[[str], None]) -> Backup:
    """Write everything: notes that are folded into the database while it is copied are in both, and count once."""
    home = Path(settings.MITRA_HOME)
    with ExitStack() as opened:
        kept: dict[str, IO[bytes]] = {}
        _open_new(home, kept, opened)
        with databases.snapshot(folder) as taken:
            facts = Backup(
                name=node,
                made_at=now,
                version=settings.MITRA_VERSION,
                database=connection.vendor,
                seq=taken.seq,
                leaf=taken.leaf,
                migrations=taken.migrations,
            )
            _open_new(home, kept, opened)
            writing = Writing(out, facts)
            for name, there in kept.items():
                writing.add_file(name, there)
                told(name)
            for path in taken.files:
                with path.open("rb") as there:
                    writing.add_file(path.relative_to(folder).as_posix(), there)
                told(path.name)
        told(FOLDER)
        _add_log(writing, taken)
        told("files")
        _add_files(writing, home)
        writing.close()
    return facts


def _open_new(home: Path, kept: dict[str, IO[bytes]], opened: ExitStack) -> None:
    """Open the node's own files that are not open yet; an open one can be read to its end though it is deleted."""
    files = [home / name for name in KEPT_FILES]
    for folder in KEPT_FOLDERS:
        files += sorted(path for path in (home / folder).glob("*") if path.is_file())
    for path in files:
        name = path.relative_to(home).as_posix()
        if name not in kept:
            with suppress(FileNotFoundError):
                kept[name] = opened.enter_context(path.open("rb"))


def _add_files(writing: Writing, home: Path) -> None:
    """Add the sealed files that are here now; one that is erased meanwhile is noise without its key."""
    for path in sorted(keeping.folder().glob("*/*")):
        with suppress(FileNotFoundError), path.open("rb") as there:
            writing.add_file(path.relative_to(home).as_posix(), there)


def _add_log(writing: Writing, taken: databases.Snapshot) -> None:
    """Add the log's files of the snapshot's size: one tile more would hold what a restored node says otherwise."""
    files = log_files()
    for tile in (*tiles_of(taken.size), *bundles_of(taken.size)):
        writing.add(f"{FOLDER}/{tile_path(tile)}", files.read(tile))
    if taken.checkpoint:
        writing.add(f"{FOLDER}/{CHECKPOINT}", taken.checkpoint.encode())
