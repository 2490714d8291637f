"""Decisions at the same moment follow one another: what each opens, and what they open together, is replayed once."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from growing import by, clock, share
from small_community import make_world

from mitra.community import operations, queries
from mitra.community.facts import NewOrganisation
from mitra.community.operations import guards
from mitra.core.policy.facts import Standing, Tlp
from mitra.store.doors import store
from mitra.store.facts import Filter


@pytest.fixture
def world(empty_store, monkeypatch):
    """The small community, in which each decision takes its time between asking and changing."""
    made = make_world()
    new = NewOrganisation("new-bank", "ທະນາຄານໃໝ່", "private")
    made.ids["new-bank"] = operations.add_organisation(new, **by(made)).id
    asked = guards.viewers_of_body_and_clients

    def slowly(organisation):
        found = asked(organisation)
        time.sleep(0.1)
        return found

    monkeypatch.setattr(guards, "viewers_of_body_and_clients", slowly)
    return made


def at_once(*calls):
    """Call each on a connection of its own, at the same moment."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(10)
            call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(run, calls))


def fed(world, slug, after=0):
    """The ids that a feed gives a machine of the organisation after a position, and the last position."""
    door = store().visible_to(queries.viewer_of_body(world.ids[slug]), now=clock())
    rows = door.feed(after=after, limit=100, only=Filter()).rows
    return [row.stix_id for row in rows], rows[-1].position if rows else after


def test_what_two_decisions_open_together_is_replayed(world):
    old, clear = share(world, "cert-kh", 1, Tlp.GREEN), share(world, "cert-kh", 2, Tlp.CLEAR)
    came, position = fed(world, "new-bank")
    assert came == [clear]
    bank, sponsor, centre = world.ids["new-bank"], world.ids["cert-th"], by(world)
    at_once(
        lambda: operations.change_standing(bank, to=Standing.LISTED, **centre),
        lambda: operations.set_sponsor(bank, sponsor=sponsor, **centre),
    )
    assert fed(world, "new-bank", position)[0] == [old]


def test_what_each_of_two_decisions_opens_is_replayed_once(world):
    old = {share(world, "cert-kh", number, Tlp.AMBER, circle) for number, circle in ((1, "financial"), (2, "case-7"))}
    clear = share(world, "cert-kh", 3, Tlp.CLEAR)
    came, position = fed(world, "cert-la")
    assert came == [clear]
    joining = {"organisation": world.ids["cert-la"], **by(world)}
    at_once(
        lambda: operations.add_member(world.circles["financial"], **joining),
        lambda: operations.add_member(world.circles["case-7"], **joining),
    )
    last = fed(world, "cert-la", position)[1]
    assert (set(fed(world, "cert-la", position)[0]), last) == (old, position + 2)
