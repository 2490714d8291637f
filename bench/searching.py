"""Search for words in a million records and 100,000 shared rows, as five viewers, on either database.

The whole answer of the store: a page of 50, the nearest first and then the newest, and how many there are.  Words in
every record, in one of a thousand, in one, in none; in Thai, Lao, Vietnamese and Latin letters; narrowed by type.  The
reference is the database's own answer to the same words, newest first, for somebody who reads everything.

Run alone: `python bench/searching.py`, with `--records N` on fewer, with `--postgresql` on a server of its own.
"""

import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from statistics import quantiles

import million
from figures import Figure, option, say

RECORDS = 1_000_000
THINGS = 100_000
ROUNDS = 7
SHOWN = 50
SETTINGS = ("shared_buffers = 512MB", "max_wal_size = 4GB")
ROOMS = frozenset({"exchange", "board"})
ASKED = {
    "in every record": "ตัวบ่งชี้",
    "in every description": "เซิร์ฟเวอร์ควบคุม",
    "in one of a thousand": "bad domain 7",
    "in one": "c2 77777 bad",
    "in none": "ບໍ່ມີຢູ່ໃສ",
    "of things": "lừa đảo",
    "of things, without marks": "lua dao ngan hang",
    "a name": "ตัวบ่งชี้ 123456",
}
READERS = {"cert-kh": "all", "cert-la": "half", "cert-mm": "5 %", "cert-vn": "0.1 %", "": "CLEAR only"}


def main():
    records = option("--records", RECORDS)
    if "--postgresql" in sys.argv:
        on_postgresql(records)
    home = million.opened(records)
    from django.db import connection

    if not (home / "words").exists():
        make_ready(connection)
        (home / "words").touch()
    say(list(figures(connection)))


def on_postgresql(records):
    """Have the node keep its records in a server of its own, in a folder that is kept."""
    sys.path.insert(0, str(million.ROOT / "tests"))
    from postgres_node import start

    million.FOLDER = million.FOLDER / f"postgresql-{records}"
    million.FOLDER.mkdir(parents=True, exist_ok=True)
    million.FOLDER.parent.chmod(0o755)
    million.FOLDER.chmod(0o755)
    server = start(f"{million.FOLDER}/data", settings=SETTINGS, afterwards="stop")
    uri = server.get_uri()
    os.environ["MITRA_DATABASE_URL"] = uri.replace("postgresql://", "postgres://")


def make_ready(connection):
    """Put the shared rows in, and make everything findable."""
    from mitra.store.doors import store
    from mitra.store.facts import NewShare
    from mitra.store.words.indexing import index_next

    million.hurry(connection)
    circles = readers_circles()
    for first in range(0, THINGS, million.BATCH):
        batch = [
            NewShare(thing(number), replace(million.audience(number % million.AUDIENCES, circles), room="board"))
            for number in range(first, first + million.BATCH)
        ]
        store().accept_batch(batch, kind="board.share", by=2, now=datetime.now(UTC))
    began, turns = time.perf_counter(), 0
    while index_next():
        turns += 1
    print(f"made findable {turns * 200 / (time.perf_counter() - began):,.0f} a second", file=sys.stderr)
    million.settle(connection)


def readers_circles():
    from mitra.community.models import Circle

    return {circle.slug.removeprefix("of-"): circle.pk for circle in Circle.objects.filter(slug__startswith="of-")}


def thing(number):
    """Return a notice as a room would release it."""
    made = million.record(number)
    title = f"Cảnh báo lừa đảo ngân hàng số {number}" if number % 10 == 0 else f"ແຈ້ງການ {number}"
    kind = "x-mitra-board-notice"
    stix_id = made.stix_id.replace(made.type, kind, 1)
    raw = made.raw.replace(made.stix_id.encode(), stix_id.encode()).replace(b"2026-01-01", b"2026-02-01")
    return made._replace(
        stix_id=stix_id, type=kind, title=title, raw=raw, digest=sha256(raw).digest(), atoms=(), marking_at=0
    )


def figures(connection):
    from mitra.community import queries
    from mitra.core.policy.facts import PUBLIC
    from mitra.store.doors import store
    from mitra.store.facts import Filter

    now = datetime.now(UTC)
    everything = []
    for slug, reads in READERS.items():
        viewer = replace(queries.actor_of_operator(slug).viewer, rooms=ROOMS) if slug else PUBLIC
        door = store().visible_to(viewer, now=now)
        asked = [Filter(words=words) for words in ASKED.values()]
        asked += [replace(only, types=frozenset({"malware"}), versions="last") for only in asked]
        taken = [milliseconds(partial(door.search, only, limit=SHOWN)) for only in asked for _ in range(ROUNDS)]
        everything += taken
        yield Figure(f"p95, {connection.vendor}, reads {reads}", "ms", [p95(taken)], [], "")
        yield Figure(f"slowest, {connection.vendor}, reads {reads}", "ms", [max(taken)], [], "")
    bare = [milliseconds(lambda words=words: plainly(connection, words)) for words in ASKED.values() for _ in range(3)]
    yield Figure(f"p95, {connection.vendor}, of all five", "ms", [p95(everything)], [p95(bare)], "the index alone")


def plainly(connection, text):
    """Ask the index for the newest, whoever may read them."""
    from mitra.store.words.lexemes import match_of
    from mitra.store.words.tables import fts_query, ts_query

    match = match_of(text)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sql, asked = "SELECT rowid FROM words WHERE words MATCH %s ORDER BY rowid DESC LIMIT 100", fts_query(match)
        else:
            sql, asked = (
                "SELECT seq FROM words WHERE lexemes @@ %s::tsquery ORDER BY seq DESC LIMIT 100",
                ts_query(match),
            )
        cursor.execute(sql, [asked])
        cursor.fetchall()


def milliseconds(does):
    began = time.perf_counter()
    does()
    return (time.perf_counter() - began) * 1_000


def p95(taken):
    return quantiles(taken, n=20)[-1]


if __name__ == "__main__":
    main()
