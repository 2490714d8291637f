"""Serve the node on one port: one process tree that stops cleanly, one tree a home (GROUND 5).

The parent holds `serve.lock` in the home for as long as it lives, so a second `mitra serve` on the same home is
refused; `mitra share` beside it is ordinary.  The parent closes its database connection before it spawns.
"""

from __future__ import annotations

import fcntl
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from mitra.core.errors import Conflict

if TYPE_CHECKING:
    from pathlib import Path

WORKERS = 2
THREADS = 4
BACKPRESSURE = 64
IDLE_SECONDS = 600


def prepare() -> None:
    """Bring the database and the static files up to this version."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()


def lock(home: Path) -> IO[str]:
    """Return the held lock of this home; raises Conflict when another `mitra serve` holds it."""
    file = (home / "serve.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        message = f"Another `mitra serve` runs on {home}: stop it first, or give this one another MITRA_HOME."
        raise Conflict(message) from None
    return file


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; a running request is finished first."""
    with lock(settings.MITRA_HOME):
        prepare()
        Server(
            "mitra.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=WORKERS,
            blocking_threads=THREADS,
            blocking_threads_idle_timeout=IDLE_SECONDS,
            backpressure=BACKPRESSURE,
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.warning,
        ).serve()
