"""Whose turn it is: one sequencer a log, by a lock that its process holds for as long as it lives.

A file of the home is locked in every case; where several hosts share a PostgreSQL, so is a number in it, on a
connection of its own that nothing else uses.  Publishing compares and swaps the log's row all the same.
"""

from __future__ import annotations

import fcntl
from typing import IO, TYPE_CHECKING

from django.db import DatabaseError, connections

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.backends.base.base import BaseDatabaseWrapper

FILE = "sequencer.lock"
NUMBER = 0x6D69747261  # "mitra"
_TAKE = "SELECT pg_try_advisory_lock(%s)"
_HELD = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() "
    "AND ((classid::bigint << 32) | objid::bigint) = %s AND objsubid = 1"
)


class Turn:
    """The right to publish; taken when it is free and kept until it is given up or the process ends."""

    def __init__(self, home: Path, alias: str = "default") -> None:
        self._path = home / FILE
        self._alias = alias
        self._file: IO[bytes] | None = None
        self._connection: BaseDatabaseWrapper | None = None

    def is_mine(self) -> bool:
        """Return whether this process may publish, taking the turn when nobody has it."""
        return self._holds_file() and (connections[self._alias].vendor != "postgresql" or self._holds_number())

    def give_up(self) -> None:
        """Let another have it."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _holds_file(self) -> bool:
        if self._file is not None:
            return True
        file = self._path.open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _holds_number(self) -> bool:
        """Hold the number on a connection of its own; one that broke has lost it, so it is asked each time."""
        try:
            if self._connection is not None and self._ask(_HELD):
                return True
            if self._connection is not None:
                self._connection.close()
            self._connection = connections[self._alias].copy()
            return bool(self._ask(_TAKE))
        except DatabaseError:
            self._connection = None
            raise

    def _ask(self, sql: str) -> object:
        if self._connection is None:
            return None
        with self._connection.cursor() as cursor:
            cursor.execute(sql, [NUMBER])
            return cursor.fetchone()[0]
