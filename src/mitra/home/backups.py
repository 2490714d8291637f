"""When this node was backed up last: a file of its home, as a restored database would tell of an older one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import orjson
from django.conf import settings

FILE = "last-backup.json"


class LastBackup(NamedTuple):
    """One backup that was written whole."""

    at: datetime
    size: int
    """Bytes."""


def note_backup(backup: LastBackup) -> None:
    """Keep that a backup was written; the one before is forgotten."""
    path = _path()
    new = path.with_suffix(".new")
    new.write_bytes(orjson.dumps({"at": backup.at.isoformat(), "size": backup.size}))
    new.replace(path)


def find_last_backup() -> LastBackup | None:
    """Return the last backup, None where none was written or its note cannot be read."""
    try:
        said = orjson.loads(_path().read_bytes())
        return LastBackup(datetime.fromisoformat(said["at"]), int(said["size"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _path() -> Path:
    return Path(settings.MITRA_HOME) / FILE
