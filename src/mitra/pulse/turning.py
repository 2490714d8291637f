"""Take turn after turn until told to stop: while there is work without a pause, else when the database has changed.

What wakes is a hint only: a turn comes within half a second anyway, and looks for itself.  A database that is away is
waited for; whatever else goes wrong ends the loop, and with it the process, which is started again.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from django.db import Error, connection

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Event

log = logging.getLogger("mitra.pulse")

LOOK_SECONDS = 0.05
IDLE_SECONDS = 0.5
AWAY_SECONDS = 1.0


def keep_turning(
    turn: Callable[[datetime], bool], *, clock: Callable[[], datetime], stop: Event, end: Callable[[], None]
) -> None:
    """Call `turn` with the clock's time until `stop` is set, then `end`; a turn returns whether it did something."""
    try:
        while not stop.is_set():
            try:
                seen = change_mark()
                if not turn(clock()):
                    wait_for_change(seen, stop)
            except (Error, OSError) as error:
                log.warning("the database or the disk does not answer (%s); trying again", type(error).__name__)
                connection.close()
                stop.wait(AWAY_SECONDS)
        end()
    finally:
        connection.close()


def wait_for_change(seen: int, stop: Event) -> None:
    """Return when another connection has written since `seen`, or after half a second, or when told to stop."""
    until = time.monotonic() + IDLE_SECONDS
    while time.monotonic() < until and not stop.wait(LOOK_SECONDS):
        if change_mark() != seen:
            return


def change_mark() -> int:
    """Return a number that is another one after others have written; it reads no table.

    SQLite counts their commits for each connection.  PostgreSQL tells no such thing without LISTEN, which a pool
    between may not pass on: there each look is a turn.
    """
    if connection.vendor != "sqlite":
        return time.monotonic_ns()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA data_version")
        return int(cursor.fetchone()[0])
