"""A node whose store holds many records for many audiences, put in without intake, and four organisations that read it.

Built once for each size, in a folder that is kept (`MITRA_BENCH_FOLDER`, else in the machine's own for throw-away
files): a million records take some minutes.  Each organisation is in one circle, which a part of the 10,000 audiences
name: so it reads that part of the records, wherever they lie.
"""

import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("MITRA_BENCH_FOLDER", Path(tempfile.gettempdir()) / "mitra-bench"))
AUDIENCES = 10_000
EVERY = {"cert-kh": 1, "cert-la": 2, "cert-mm": 20, "cert-vn": 1_000}
"""Who reads one in how many."""
SHARERS = ("cert-th", "cert-sg")
"""The second shares one batch in a hundred."""
RARE = {"malware": 50, "campaign": 10_000}
"""One in how many records is of another type."""
STRICT = 100
"""One in how many audiences is AMBER+STRICT."""
BATCH = 2_000
START = datetime(2026, 1, 1, tzinfo=UTC)
ALONE = 1_000_000
"""Where the circles begin that make every audience another one; nobody is in them."""


def opened(records):
    """Set Django up on a node with this many records; return its home."""
    home = FOLDER / f"records-{records}"
    os.environ["MITRA_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
    sys.path.insert(0, str(ROOT / "tests"))
    home.mkdir(parents=True, exist_ok=True)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if not (home / "filled").exists():
        fill(home, records)
        (home / "filled").touch()
    return home


def fill(home, records):
    """Make the node and put the records in."""
    from django.db import connection

    from mitra.config.node import Node, write_node
    from mitra.store.doors import store
    from mitra.store.facts import NewShare

    write_node(home, Node(name="bench.example", made_at=datetime.now(UTC)))
    circles, sharers = people(home)
    audiences = [audience(number, circles) for number in range(AUDIENCES)]
    drawn = random.Random(7)
    hurry(connection)
    began = time.perf_counter()
    for first in range(0, records, BATCH):
        batch = [
            NewShare(record(number), audiences[drawn.randrange(AUDIENCES)])
            for number in range(first, min(first + BATCH, records))
        ]
        nth = first // BATCH
        by = sharers[nth % 100 == 50]
        store().accept_batch(batch, kind="exchange.shared", by=by, now=START + timedelta(seconds=nth))
    print(f"put in {records / (time.perf_counter() - began):,.0f} records/s", file=sys.stderr)
    settle(connection)


def hurry(connection):
    """Do without waiting for the disk while the node is filled."""
    with connection.cursor() as cursor:
        sqlite = connection.vendor == "sqlite"
        cursor.execute("PRAGMA synchronous=OFF" if sqlite else "SET synchronous_commit = off")


def settle(connection):
    """Leave the database as days of use would."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def people(home):
    """Make the organisations, their circles and credentials; return the circles by who is in them, and the sharers."""
    from mitra.community import operations, queries
    from mitra.community.facts import EXCHANGE_READ, NewCircle, NewCredential, NewOrganisation

    now = datetime.now(UTC)
    operations.found_centre(NewOrganisation("centre", "Centre", "international"), now=now)
    by = queries.actor_of_operator("centre")
    made, circles, tokens = {}, {}, {}
    for slug in (*SHARERS, *EVERY):
        new = NewOrganisation(slug, slug.upper(), "csirt", standing="accredited")
        made[slug] = operations.add_organisation(new, by=by, now=now).id
    for slug in EVERY:
        circle = operations.make_circle(NewCircle(f"of-{slug}", slug, members=(made[slug],)), by=by, now=now)
        circles[slug] = circle.id
        reader = queries.actor_of_operator(slug)
        tokens[slug] = operations.make_credential(NewCredential("bench", (EXCHANGE_READ,)), by=reader, now=now).token
    (home / "tokens.json").write_bytes(orjson.dumps(tokens))
    return circles, [made[slug] for slug in SHARERS]


def audience(number, circles):
    """Return an audience that every so many organisations' circles are in."""
    from mitra.core.policy.facts import Audience, Tlp

    named = {circles[slug] for slug, every in EVERY.items() if number % every == 0}
    tlp = Tlp.AMBER_STRICT if number % STRICT == 1 else Tlp.AMBER
    return Audience(tlp, frozenset({*named, ALONE + number}))


def record(number):
    """Return a record of about 1 KB, as intake would make it, with an id in no order."""
    from mitra.core.stix.facts import Atom
    from mitra.store.facts import NewRecord

    mixed = sha256(b"%d" % number).hexdigest()
    kind = next((kind for kind, every in reversed(RARE.items()) if number % every == 1), "indicator")
    stix_id = f"{kind}--{mixed[:8]}-{mixed[8:12]}-4{mixed[12:15]}-8{mixed[15:18]}-{number:012d}"
    said = {
        "confidence": 80,
        "created": "2026-01-01T00:00:00.000Z",
        "description": "เซิร์ฟเวอร์ควบคุมของกลุ่มผู้โจมตี ที่พบในการสอบสวนร่วมกัน " * 4,
        "id": stix_id,
        "indicator_types": ["malicious-activity"],
        "modified": "2026-01-01T00:00:00.000Z",
        "name": f"ตัวบ่งชี้ {number}",
        "pattern": f"[domain-name:value = 'c2-{number}.bad-domain-{number % 997}.com']",
        "pattern_type": "stix",
        "spec_version": "2.1",
        "type": kind,
        "valid_from": "2026-01-01T00:00:00Z",
    }
    raw = orjson.dumps(said)
    speaks = kind == "indicator"  # of the other types, a pattern is a property like any other
    atoms = (Atom("domain-name", f"c2-{number}.bad-domain-{number % 997}.com"),) if speaks else ()
    marking_at = raw.index(b'"pattern"')
    return NewRecord(stix_id, kind, said["modified"], "", sha256(raw).digest(), raw, marking_at, said["name"], atoms)
