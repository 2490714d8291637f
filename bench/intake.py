"""Intake, from JSON lines to a durable acknowledgement, on SQLite: how fast, how it grows, and whom it keeps waiting.

Objects of 1 KB, everything on.  The bare reference parses and digests the same lines and inserts the same rows, those
that the node made of them, into the same tables with the same indexes of a database beside it, 500 a transaction and
each durable.  It validates nothing, finds no values, asks nothing and logs nothing.

* by size: objects a second and processor time an object, while the node grows;
* sent again: a collection that is shared already, against the rate of new objects;
* one row: how long another process waits to write one row while intake runs, and while nothing runs;
* memory: a process that takes in one large file, by another node of its own.

Run alone: `python bench/intake.py [--objects 200000] [--file-mb 1000]`; `--file-mb 0` leaves memory out.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

import orjson

import node
from figures import Figure, option, say

CHUNK = 5_000
BATCH = 500
SIZES = (25_000, 50_000, 100_000, 200_000)
WINDOW = 5
"""How many chunks make one figure."""
TABLES = ("record", "share", "atom", "edge", "tally")
REFERENCE = "orjson, SHA-256, executemany of the same rows, 500 a transaction, synchronous=FULL"
PAUSE_SECONDS = 0.02


def main():
    with node.opened() as home:
        if "--writer" in sys.argv:
            write_single_rows()
        elif "--file" in sys.argv:
            take_in(sys.argv[sys.argv.index("--file") + 1])
        else:
            say([*growth(home), *memory()])


def growth(home):
    """Fill the node, and yield what that showed."""
    objects = option("--objects", SIZES[-1])
    with closing(bare_copy(home)) as bare:
        rounds = [both(home, bare, start) for start in range(0, objects, CHUNK)]
    for size in [each for each in SIZES if each < objects] + [objects]:
        last = rounds[max(0, size // CHUNK - WINDOW) : size // CHUNK]
        ours, theirs = [one["ours"] for one in last], [one["bare"] for one in last]
        seconds = [[CHUNK / wall for wall, _ in some] for some in (ours, theirs)]
        cost = [[cpu / CHUNK * 1e6 for _, cpu in some] for some in (ours, theirs)]
        yield Figure(f"intake up to {size:,}", "objects/s", *seconds, REFERENCE, "intake", size)
        yield Figure(f"processor up to {size:,}", "µs", *cost, REFERENCE, "intake, processor an object", size)
    new = [CHUNK / one["ours"][0] for one in rounds[-WINDOW:]]
    again = [sent_again(start) for start in range(0, min(objects, WINDOW * CHUNK), CHUNK)]
    yield Figure("sent again", "objects/s", again, new, "the same objects when they were new")
    yield from waiting(objects)


def both(home, bare, start):
    """Take one chunk in by both ways, and return wall and processor seconds of each."""
    data = lines(range(start, start + CHUNK))
    before = highest(home)
    ours = timed(lambda: accepted(node.share(data, circle=start % 20_000 == 15_000)))
    rows = made_since(home, before)
    return {"ours": ours, "bare": timed(lambda: insert(bare, data, rows))}


def timed(does):
    wall, cpu = time.perf_counter(), time.process_time()
    does()
    return time.perf_counter() - wall, time.process_time() - cpu


def accepted(report):
    assert report.totals["accepted"] == sum(report.totals.values()) == CHUNK, report.totals


def sent_again(start):
    data = lines(range(start, start + CHUNK))
    wall, _ = timed(lambda: repeated(node.share(data, circle=start % 20_000 == 15_000)))
    return CHUNK / wall


def repeated(report):
    assert report.totals["duplicate"] == sum(report.totals.values()) == CHUNK, report.totals


def lines(numbers):
    """Return objects as JSON lines: those of the other benches, with what feeds write beside it, 1 KB each."""
    return b"".join(orjson.dumps(weighty(number)) + b"\n" for number in numbers)


def weighty(number):
    return node.made(number) | {
        "created_by_ref": "identity--11111111-1111-4111-8111-111111111111",
        "kill_chain_phases": [
            {"kill_chain_name": "lockheed-martin-cyber-kill-chain", "phase_name": "command-and-control"}
        ],
        "external_references": [
            {
                "source_name": "ThaiCERT",
                "url": f"https://www.thaicert.example/alerts/{number}",
                "description": "รายงานการสอบสวนร่วมกัน",
            }
        ],
    }


# ── The bare reference


def bare_copy(home):
    """Open a database beside the node's with its settings, and with the same tables and indexes, empty."""
    from django.conf import settings

    bare = sqlite3.connect(home / "bare.sqlite3", isolation_level=None)
    bare.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
    with reading(home) as store:
        marks = ",".join("?" * len(TABLES))
        sql = f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL ORDER BY type DESC"
        for (statement,) in store.execute(sql, TABLES):
            bare.execute(statement)
    return bare


@contextmanager
def reading(home):
    with closing(sqlite3.connect(f"file:{home / 'mitra.sqlite3'}?mode=ro", uri=True)) as store:
        yield store


def highest(home):
    """Return the last record and the last share."""
    with reading(home) as store:
        return store.execute("SELECT (SELECT max(id) FROM record), (SELECT max(seq) FROM share)").fetchone()


def made_since(home, before):
    """Return the rows that the node made, by table, in the order of their records."""
    record, share = (last or 0 for last in before)
    wheres = {
        "record": f"WHERE id > {record} ORDER BY id",
        "share": f"WHERE seq > {share} ORDER BY seq",
        "atom": f"WHERE record > {record} ORDER BY record",
        "edge": f"WHERE record > {record} ORDER BY record",
        "tally": "",
    }
    with reading(home) as store:
        return {table: store.execute(f"SELECT * FROM {table} {where}").fetchall() for table, where in wheres.items()}


def insert(bare, data, rows):
    """Parse and digest the lines, and insert the rows, 500 objects a transaction."""
    objects = data.splitlines()
    turns = -(-len(objects) // BATCH)
    for turn in range(turns):
        for line in objects[turn * BATCH : (turn + 1) * BATCH]:
            sha256(orjson.dumps(orjson.loads(line), option=orjson.OPT_SORT_KEYS)).digest()
        bare.execute("BEGIN IMMEDIATE")
        for table, made in rows.items():
            size = -(-len(made) // turns)
            some = made if table == "tally" else made[turn * size : (turn + 1) * size]
            if some:
                marks = ",".join("?" * len(some[0]))
                bare.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", some)
        bare.execute("COMMIT")


# ── One row beside it


def waiting(objects):
    """Yield how long a write of one row takes another process, while intake runs and while nothing does."""
    idle = written_meanwhile(lambda: time.sleep(2))
    busy = written_meanwhile(lambda: [accepted(node.share(lines(range(at, at + CHUNK)))) for at in further(objects)])
    for share in (50, 99):
        at = f"one row during intake, p{share}"
        yield Figure(at, "ms", [percentile(busy, share)], [percentile(idle, share)], "the same write on an idle node")


def further(objects):
    return range(objects, objects + WINDOW * CHUNK, CHUNK)


def written_meanwhile(does):
    """Return the milliseconds that each write took in another process while something was done here."""
    command = [sys.executable, __file__, "--writer"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        writer.stdout.readline()  # it is ready
        does()
        out, _ = writer.communicate(input="stop\n")
    return json.loads(out)


def write_single_rows():
    """Write one row in a transaction, again and again, until something is said; print how long each took."""
    import select

    from django.db import transaction

    from mitra.community.models import Organisation

    row = Organisation.objects.first()
    print("ready", flush=True)
    took = []
    while not select.select([sys.stdin], [], [], PAUSE_SECONDS)[0]:
        began = time.perf_counter()
        with transaction.atomic():
            Organisation.objects.filter(pk=row.pk).update(name=row.name)
        took.append((time.perf_counter() - began) * 1e3)
    print(json.dumps(took))


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)]


# ── Memory


def memory():
    """Yield what a process needs that takes in one large file, and what it needs for a small one."""
    size = option("--file-mb", 1_000)
    if size:
        needed = [taken_in(megabytes) for megabytes in (size, 1)]
        yield Figure(f"intake of a file of {size:,} MB", "MB", needed[:1], needed[1:], "a file of 1 MB")


def taken_in(megabytes):
    """Take a file of this size in, in a process and a home of its own; return the most memory that it had."""
    with tempfile.TemporaryDirectory(prefix="mitra-bench-") as home:
        file = Path(home) / "large.jsonl"
        write_file(file, megabytes * 1_000_000)
        command = [sys.executable, __file__, "--file", str(file)]
        environment = {**os.environ, "MITRA_HOME": home}
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def write_file(file, size):
    with file.open("wb") as whole:
        for start in range(0, sys.maxsize, CHUNK):
            whole.write(lines(range(start, start + CHUNK))[: size - whole.tell()])
            if whole.tell() >= size:
                return


def take_in(file):
    """Share a file as the command does, and print how many megabytes this process had at most."""
    from datetime import UTC, datetime

    from mitra.community import queries as community
    from mitra.core.policy.facts import Tlp
    from mitra.exchange import operations
    from mitra.exchange.facts import Terms

    with Path(file).open("rb") as source:
        actor, when = community.actor_of_operator(node.SHARER), datetime.now(UTC)
        operations.share(actor, source, Terms(tlp=Tlp.GREEN), now=when, filename=file)
    # Not `ru_maxrss`: a process starts there with what the one had that started it.
    peak = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) * 1_024 / 1e6)


if __name__ == "__main__":
    main()
