"""Records of a sheet, its answers and its steps, in whatever order and how often they come: each node sees the same.

A node of its own is a savepoint that is rolled back: the same empty tables, other numbers, another order.
"""

import random
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from board.facts import COURSE, NOTICE, REPLY, STEP, Notice, Reply
from exchange_node import make_node
from mitra.community import queries
from mitra.core.policy.facts import Audience, Tlp
from mitra.store.doors import store
from mitra.store.facts import NewShare, Outcome, Voice
from mitra.store.things.agreeing import disagreements, settle, settle_all
from mitra.store.things.held import held
from mitra.store.things.kinds import Version
from mitra.store.things.threads import Taken

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
BODIES = ("cert-th", "cert-kh", "cert-vn")
TO = Audience(Tlp.GREEN, room="board")
WORDS = ("take-up", "close", "reopen", "fly")


@pytest.fixture
def node(db):
    return make_node()


def identity(slug):
    return queries.actor_of_operator(slug).organisation_stix_id


def stix_id(kind, number):
    return f"{kind.stix_type}--{UUID(int=0xB0A7D << 96 | 4 << 76 | 8 << 60 | number)}"


def drawn(seed):
    """Return (who, kind, record) of a notice in two versions, answers in up to two, and steps of whatever kind."""
    draw = random.Random(seed)
    sheet = stix_id(NOTICE, 0)

    def printed(kind, number, who, facts, *, version=0):
        at = NOON + timedelta(minutes=version)
        return who, kind, kind.print(facts, Version(stix_id(kind, number), identity(who), NOON, at))

    records = [printed(NOTICE, 0, BODIES[0], Notice("ແຈ້ງການ", f"{version}"), version=version) for version in (0, 1)]
    for number in range(1, 5):
        who = draw.choice(BODIES)
        versions = range(draw.randint(1, 3))
        records += [printed(REPLY, number, who, Reply(sheet, f"ຄຳຕອບ {v}"), version=v) for v in versions]
    ids = [stix_id(STEP, number) for number in range(10, 10 + draw.randint(2, 9))]
    for number, _ in enumerate(ids, start=10):
        who, at = draw.choice(BODIES), NOON + timedelta(minutes=draw.choice([0, 1, 1, 2, 60]))
        seen = draw.choice(["", "elsewhere", *ids])
        records.append(printed(STEP, number, who, Taken(sheet, draw.choice(WORDS), identity(who), at, seen)))
    return records


@contextmanager
def another_node():
    """Give it all back afterwards."""
    empty = transaction.savepoint()
    yield
    transaction.savepoint_rollback(empty)


def arrive(node, who, kind, record):
    """Take a record in as from a peer; one that is there already changes nothing."""
    new = NewShare(record, TO, voice=Voice.CREATOR)
    now = datetime.now(UTC)
    receipt = store().accept_batch([new], kind="board.share", by=node.organisations[who], now=now)
    if receipt.lines[0].outcome is Outcome.ACCEPTED:
        (share,) = held([receipt.lines[0].seq]).values()
        settle(kind, share)


def seen(viewer):
    """Return all that a reader sees: the notice, where it stands, the answers."""
    now = datetime.now(UTC)
    (sheet,) = NOTICE.model.objects.visible_to(viewer, now=now)
    answers = REPLY.model.objects.visible_to(viewer, now=now).values_list("stix_id", "words", "owner")
    return NOTICE.facts_of(sheet), COURSE.stands(sheet, viewer, now=NOON + timedelta(days=1)), set(answers)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_order_of_arrival_two_nodes_see_the_same(node, seed):
    records, viewer, pictures = drawn(seed), queries.actor_of_operator("cert-kh").viewer, []
    for order in range(3):
        draw, arriving = random.Random(order), [*records]
        if order:
            arriving += draw.choices(records, k=5)
            draw.shuffle(arriving)
        with another_node():
            for each in arriving:
                arrive(node, *each)
            assert list(disagreements()) == []
            pictures.append(seen(viewer))
    assert pictures[0] == pictures[1] == pictures[2]
    notice, stands, answers = pictures[0]
    assert notice.words == "1"
    assert len(answers) == 4
    assert len(stands.taken) + len(stands.flagged) == sum(kind is STEP for _, kind, _ in records)


def test_rows_that_were_lost_or_changed_are_found_and_made_again(node):
    records, viewer = drawn(1), queries.actor_of_operator("cert-kh").viewer
    for each in records:
        arrive(node, *each)
    before = seen(viewer)
    assert settle_all() == 0
    STEP.model.objects.unrestricted(purpose="a loss").all().delete()
    NOTICE.model.objects.unrestricted(purpose="a loss").update(words="ປອມ")
    faults = list(disagreements())
    steps = sum(kind is STEP for _, kind, _ in records)
    assert len(faults) == steps + 1
    assert sum(fault.endswith("has no row.") for fault in faults) == steps
    assert settle_all() == steps + 1
    assert list(disagreements()) == []
    assert seen(viewer) == before
