"""Decisions about a working circle at one moment follow one another, and leave what one of the orders would leave."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connections

import world as region
from mitra.community import operations, queries
from mitra.community.models import Circle, Invitation, Membership
from mitra.core.errors import MitraError
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations as exchange
from mitra.exchange.facts import Terms
from mitra.store.doors import store
from mitra.store.facts import Filter
from world import bundle, indicator

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
TRIES = 4


@pytest.fixture
def world(empty_store):
    return region.build(NOW)


def actor(slug):
    return queries.actor_of_operator(slug)


def opened(world, *members):
    """A circle of cert-th with these members."""
    made = operations.open_working_circle("ຄະດີ ៤៨ คดี", by=actor("cert-th"), now=NOW)
    for slug in members:
        operations.invite(made.id, world.organisations[slug], by=actor("cert-th"), now=NOW)
        operations.accept(made.id, by=actor(slug), now=NOW)
    return made


def at_once(*calls):
    """Call each on a connection of its own, at the same moment; return which were done; raise what is no refusal."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(10)
            call()
        except MitraError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def seats(circle):
    return set(Membership.objects.filter(circle=circle.id).values_list("organisation__slug", flat=True))


@pytest.mark.parametrize("nth", range(TRIES))
def test_of_accepting_and_taking_back_one_is_done(world, nth):
    circle, body = opened(world), world.organisations["guest"]
    operations.invite(circle.id, body, by=actor("cert-th"), now=NOW)
    done = at_once(
        lambda: operations.accept(circle.id, by=actor("guest"), now=NOW),
        lambda: operations.take_invitation_back(circle.id, body, by=actor("cert-th"), now=NOW),
    )
    answer = Invitation.objects.get(circle=circle.id).answer
    assert (sum(done), "guest" in seats(circle), answer == "accepted") == (1, done[0], done[0])


@pytest.mark.parametrize("nth", range(TRIES))
def test_nobody_is_asked_or_let_into_a_circle_that_closes(world, nth):
    circle = opened(world)
    operations.invite(circle.id, world.organisations["guest"], by=actor("cert-th"), now=NOW)
    done = at_once(
        lambda: operations.leave(circle.id, by=actor("cert-th"), now=NOW),
        lambda: operations.accept(circle.id, by=actor("guest"), now=NOW),
        lambda: operations.invite(circle.id, world.organisations["press"], by=actor("cert-th"), now=NOW),
    )
    is_closed = Circle.objects.get(pk=circle.id).closed_at is not None
    assert (done[0], done[1]) in {(True, False), (False, True)}
    assert is_closed == done[0]
    assert bool(seats(circle)) != is_closed
    if is_closed:
        assert not Invitation.objects.filter(circle=circle.id, answer="").exists()


@pytest.mark.parametrize("nth", range(TRIES))
def test_a_host_that_hands_over_decides_nothing_afterwards(world, nth):
    circle = opened(world, "cert-vn", "cert-sg")
    done = at_once(
        lambda: operations.hand_over(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW),
        lambda: operations.remove_from_working(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW),
    )
    host = Circle.objects.get(pk=circle.id).host
    assert sum(done) == 1
    assert host.slug in seats(circle)


@pytest.mark.parametrize("nth", range(TRIES))
def test_two_who_ask_the_same_body_ask_it_once(world, nth):
    circle = opened(world)
    ask = lambda: operations.invite(circle.id, world.organisations["press"], by=actor("cert-th"), now=NOW)  # noqa: E731
    assert sum(at_once(ask, ask)) == 1
    assert Invitation.objects.filter(circle=circle.id).count() == 1


@pytest.mark.parametrize("nth", range(TRIES))
def test_a_member_removed_while_it_writes_reads_nothing_of_others_there(world, nth):
    circle = opened(world, "cert-vn")
    terms = Terms(tlp=Tlp.AMBER, circles=frozenset({circle.id}))

    def write(slug):
        by = actor(slug)
        report = exchange.share(by, bundle(indicator(f"{slug}-{nth}", now=NOW)), terms, now=NOW, keep=1)
        assert len(report.accepted) == 1

    removed = world.organisations["cert-vn"]
    done = at_once(
        lambda: operations.remove_from_working(circle.id, removed, by=actor("cert-th"), now=NOW),
        lambda: write("cert-vn"),
        lambda: write("cert-th"),
    )
    assert (done[0], done[2]) == (True, True)
    only = Filter(circles=frozenset({circle.id}))
    mine = store().visible_to(actor("cert-vn").viewer, now=NOW).latest(limit=10, only=only).shares
    hosts = store().visible_to(actor("cert-th").viewer, now=NOW).latest(limit=10, only=only).shares
    assert {share.by for share in mine} == ({removed} if done[1] else set())
    assert {share.by for share in hosts} == {world.organisations["cert-th"]} | ({removed} if done[1] else set())
