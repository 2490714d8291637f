"""Records and shares for tests of the store: small, with everything about them variable."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import orjson
from django.db import transaction

from mitra.core.policy.facts import Audience, Standing, Tlp, Viewer
from mitra.store.facts import NewRecord, NewShare, Voice

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST_VERSION = "2026-01-01T00:00:00.000Z"
CLEAR = Audience(Tlp.CLEAR)
GREEN = Audience(Tlp.GREEN)
AMBER = Audience(Tlp.AMBER, frozenset({1}))
ELSEWHERE = Audience(Tlp.AMBER, frozenset({2}))
ROOMS = frozenset({"exchange"})


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
    return [found.seq for found in getattr(page_or_shares, "shares", page_or_shares)]


@contextmanager
def rolled_back():
    """A transaction inside a test's own, undone at the end; durable writes work in it as in the test itself."""
    with transaction.atomic():
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True
        yield
        transaction.set_rollback(True)
