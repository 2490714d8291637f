"""Serve the node on one port: one process tree that stops cleanly, one tree a home (GROUND 5).

The parent holds `serve.lock` in the home for as long as it lives, so a second `mitra serve` on the same home is
refused; `mitra share` beside it is ordinary.  The parent closes its database connection before it starts anything, and
its children are the web's processes and one worker (`mitra.cli.work`), which it starts again when it dies.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from mitra.cli.work import STOP_SECONDS, held

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger("mitra.serve")

WORKERS = 2
THREADS = 4
BACKPRESSURE = 64
IDLE_SECONDS = 600
KILL_SECONDS = 20
"""How long a process of the web may take to end: one that is told to while it starts does not hear it."""
LOOK_SECONDS = 0.1
AGAIN_SECONDS = 1.0
"""How long after a worker died the next one is started."""


def prepare() -> None:
    """Bring the database and the static files up to this version, and take away what a killed server left behind."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    connections.close_all()
    for left in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):  # the lock is held: nobody uploads now
        left.unlink(missing_ok=True)


@contextmanager
def working() -> Iterator[None]:
    """Have a worker beside what runs inside; it ends last, when nobody needs it any more."""
    stop = threading.Event()
    keeper = threading.Thread(target=keep_worker, args=(start_worker(), stop), name="worker")
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()


def start_worker() -> subprocess.Popen[bytes]:
    """Start the worker.

    The web's processes are forks of this one, which may happen at any moment beside this.  `close_fds=False` lets
    Python spawn without a fork and without a pipe of its own, whose end such a fork would hold open for ever; no file
    of ours can be inherited anyway (PEP 446).
    """
    command = [sys.executable, "-m", "mitra.cli.work", str(os.getpid())]
    return subprocess.Popen(command, close_fds=False)  # noqa: S603 - our own words


def keep_worker(worker: subprocess.Popen[bytes], stop: threading.Event) -> None:
    """Start the worker again whenever it ends; end it when told to stop."""
    while not stop.wait(LOOK_SECONDS):
        if worker.poll() is not None and not stop.wait(AGAIN_SECONDS):
            log.error("the worker ended (%s); another one starts", worker.returncode)
            worker = start_worker()
    if worker.poll() is None:
        end(worker)


def end(worker: subprocess.Popen[bytes]) -> None:
    """Let the worker finish what it is at, for so long; then kill it, which loses nothing either."""
    worker.terminate()
    try:
        worker.wait(STOP_SECONDS + 5)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; a running request is finished first.

    Raises Conflict when another `mitra serve` holds the lock of this home.
    """
    home = settings.MITRA_HOME
    refusal = f"Another `mitra serve` runs on {home}: stop it first, or give this one another MITRA_HOME."
    with held(home / "serve.lock", refusal):
        prepare()
        with working():
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
                workers_kill_timeout=KILL_SECONDS,
                log_access=False,
                log_level=LogLevels.warning,
            ).serve()
