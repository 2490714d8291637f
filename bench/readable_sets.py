"""What a viewer reads of 200,000 audiences, with 500 organisations and 2,000 circles: cold, after an intake, and warm.

*Cold*: a viewer that this process has not met, with every audience known already.  *A new process*: the audiences too
are read for the first time.  *Warm*: nothing changed; the mark is read, and what is remembered still holds.

The bare reference asks policy about every audience that reaches the viewer, one after the other.

Run alone: `python bench/readable_sets.py`.
"""

import os
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from figures import Figure, say

ROOT = Path(__file__).resolve().parents[1]
AUDIENCES, ORGANISATIONS, CIRCLES = 200_000, 500, 2_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROUNDS = 9


def main():
    with tempfile.TemporaryDirectory(prefix="mitra-bench-") as home:
        os.environ["MITRA_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
        sys.path.insert(0, str(ROOT / "src"))
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", "store", verbosity=0)
        fill()
        say(list(measured()))


def fill():
    """Put the audiences in, for each the first organisation that used it, and an arrival where its embargo ended."""
    from django.db import connection

    from mitra.store.keys import audience_bytes, audience_key

    drawn = random.Random(11)
    rows, circles, tallies = {}, [], []
    while len(rows) < AUDIENCES:
        audience = drawn_audience(drawn)
        rows.setdefault(audience_key(audience_bytes(audience)), audience)
    for number, audience in enumerate(rows.values(), start=1):
        circles += [(circle, number) for circle in sorted(audience.circles)]
        tallies.append((drawn.randrange(1, ORGANISATIONS + 1), number))
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.executemany(
            "INSERT INTO store_audience VALUES (%s, %s, %s, %s, %s, %s, %s, NULL)",
            [
                (number, key, a.room, a.realm, int(a.tlp), ",".join(map(str, sorted(a.circles))), micros_of(a))
                for number, (key, a) in enumerate(rows.items(), start=1)
            ],
        )
        cursor.executemany("INSERT INTO store_audience_circle (circle, audience_id) VALUES (%s, %s)", circles)
        cursor.executemany("INSERT INTO tally VALUES (%s, %s, 'indicator', 1, 1)", tallies)
        ended = [n for n, a in enumerate(rows.values(), start=1) if a.embargo_until and a.embargo_until <= NOW]
        cursor.executemany(
            "INSERT INTO arrival VALUES (%s, 1, NULL, NULL, %s, 0)",
            [(AUDIENCES + nth, str(number)) for nth, number in enumerate(ended, start=1)],
        )
        cursor.execute("UPDATE ledger_counter SET seq = %s", [AUDIENCES + len(ended)])
        cursor.execute("COMMIT")


def drawn_audience(drawn):
    """Return an audience as a large node has them: one to three circles, one in ten under an embargo at some time."""
    from mitra.core.policy.facts import Audience, Tlp

    return Audience(
        tlp=drawn.choice([Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER, Tlp.AMBER_STRICT]),
        circles=frozenset(drawn.sample(range(1, CIRCLES + 1), drawn.randrange(1, 4))),
        embargo_until=NOW + timedelta(hours=drawn.randrange(-20_000, 500)) if drawn.random() < 0.1 else None,
    )


def micros_of(audience):
    from mitra.core.ledger.dates import micros

    return None if audience.embargo_until is None else micros(audience.embargo_until)


def measured():
    from mitra.core.policy.facts import PUBLIC
    from mitra.store.audiences import AudienceBook
    from mitra.store.places import ArrivalMemory
    from mitra.store.readable import SightMemory
    from mitra.store.sqlite.raw import Raw
    from mitra.store.sqlite.seeing import Seeing

    def made():
        return Seeing(Raw("default"), AudienceBook(), SightMemory(), ArrivalMemory())

    seeing = made()
    drawn = random.Random(12)
    seeing.sight(PUBLIC, NOW)
    for what, viewers in (
        ("cold, a member of 40 circles", [member(drawn, number, 40) for number in range(1, ROUNDS + 1)]),
        ("cold, a client of such a member", [client(drawn, number, 40) for number in range(1, ROUNDS + 1)]),
        ("cold, a centre in every circle", [member(drawn, number, CIRCLES) for number in range(100, ROUNDS + 100)]),
    ):
        bare = [rate(lambda viewer=viewer: slowly(seeing, viewer)) for viewer in viewers[:3]]
        ours = [rate(lambda viewer=viewer: seeing.sight(viewer, NOW)) for viewer in viewers]
        yield Figure(what, "sets/s", ours, bare, "policy, one by one")
    again = member(drawn, 7, 40)
    yield Figure("a new process", "sets/s", [rate(lambda: made().sight(again, NOW)) for _ in range(3)], [], "")
    seeing.sight(again, NOW)
    yield Figure("warm", "sets/s", [rate(lambda: seeing.sight(again, NOW), times=2_000) for _ in range(ROUNDS)], [], "")


def member(drawn, organisation, circles):
    from mitra.core.policy.facts import Standing, Viewer

    return Viewer(
        organisation,
        Standing.ACCREDITED,
        in_community=True,
        standing_circles=frozenset(drawn.sample(range(1, CIRCLES + 1), circles)),
        rooms=frozenset({"exchange"}),
    )


def client(drawn, organisation, circles):
    from mitra.core.policy.facts import Sponsor, Standing, Viewer

    opened = frozenset(drawn.sample(range(1, CIRCLES + 1), circles))
    sponsor = Sponsor(organisation + 1, Standing.ACCREDITED, in_community=True, circles=opened, opened=opened)
    return Viewer(organisation, Standing.LISTED, rooms=frozenset({"exchange"}), sponsor=sponsor)


def slowly(seeing, viewer):
    from mitra.core.policy.decide import readable

    readable(viewer, seeing.book, NOW)


def rate(does, times=1):
    began = time.perf_counter()
    for _ in range(times):
        does()
    return times / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
