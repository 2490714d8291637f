"""Restore a backup into an empty home, whole or not at all.

1. It is a backup, for the database that this node is set up with, and the home is empty.
2. Everything is unpacked in a folder of its own within it and its digests are right; only then is it moved up.
3. With the node's own keys there, the program starts: the database is filled, and brought up to this version.
4. Only now is there a node in the home: one that was left half made answers no command.

Steps 1 and 2 are made before Django is up, for settings make the keys of a home that has none.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mitra.core.errors import Conflict, InvalidInput
from mitra.upkeep.archive import no_backup, read_facts, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mitra.upkeep.archive import Backup

TABLES = "tables"
"""The folder of a home that holds a PostgreSQL's content until it is loaded."""
NODE, UNFINISHED = "node.toml", "node.toml.restoring"
"""A home is a node's by this file, which has another name until the database is filled."""


@contextmanager
def unpacked_home(file: Path, home: Path, *, database: str, told: Callable[[str], None]) -> Iterator[Backup]:
    """Make the home of what a backup holds, for its database to be filled inside; taken away where that fails.

    `database` is the vendor that this node is set up with; `told` is called with the name of each member.  Raises
    Conflict for a home that is not empty, InvalidInput for the file.
    """
    facts = read_facts(file)
    if facts.database != database:
        message = (
            f"This backup is of a node on {facts.database}, and this one is set up for {database}: "
            "see MITRA_DATABASE_URL."
        )
        raise InvalidInput(message, path="file", rule="another-database")
    check_empty(home)
    was_there = home.exists()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as undone:
        undone.callback(_take_away, home, is_kept=was_there)
        with tempfile.TemporaryDirectory(dir=home, prefix=".mitra-restore-") as folder:
            unpacked = Path(folder)
            for name in unpack(file, unpacked):
                told(name)
            if not (unpacked / NODE).is_file():
                raise no_backup(file)
            (unpacked / NODE).rename(unpacked / UNFINISHED)
            for each in sorted(unpacked.iterdir()):
                each.rename(home / each.name)
        yield facts
        undone.pop_all()
    shutil.rmtree(home / TABLES, ignore_errors=True)
    (home / UNFINISHED).rename(home / NODE)


def _take_away(home: Path, *, is_kept: bool) -> None:
    """Leave the folder as it was: empty, for it may be where a disk is mounted, or not there."""
    for each in home.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()
    if not is_kept:
        home.rmdir()


def check_empty(home: Path) -> None:
    """Raise Conflict for a home that holds anything: what is there is never written over."""
    there = sorted(path.name for path in home.iterdir()) if home.exists() else []
    if there:
        message = (
            f"{home} is not empty ({there[0]}): a backup is restored into a folder of its own; give another --home."
        )
        raise Conflict(message)
