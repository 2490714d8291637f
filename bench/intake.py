"""Intake, from JSON lines to a durable acknowledgement: objects a second, on SQLite, while the node grows.

The bare reference reads the same bytes, prints them canonically, digests them and inserts them into one table of a
database with the same settings, 500 a transaction.  It validates nothing, finds no atoms, decides and logs nothing.

Run alone: `python bench/intake.py`.
"""

import sqlite3
import time
from hashlib import sha256

import orjson

import node
from figures import Figure, say

CHUNK = 5_000
BATCH = 500
ROUNDS = node.RECORDS // CHUNK


def main():
    with node.opened() as home, bare_table(home) as table:
        ours, bare = [], []
        for start in range(0, node.RECORDS, CHUNK):
            data = node.lines(range(start, start + CHUNK))
            began = time.perf_counter()
            report = node.share(data, circle=start % 20_000 == 15_000)
            ours.append(CHUNK / (time.perf_counter() - began))
            assert sum(report.totals.values()) == report.totals["accepted"] == CHUNK, report.totals
            began = time.perf_counter()
            insert(table, data)
            bare.append(CHUNK / (time.perf_counter() - began))
        reference = "orjson, SHA-256 and INSERT, 500 a transaction, synchronous=FULL"
        early, late = slice(0, ROUNDS // 4), slice(-ROUNDS // 4, None)
        first = Figure("intake, the first 25,000", "objects/s", ours[early], bare[early], reference)
        last = Figure("intake, from 75,000 to 100,000", "objects/s", ours[late], bare[late], reference)
        say([first, last])


def bare_table(home):
    """Open a database beside the node's, with the node's own settings."""
    from contextlib import closing

    from django.conf import settings

    connection = sqlite3.connect(home / "bare.sqlite3", isolation_level=None)
    connection.executescript(settings.DATABASES["default"]["OPTIONS"]["init_command"])
    connection.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, stix_id TEXT, digest BLOB UNIQUE, raw BLOB)")
    return closing(connection)


def insert(table, data):
    waiting = []
    for line in data.splitlines():
        obj = orjson.loads(line)
        raw = orjson.dumps(obj, option=orjson.OPT_SORT_KEYS)
        waiting.append((obj["id"], sha256(raw).digest(), raw))
        if len(waiting) == BATCH:
            table.execute("BEGIN IMMEDIATE")
            table.executemany("INSERT INTO record (stix_id, digest, raw) VALUES (?, ?, ?)", waiting)
            table.execute("COMMIT")
            waiting.clear()


if __name__ == "__main__":
    main()
