"""A node to measure on: a home that goes with the bench, or one that `run.py` has filled for all of them."""

import os
import sys
import tempfile
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[1]
RECORDS = 100_000
TOKENS = "tokens.json"
SHARER, READER, OUTSIDER = "cert-th", "cert-kh", "cert-vn"


@contextmanager
def opened():
    """Set Django up on the home of `MITRA_HOME`, else on an empty one of its own; give the folder."""
    with tempfile.TemporaryDirectory(prefix="mitra-bench-") as own:
        home = Path(os.environ.setdefault("MITRA_HOME", own))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
        sys.path.insert(0, str(ROOT / "tests"))
        import django

        django.setup()
        if not (home / TOKENS).exists():
            found(home)
        yield home


def found(home):
    """Make the node: a centre, four bodies, a circle, and keep the tokens beside it."""
    from django.core.management import call_command

    from exchange_node import make_node
    from mitra.config.node import Node, write_node

    call_command("migrate", verbosity=0)
    write_node(home, Node(name="bench.example", made_at=datetime.now(UTC)))
    (home / TOKENS).write_bytes(orjson.dumps(make_node().tokens))


def filled(records):
    """Bring the node to at least this many records through intake; return what each object was."""
    from django.db import connection

    with connection.cursor() as cursor:
        have = cursor.execute("SELECT count(*) FROM record").fetchone()[0]
    for start in range(have, records, 5_000):
        share(lines(range(start, start + 5_000)), circle=start % 20_000 == 15_000)


def share(data, *, circle=False):
    """Share JSON lines with the community, or with the circle that one of the readers is not in."""
    from mitra.community import queries as community
    from mitra.core.policy.facts import Tlp
    from mitra.exchange import operations
    from mitra.exchange.facts import Terms

    actor = community.actor_of_operator(SHARER)
    found = frozenset({community.find_circle("financial", actor).id}) if circle else frozenset()
    terms = Terms(tlp=Tlp.AMBER if circle else Tlp.GREEN, circles=found)
    return operations.share(actor, BytesIO(data), terms, now=datetime.now(UTC), keep=0)


def lines(numbers):
    """Return objects as JSON lines."""
    return b"".join(orjson.dumps(made(number)) + b"\n" for number in numbers)


def value(number):
    """Return the one value that an object speaks about."""
    kind = number % 4
    if kind == 0:
        return f"c2-{number}.bad-domain-{number % 997}.com"
    if kind == 1:
        return f"45.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    if kind == 2:
        return f"https://files-{number}.bad-domain-{number % 997}.com/{number}/payload.php"
    return f"{number:064x}"


def made(number):
    """Return an indicator as feeds have them, about 600 bytes: a quarter each of names, addresses, URLs and hashes."""
    properties = ("domain-name:value", "ipv4-addr:value", "url:value", "file:hashes.'SHA-256'")
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--00000000-0000-4000-8000-{number:012d}",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": f"ตัวบ่งชี้ {number}",
        "description": "เซิร์ฟเวอร์ควบคุมของกลุ่มผู้โจมตี ที่พบในการสอบสวนร่วมกัน",
        "indicator_types": ["malicious-activity"],
        "pattern": f"[{properties[number % 4]} = '{value(number)}']",
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
        "labels": ["c2", "phishing"],
        "confidence": 80,
    }
