"""Tell what passes by itself: a full disk, a database that is away or has no connection left.

Nothing was written, so nothing was acknowledged; the same request works again once the cause is gone.
"""

from __future__ import annotations

import errno
import sys

from django.db import DatabaseError, InterfaceError

from mitra.core.errors import Unavailable

FULL = (
    "There is no room left on the node's disk, so this was not confirmed. Send it again once its operator has made "
    "room: nothing is kept twice."
)
AWAY = "The node's database cannot be reached just now, so this was not confirmed. Send it again in a moment."
ROOM_SECONDS = 60
"""How long a client waits before it tries again, for a person has to make room first."""
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_FULL = ("53100", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")
_AWAY = (
    "08",
    "53",
    "57P",
    "40001",
    "40P01",
    "55P03",
    "25006",
    "SQLITE_BUSY",
    "SQLITE_LOCKED",
    "SQLITE_CANTOPEN",
    "SQLITE_IOERR",
)
"""How the codes of databases begin: SQLSTATE of PostgreSQL, the names of SQLite's results."""


def passing(error: BaseException) -> Unavailable | None:
    """Return what to answer for an error that passes by itself; None for any other."""
    if isinstance(error, OSError):
        return Unavailable(FULL, retry_after=ROOM_SECONDS) if error.errno in _NO_ROOM else None
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    code = _code(error.__cause__)
    if code.startswith(_FULL):
        return Unavailable(FULL, retry_after=ROOM_SECONDS)
    return Unavailable(AWAY) if code.startswith(_AWAY) else None


def _code(cause: BaseException | None) -> str:
    """Return a database's own code of an error; a connection that was lost or refused has none, so it is given one."""
    if name := getattr(cause, "sqlite_errorname", None):
        return str(name)
    if state := getattr(cause, "sqlstate", None):
        return str(state)
    psycopg = sys.modules.get("psycopg")
    is_lost = psycopg is not None and isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    return "08" if is_lost else ""
