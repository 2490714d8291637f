"""Clocks: how late they ring when 10,000 fall due within one minute, and how many a second ring when all are due.

Real clocks of one case and fifty organisations in it, by a worker of the node as `mitra serve` starts it: half of them
are half over then, half are at their end.  Each ring tells a duty officer, whose mail leaves meanwhile by a local
server.  Late is from the instant that a clock was set to until another process finds the message.  Each rings once:
one delivery, one message, and what is half over is set to ring again at its end; else this bench fails.
The bare reference reads one row and updates one row in a transaction, on the same disk.

Run alone: `python bench/clocks.py` on 1,000 within six seconds, with `--full` on 10,000 within a minute.
"""

import os
import sqlite3
import sys
import time
from contextlib import closing
from datetime import timedelta

import messages
import node
from figures import Figure, say
from messages import now

SHORT, FULL = 1_000, 10_000
A_MINUTE = timedelta(minutes=1)
AHEAD = timedelta(seconds=15)
"""How long before the first one is due all are set up."""
LONG = timedelta(hours=6)
STEP = timedelta(microseconds=1)
ROUNDS = 3


def main():
    clocks = FULL if "--full" in sys.argv else SHORT
    os.environ.pop("MITRA_HOME", None)  # a worker's home of our own, not the one that benches share
    with messages.taking() as taken, node.opened() as home:
        bodies = messages.community(taken)
        without_hooks()
        say([*rung(bodies, clocks), at_once(home, bodies, clocks)])


def without_hooks():
    from mitra.messages.models import Hook

    Hook.objects.all().delete()


def rung(bodies, clocks):
    """Let clocks fall due evenly over a minute, or a part of it, while a worker works."""
    span = A_MINUTE * clocks / FULL
    with messages.working():
        first = now() + AHEAD
        due = set_up(bodies, [first + span * nth / clocks for nth in range(clocks)])
        seen = see(set(due), until=first + span + timedelta(minutes=10))
    late = sorted((seen[key] - at).total_seconds() for key, at in due.items())
    judge(clocks)
    name = f"{clocks:,} clocks in {span.total_seconds():.0f} s"
    return [
        Figure(f"late, median: {name}", "s", [late[clocks // 2]], [], ""),
        Figure(f"late, p99: {name}", "s", [late[clocks * 99 // 100]], [], ""),
        Figure(f"late, the worst: {name}", "s", [late[-1]], [], ""),
    ]


def at_once(home, bodies, clocks):
    """Let as many be due when a worker comes back, as after an outage; return how many a second ring."""
    from mitra.messages.models import Sending

    Sending.objects.filter(state__in=("queued", "sending", "deferred")).delete()  # of the clocks before
    first = now()
    due = set_up(bodies, [first + STEP * nth for nth in range(clocks)])
    with messages.working():
        seen = sorted(see(set(due), until=first + timedelta(minutes=10)).values())
    judge(clocks)
    parts = [seen[clocks * nth // ROUNDS : clocks * (nth + 1) // ROUNDS] for nth in range(ROUNDS)]
    rates = [len(part) / max((part[-1] - part[0]).total_seconds(), 0.1) for part in parts]
    bare = [bare_rate(home, clocks // ROUNDS) for _ in range(ROUNDS)]
    return Figure(
        f"due at once: {clocks:,} clocks", "each/s", rates, bare, "a transaction that reads and updates one row"
    )


def set_up(bodies, instants):
    """Set clocks to ring at these instants; return by the key of its message when each rings."""
    from django.db import transaction

    from mitra.cases.models import Case, ClockRow
    from mitra.cases.operations.winding import TIMER
    from mitra.core.ledger.dates import micros
    from mitra.pulse.models import Delivery, Timer

    case = Case.objects.unrestricted(purpose="the bench fills").get(stix_id=bodies.case)
    owners, same = list(bodies.ids.values()), {"case": bodies.case, "circle": case.circle, "number": case.number}
    with transaction.atomic():
        ClockRow.objects.all().delete()
        Timer.objects.all().delete()
        Delivery.objects.filter(handler=TIMER).delete()
        rows = []
        for nth, at in enumerate(instants):
            warn_at, due_at = (at, at + LONG) if nth % 2 else (at - LONG, at)
            row = ClockRow(
                owner=owners[nth % len(owners)], kind="task", subject=f"t{nth}", severity=nth % 6, since=at - 2 * LONG
            )
            row.warn_at, row.due_at = warn_at, due_at
            for name, value in same.items():
                setattr(row, name, value)
            rows.append(row)
        rows = ClockRow.objects.bulk_create(rows, batch_size=500)
        Timer.objects.bulk_create(
            (
                Timer(name=TIMER, subject=f"clock:{row.pk}", due_at=micros(at), realm=0)
                for row, at in zip(rows, instants, strict=True)
            ),
            batch_size=500,
        )
    codes = ("cases.overdue", "cases.due")
    return {
        f"{codes[nth % 2]}:{row.pk}:{row.due_at.isoformat()}": at
        for nth, (row, at) in enumerate(zip(rows, instants, strict=True))
    }


def see(keys, *, until):
    """Return when each message of these keys was found first."""
    from mitra.messages.models import Message

    seen, last = {}, 0
    while len(seen) < len(keys):
        came = list(Message.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "key"))
        at = now()
        assert at < until, f"{len(keys) - len(seen)} clocks did not ring"
        for last, key in came:  # noqa: B007 - the last one is where the next look begins
            if key in keys:
                assert key not in seen, f"{key} rang twice"
                seen[key] = at
        time.sleep(0.1)
    return seen


def judge(clocks):
    """Fail unless each rang by one delivery at its first try, and what is half over is set to ring at its end."""
    from mitra.cases.models import ClockRow
    from mitra.cases.operations.winding import TIMER
    from mitra.messages.models import Message
    from mitra.pulse.models import Delivery, Timer

    rings = Delivery.objects.filter(handler=TIMER)
    assert set(rings.values_list("state", "tries")) == {("done", 0)}
    assert rings.count() == rings.values("subject").distinct().count() == clocks
    told = [key.split(":")[1] for key in Message.objects.values_list("key", flat=True) if key.startswith("cases.")]
    mine = {str(pk) for pk in ClockRow.objects.values_list("pk", flat=True)}
    assert sorted(pk for pk in told if pk in mine) == sorted(mine), "a clock told twice, or never"
    assert Timer.objects.filter(name=TIMER).count() == clocks // 2


def bare_rate(home, lines):
    with closing(sqlite3.connect(home / "bare.sqlite3", isolation_level=None)) as bare:
        bare.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; DROP TABLE IF EXISTS line;"
            "CREATE TABLE line (id INTEGER PRIMARY KEY, tries INTEGER)"
        )
        bare.executemany("INSERT INTO line (tries) VALUES (?)", [(0,)] * lines)
        began = time.perf_counter()
        for number in range(1, lines + 1):
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("SELECT tries FROM line WHERE id = ?", (number,)).fetchone()
            bare.execute("UPDATE line SET tries = tries + 1 WHERE id = ?", (number,))
            bare.execute("COMMIT")
        return lines / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
