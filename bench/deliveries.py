"""Deliveries: how many a second one worker makes, and how long from what happened to the first reaction to it.

A delivery here is a whole one: its event is read, its reaction writes a row, its end is written, and that is committed
to the disk.  The bare reference reads one row and updates one row in a transaction, on the same disk.
The time from signal to reaction is taken between processes, with `mitra`'s worker as `mitra serve` starts it: on a
quiet node, and while another process takes in records without a pause.

Run alone: `python bench/deliveries.py`.
"""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import node
from figures import Figure, by_turns, say

ROUNDS = 3
AT_ONCE = 2_000
SIGNALS = 300
LONGEST_PAUSE = 0.05
FAR = timedelta(days=10_000)
"""A reaction writes down when it ran as a timer that is due this much later."""


def main():
    if "--worker" in sys.argv:
        work()
    if "--intake" in sys.argv:
        take_in()
    with node.opened() as home:
        signal = hear()
        figures = [
            rate(home, signal, "deliveries, each of another thing", lambda number: f"case:{number}"),
            rate(home, signal, "deliveries, all of one thing", lambda _: "case:one"),
        ]
        with running("--worker"):
            figures += times(signal, "quiet")
            with running("--intake"):
                figures += times(signal, "during intake")
    say(figures)


def hear():
    """Have the one event and the one reaction of this bench; return the event."""
    from mitra.pulse.facts import Event
    from mitra.pulse.operations import set_timer
    from mitra.pulse.reactions import on

    @dataclass(frozen=True, slots=True)
    class Signalled(Event):
        NAME = "bench.signalled"

        number: int

    @on(Signalled, name="bench.note")
    def note(event, _envelope, *, now):  # noqa: ARG001 - when it runs, not which turn it belongs to
        set_timer("bench.noted", f"note:{event.number}", datetime.now(UTC) + FAR)

    return Signalled


def tell(event, number, subject):
    from django.db import transaction

    from mitra.pulse.operations import emit

    with transaction.atomic():
        emit(event(number), subject=subject, actor=None, now=datetime.now(UTC))


def rate(home, event, name, subject_of):
    from mitra.pulse import worker

    for number in range(ROUNDS * AT_ONCE):
        tell(event, number, subject_of(number))

    def ours():
        done = 0
        while done < AT_ONCE:
            now = datetime.now(UTC)
            worker.make_deliveries(now)
            done += len(worker.deliver(now))
        return done

    bare = sqlite3.connect(home / "bare.sqlite3", isolation_level=None)
    bare.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; DROP TABLE IF EXISTS line;"
        "CREATE TABLE line (id INTEGER PRIMARY KEY, tries INTEGER)"
    )
    bare.executemany("INSERT INTO line (tries) VALUES (?)", [(0,)] * AT_ONCE)

    def reference():
        for number in range(1, AT_ONCE + 1):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("SELECT tries FROM line WHERE id = ?", (number,)).fetchone()
            bare.execute("UPDATE line SET tries = tries + 1 WHERE id = ?", (number,))
            bare.execute("COMMIT")
        return AT_ONCE

    rates = by_turns(ours, reference, ROUNDS)
    worker_drains()
    return Figure(name, "each/s", *rates, "a transaction that reads and updates one row")


def worker_drains():
    from mitra.pulse import worker

    while worker.turn(datetime.now(UTC)):
        pass


def times(event, when):
    """Return the median and the 99th percentile of some hundred signals, in milliseconds."""
    from mitra.core.ledger.dates import instant
    from mitra.pulse.models import Timer

    Timer.objects.filter(name="bench.noted").delete()
    chance, told = Random(7), {}
    for number in range(SIGNALS):
        told[f"note:{number}"] = datetime.now(UTC)
        tell(event, number, f"case:{number}")
        time.sleep(chance.random() * LONGEST_PAUSE)
    while Timer.objects.filter(name="bench.noted").count() < SIGNALS:
        time.sleep(0.05)
    noted = Timer.objects.filter(name="bench.noted").values_list("subject", "due_at")
    waits = sorted((instant(at) - FAR - told[subject]).total_seconds() * 1000 for subject, at in noted)
    return [
        Figure(f"signal to reaction, {when}, {part}", "ms", [waits[int(len(waits) * share)]], [], "")
        for part, share in (("median", 0.5), ("p99", 0.99))
    ]


@contextmanager
def running(what):
    """Have another process of this file beside what runs inside."""
    process = subprocess.Popen([sys.executable, __file__, what], env=os.environ)
    time.sleep(3)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def work():
    with node.opened():
        hear()
        from mitra.cli.work import all_parts, work

        sys.exit(0 if work(all_parts(), parent=None) else 1)


def take_in():
    with node.opened():
        start = 50_000_000
        while True:
            node.share(node.lines(range(start, start + 2_000)))
            start += 2_000


if __name__ == "__main__":
    main()
