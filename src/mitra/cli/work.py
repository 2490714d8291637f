"""The worker of a node: deliveries and timers, periodic jobs and the log's sequencer, a thread each.

`mitra serve` starts it as a process of its own (`python -m mitra.cli.work PARENT`), starts it again when it dies, and
ends it by SIGTERM: the reaction that runs is finished first.  It ends by itself when its parent is gone.  One worker
works on a home, whose `worker.lock` it holds for as long as it lives.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mitra.cli.start import set_up
from mitra.core.errors import Conflict, MitraError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import FrameType

LOOK_SECONDS = 0.5
STOP_SECONDS = 20


@contextmanager
def held(path: Path, refusal: str) -> Iterator[None]:
    """Hold a lock file; raises Conflict with the refusal while another process holds it."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(refusal) from None
        yield


def now() -> datetime:
    """Return the clock's time, which enters here and is passed on."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the worker does: turn after turn, and something at its end."""

    name: str
    turn: Callable[[datetime], bool]
    end: Callable[[], None] = lambda: None


def pulse_part() -> Part:
    """Return deliveries and timers, with the watch over clock and worker."""
    from mitra.pulse import worker
    from mitra.pulse.watching import Watch

    watch = Watch()

    def turn(at: datetime) -> bool:
        watch.look(at, time.monotonic())
        return worker.turn(at)

    return Part("pulse", turn, watch.end)


def all_parts() -> list[Part]:
    """Return everything that the worker of a node does."""
    from mitra.ledger import sequencer
    from mitra.pulse.jobs import Rota

    return [pulse_part(), Part("jobs", Rota().turn), Part("sequencer", sequencer.turn)]


def run(part: Part, stop: threading.Event) -> None:
    """Do one part until told to stop; where it breaks, all stop, and the process is started again."""
    from mitra.pulse.turning import keep_turning

    try:
        keep_turning(part.turn, clock=now, stop=stop, end=part.end)
    finally:
        stop.set()


def work(parts: Sequence[Part], *, parent: int | None) -> bool:
    """Do all parts until told to stop or until the parent is gone; return whether it was for one of these two."""
    stop, is_told = threading.Event(), False

    def told(_number: int, _frame: FrameType | None) -> None:
        nonlocal is_told
        is_told = True
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    threads = [threading.Thread(target=run, args=(part, stop), name=part.name) for part in parts]
    for thread in threads:
        thread.start()
    while not stop.wait(LOOK_SECONDS):
        if parent is not None and os.getppid() != parent:
            is_told = True
            stop.set()
    for thread in threads:
        thread.join(STOP_SECONDS)
    return is_told


def main() -> None:
    """Run the worker of the node in `MITRA_HOME`."""
    os.umask(0o077)
    set_up()
    from django.conf import settings

    parent = int(sys.argv[1]) if len(sys.argv) > 1 else None
    home = settings.MITRA_HOME
    try:
        with held(home / "worker.lock", f"Another worker runs on {home}: it belongs to another `mitra serve`."):
            is_told = work(all_parts(), parent=parent)
    except MitraError as error:
        sys.stderr.write(f"mitra worker: {error}\n")
        sys.exit(1)
    sys.exit(0 if is_told else 1)


if __name__ == "__main__":
    main()
