"""Records and shares for tests of the store: small, with everything about them variable."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import orjson
from django.db import connection, transaction

from mitra.core.policy.facts import Audience, Standing, Tlp, Viewer
from mitra.store import doors
from mitra.store.facts import Filter, NewRecord, NewShare, Voice

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST_VERSION = "2026-01-01T00:00:00.000Z"
CLEAR = Audience(Tlp.CLEAR)
GREEN = Audience(Tlp.GREEN)
AMBER = Audience(Tlp.AMBER, frozenset({1}))
ELSEWHERE = Audience(Tlp.AMBER, frozenset({2}))
ROOMS = frozenset({"exchange"})
EVERYTHING = Filter()


def stix_id(number, kind="indicator"):
    return f"{kind}--{UUID(int=(number << 80) | (4 << 76) | (8 << 60))}"


def record(number, *, kind="indicator", version=FIRST_VERSION, words="a", title="", atoms=(), networks=(), refs=()):
    """One record; equal arguments give equal bytes, and what is only an index is not in them."""
    name = stix_id(number, kind)
    said = {"type": kind, "id": name, "description": words, "object_refs": list(refs)}
    if version:
        said["modified"] = version
    raw = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return NewRecord(
        name,
        kind,
        version,
        "",
        sha256(raw).digest(),
        raw,
        len(raw) - 1,
        title,
        tuple(atoms),
        tuple(networks),
        tuple(refs),
    )


def share(new, audience=GREEN, *, under=None, voice=Voice.OTHER, condition=""):
    return NewShare(new, audience, under, None, condition, voice)


def member(organisation, *circles, **more):
    """An accredited member in these standing circles."""
    facts = {"standing": Standing.ACCREDITED, "in_community": True, "rooms": ROOMS} | more
    return Viewer(organisation, standing_circles=frozenset(circles), **facts)


def accept(store, *shares, by=1, now=NOW, kind="share"):
    return store.accept_batch(shares, kind=kind, by=by, now=now)


def seqs(page_or_shares):
    page = getattr(page_or_shares, "rows", page_or_shares)
    return [found.seq for found in getattr(page, "shares", page)]


def fed(door, *, limit=1_000, only=EVERYTHING, after=0):
    """The whole shares of one page of a feed."""
    return door.whole(door.feed(after=after, limit=limit, only=only).rows)


@contextmanager
def rolled_back():
    """A transaction inside a test's own, undone at the end; durable writes work in it as in the test itself.

    The node's store remembers audiences by their ids, which the next example gives to others: so it is made anew.
    """
    with transaction.atomic():
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True
        doors.store.cache_clear()
        yield
        doors.store.cache_clear()
        transaction.set_rollback(True)


ALWAYS, NEVER = 0, 10**9
WAYS = {
    "listed": {
        "sqlite": {"ways.LISTING_COSTS": ALWAYS},
        "postgresql": {"asking.A_LISTED_SHARE": ALWAYS, "asking.AN_AUDIENCE": ALWAYS},
    },
    "listed in windows": {"sqlite": {"ways.LISTING_COSTS": ALWAYS, "ways.GENEROUS": 0}},
    "walked": {
        "sqlite": {"ways.LISTING_COSTS": NEVER, "ways.LONG_WALK": ALWAYS},
        "postgresql": {"asking.A_LISTED_SHARE": NEVER, "asking.LEAST_WALK": ALWAYS},
    },
    "walked blindly": {
        "sqlite": {"ways.LISTING_COSTS": NEVER, "ways.FEW_AUDIENCES": ALWAYS},
        "postgresql": {"asking.A_LISTED_SHARE": NEVER, "asking.FEW_AUDIENCES": ALWAYS},
    },
    "from mark to mark": {"sqlite": {"replaying.STEP": 2}, "postgresql": {"feeding.STEP": 2}},
    "as measured": {},
}
"""What costs what, so that even a small store is read by the way named.  By itself it would always be walked."""


def go(way, patch):
    """Have every page found by one of the ways in, on the database of this session."""
    module = {"sqlite": "sqlite", "postgresql": "postgres"}[connection.vendor]
    for name, cost in WAYS[way].get(connection.vendor, {}).items():
        patch.setattr(f"mitra.store.{module}.{name}", cost)
        if name.endswith("STEP"):
            patch.setattr("mitra.store.places.STEP", cost)
