"""Things of rooms: release of one, a list of 50 of 100,000, a sheet with 2,000 answers, a fold of 10,000 steps.

On the board, the room of tests: its pages are what any room's are.  Lists and sheets are whole requests as the server
sees them, from the WSGI call to the last byte; the viewer reads 5 % of the notices, and half of the answers.

Run alone: `python bench/things.py`, with `--rows N` on fewer.
"""

import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from figures import Figure, option, say

ROWS, ANSWERS, STEPS, ROUNDS, BATCH = 100_000, 2_000, 10_000, 15, 1_000
ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)


def begin():
    """Make the throw-away node of the tests, with its room, in this process."""
    sys.path.insert(0, str(ROOT / "tests"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "settings_for_tests"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, run_syncdb=True)
    call_command("collectstatic", interactive=False, verbosity=0)


def main():
    begin()
    say(list(figures(option("--rows", ROWS))))


def figures(rows):
    people = community()
    yield from released(people)
    sheet = fill(people, rows)
    for name, path in ((f"a list of 50 of {rows:,} rows", "/board/"), ("a sheet of 2,000 answers", f"/board/{sheet}")):
        taken, queries = asked(path)
        yield Figure(name, "ms", taken, [], "")
        yield Figure(f"{name}: statements", "queries", [float(queries)], [], "")
    yield folded()


def community():
    """Make a centre, a writer and a reader, and circles that the reader is in or not."""
    from mitra.community import operations, queries
    from mitra.community.facts import NewCircle, NewOrganisation, NewPerson

    operations.found_centre(NewOrganisation("centre", "Centre", "international"), now=NOW)
    by = queries.actor_of_operator("centre")
    made = {
        slug: operations.add_organisation(
            NewOrganisation(slug, slug, "csirt", standing="accredited"), by=by, now=NOW
        ).id
        for slug in ("writer", "reader")
    }
    both = operations.make_circle(NewCircle("both", "Both", members=tuple(made.values())), by=by, now=NOW).id
    alone = operations.make_circle(NewCircle("alone", "Alone", members=(made["writer"],)), by=by, now=NOW).id
    new = NewPerson("r@reader.example", "ສຸກ", ("analyst",), password="ຄວາມລັບ-correct-horse-9")
    operations.add_person(new, by=queries.actor_of_operator("reader"), now=NOW)
    return {"both": both, "alone": alone, "writer": queries.actor_of_operator("writer")}


def released(people):
    """Release notices one after the other: record, row, act, event, with one wait for the disk; words come later."""
    from board.events import NoticeWritten
    from board.facts import NOTICE, Notice
    from mitra.community.things import audience_in, hand_of
    from mitra.core.policy.facts import Tlp
    from mitra.store.things.releasing import release

    writer = people["writer"]
    to = audience_in("board", writer, Tlp.AMBER, {people["both"]})
    facts = Notice("ແຈ້ງເຕືອນ", "ธนาคารเตือนภัย " * 20)
    cpu, wall = [], []
    for nth in range(200):
        hand = hand_of(writer, now=NOW + timedelta(seconds=nth), tells=NoticeWritten)
        began, used = time.perf_counter(), time.process_time()
        release(NOTICE, facts, to, hand)
        cpu.append((time.process_time() - used) * 1_000)
        wall.append((time.perf_counter() - began) * 1_000)
    yield Figure("release of a row: processor", "ms", cpu[20:], [], "")
    yield Figure("release of a row: in all", "ms", wall[20:], [], "")


def fill(people, rows):
    """Put rows and answers in as acts of a thousand; return the sheet."""
    from board.facts import NOTICE, REPLY, Notice, Reply
    from mitra.core.policy.facts import Audience, Tlp

    drawn = random.Random(3)
    both, alone = (Audience(Tlp.AMBER, frozenset({people[name]}), room="board") for name in ("both", "alone"))
    for first in range(0, rows, BATCH):
        some = [Notice(f"ແຈ້ງການ {nth}", "ลองอ่าน", number=f"BD-{nth}") for nth in range(first, first + BATCH)]
        put(people, NOTICE, some, [both if drawn.random() < 0.05 else alone for _ in some])
    (sheet,) = put(people, NOTICE, [Notice("ຫົວຂໍ້", "x")], [both])
    for first in range(0, ANSWERS, BATCH):
        some = [Reply(sheet, f"ຄຳຕອບ {nth}") for nth in range(first, first + BATCH)]
        put(people, REPLY, some, [both if nth % 2 else alone for nth in range(BATCH)])
    return sheet


def put(people, kind, facts, audiences):
    from uuid import uuid4

    from mitra.store.doors import store
    from mitra.store.facts import NewShare, Voice
    from mitra.store.things.kinds import Version

    writer = people["writer"]
    ids = [f"{kind.stix_type}--{uuid4()}" for _ in facts]
    printed = [
        kind.print(one, Version(stix_id, writer.organisation_stix_id, NOW, NOW))
        for one, stix_id in zip(facts, ids, strict=True)
    ]
    shares = [NewShare(new, to, voice=Voice.CREATOR) for new, to in zip(printed, audiences, strict=True)]
    lines = store().accept_batch(shares, kind="board.share", by=writer.organisation, now=NOW).lines
    made = [
        kind.model(stix_id=stix_id, owner=writer.organisation, share=line.seq, **kind.columns(one))
        for stix_id, line, one in zip(ids, lines, facts, strict=True)
    ]
    kind.model.objects.unrestricted(purpose="the bench fills").bulk_create(made)
    return ids


def asked(path):
    """Ask for a page as the reader; return the times of some rounds, and how many statements one needs."""
    from django.test import Client

    from mitra.community.models import Person

    client = Client()
    client.force_login(Person.objects.get(email="r@reader.example"))
    for _ in range(2):
        assert client.get(path).status_code == 200
    statements = statements_of(lambda: client.get(path))
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        client.get(path)
        taken.append((time.perf_counter() - began) * 1_000)
    return taken, statements


def statements_of(does):
    """Return how many statements something sends to the database, through whatever door."""
    from django.db import connection

    seen = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(seen.append)
    does()
    connection.connection.set_trace_callback(None)
    work = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
    return sum(statement.lstrip().upper().startswith(work) for statement in seen)


def folded():
    from board.facts import COURSE
    from mitra.core.steps import Step, fold

    words = ("take-up", "close", "reopen")
    steps = [Step(f"s{nth}", words[nth % 3], "ab"[nth % 2], NOW + timedelta(seconds=nth)) for nth in range(STEPS)]
    random.Random(5).shuffle(steps)
    taken = []
    for _ in range(9):
        began = time.perf_counter()
        fold(COURSE.table, steps, "a", now=NOW + timedelta(days=1))
        taken.append((time.perf_counter() - began) * 1_000)
    assert median(taken)
    return Figure(f"a fold of {STEPS:,} steps", "ms", taken, [], "")


if __name__ == "__main__":
    main()
