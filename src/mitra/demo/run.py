"""Run the demonstration: load it, serve it, tell what to try; or serve it to itself, examine it and end.

The server is `mitra serve` as everybody starts it, in a process of its own that this one starts, waits for and ends;
this one holds no database connection while it runs.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from rich.console import Console

from mitra.config.node import Node, write_node
from mitra.core.errors import Conflict, Unavailable
from mitra.demo import leaflet
from mitra.demo.check import Findings, examine
from mitra.demo.loading import Loaded, load
from mitra.demo.mailbox import Box, mailbox
from mitra.pulse.worker import turn
from mitra.store.facts import Outcome
from mitra.store.words.indexing import index_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "demo.example"
HOST = "127.0.0.1"
READY_SECONDS = 60
STOP_SECONDS = 30
KNOCK_SECONDS = 0.05


def run(*, port: int, is_once: bool, is_json: bool) -> int:
    """Show the demonstration on a port until interrupted, or examine it once; return the exit code.

    The home is empty and belongs to this run.  Raises Conflict where the port is taken; whatever ends this, the server
    ends with it.
    """
    home = Path(settings.MITRA_HOME)
    chosen = free_port() if is_once else port
    refuse_taken(chosen)
    with ExitStack() as running:
        with waiting(is_quiet=is_json) as tell:
            have_mail(home, f"http://{HOST}:{chosen}", running)
            loaded, figures = furnish(home, tell)
            if is_once:
                return examine_once(loaded, figures, chosen, tell, is_json=is_json)
            tell("The server starts")
            server = running.enter_context(ended(start(chosen)))
        leaflet.invite(loaded, f"http://{HOST}:{chosen}/", home, is_json=is_json)
        return server.wait()


def have_mail(home: Path, url: str, running: ExitStack) -> None:
    """Run the demonstration's mail server for as long as this runs, and let this process and the node know it."""
    server, box = running.enter_context(mailbox(home, NAME, free_port()))
    said = {"MITRA_MAIL": server, "MITRA_MAIL_FOLDER": str(box.received), "MITRA_URL": url}
    for name, value in said.items():
        os.environ[name] = value
        setattr(settings, name, value)


# ── load


def furnish(home: Path, tell: Callable[[str], None]) -> tuple[Loaded, dict[str, float]]:
    """Make the node and load the story; return it with what it took."""
    now = datetime.now(UTC)
    write_node(home, Node(name=NAME, made_at=now, is_demonstration=True))
    tell("The database is made")
    call_command("migrate", verbosity=0)
    Box(home, NAME).receive((files("mitra.demo") / "texts" / "letter.eml").read_bytes())
    watch = Watch(tell)
    loaded = load(now, progress=watch.see)
    figures = watch.figures(loaded)
    tell("What follows from it happens")
    while turn(now):
        pass
    tell("Its words are made findable")
    while index_words():
        pass
    connections.close_all()
    return loaded, figures


@dataclass(slots=True)
class Watch:
    """Measures how long the region and the sharing took, while it passes on what happens."""

    tell: Callable[[str], None]
    seen: list[float] = field(default_factory=list)

    def see(self, what: str) -> None:
        """Take note of the moment a step begins."""
        self.seen.append(time.perf_counter())
        self.tell(what)

    def figures(self, loaded: Loaded) -> dict[str, float]:
        """Return objects and seconds; the first step is the region, all others are sharing."""
        end = time.perf_counter()
        objects = sum(loaded.totals.values())
        sharing = end - self.seen[1]
        return {
            "load_seconds": round(end - self.seen[0], 1),
            "objects": objects,
            "objects_accepted": loaded.totals[Outcome.ACCEPTED],
            "objects_held": loaded.totals[Outcome.HELD],
            "objects_refused": loaded.totals[Outcome.REFUSED],
            "objects_per_second": round(objects / sharing),
        }


# ── examine


def examine_once(
    loaded: Loaded, figures: dict[str, float], port: int, tell: Callable[[str], None], *, is_json: bool
) -> int:
    """Serve the story to ourselves, examine it by its doors, report; return 0 or 1."""
    tell("The server starts")
    with (Path(settings.MITRA_HOME) / "server.log").open("wb") as log, ended(start(port, log=log.fileno())):
        findings: Findings = examine(loaded, port, progress=tell)
    findings.figures = figures | findings.figures
    leaflet.report(findings, is_json=is_json)
    return 1 if findings.failures else 0


# ── serve


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def refuse_taken(port: int) -> None:
    """Raise Conflict where somebody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            message = f"Port {port} cannot be used ({error.strerror}): give another one, as --port 8010."
            raise Conflict(message) from error


def start(port: int, *, log: int | None = None) -> subprocess.Popen[bytes]:
    """Start `mitra serve` on this home and return it once it answers; raises Unavailable when it does not.

    What it says goes to the file `log`, else to our own standard error.
    """
    command = [sys.executable, "-m", "mitra", "serve", "--host", HOST, "--port", str(port)]
    environment = os.environ.copy()
    server = subprocess.Popen(  # noqa: S603 - our own words
        command, env=environment, stdout=subprocess.DEVNULL, stderr=log
    )
    with ExitStack() as ending:
        ending.callback(stop, server)  # whatever ends us here, Ctrl-C too, the child ends with us
        wait_until_ready(server, port)
        ending.pop_all()
    return server


def wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    """Knock until the server answers; raises Unavailable."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise Unavailable("The server ended as it started; its own words stand above.")
        if answers(port):
            return
        time.sleep(KNOCK_SECONDS)
    raise Unavailable(f"The server did not answer within {READY_SECONDS} seconds; try again on a quieter machine.")


def answers(port: int) -> bool:
    """Return whether the server says that it is there."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def ended(server: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Let the server run for as long as this lasts."""
    try:
        yield server
    finally:
        stop(server)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server: it finishes what it answers; one that does not end is killed.

    A second Ctrl-C changes nothing.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    if server.poll() is None:
        server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


# ── tell


@contextmanager
def waiting(*, is_quiet: bool) -> Iterator[Callable[[str], None]]:
    """Give a way to tell a person at a terminal what happens meanwhile."""
    console = Console(stderr=True)
    if is_quiet or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("The demonstration is made ready") as status:
        yield lambda what: status.update(f"{what} …")
