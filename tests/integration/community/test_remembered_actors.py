"""Who asks is remembered, and rights hold at once all the same: on every connection, by the clock, and untold."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from small_community import NOW, make_world

from mitra.community import operations, queries
from mitra.community.facts import COMMUNITY_MANAGE, EXCHANGE_READ, EXCHANGE_SHARE, NewCircle
from mitra.community.models import Circle, Membership
from mitra.community.queries import actors as asking
from mitra.community.queries.memory import ActorMemory
from mitra.core.errors import NotSignedIn
from mitra.core.policy.facts import Standing


@pytest.fixture(autouse=True)
def memory(monkeypatch):
    """A memory in which nobody asked yet."""
    empty = ActorMemory()
    monkeypatch.setattr(asking, "actors", empty)
    return empty


@pytest.fixture
def committed_world(empty_store):
    """The community, for tests with several connections."""
    return make_world()


def elsewhere(call):
    """Call on a connection of its own, as another process would."""

    def run():
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(60)


def answer(ask):
    try:
        return ask()
    except NotSignedIn as refusal:
        return str(refusal)


def test_who_asked_before_costs_no_query_of_its_own_and_is_the_same_actor(world, django_assert_num_queries):
    world.add_person("bank-a", "b@bank-a.example", "analyst", "legal")
    person, token = world.person("b@bank-a.example"), world.token("bank-a").token
    cold = queries.actor_of_person(person, now=NOW), queries.actor_of_token(token, now=NOW)
    with django_assert_num_queries(0):
        warm = queries.actor_of_person(person, now=NOW), queries.actor_of_token(token, now=NOW, named="bank-a")
    assert warm == cold
    assert (cold[0].person, cold[1].organisation_slug) == (person.pk, "bank-a")


# ── Rights that change elsewhere


def revoke(world, credential):
    operations.revoke_credential(credential, by=world.operator("cert-th"), now=NOW)


def suspend(world):
    operations.change_standing(world.ids["cert-th"], to=Standing.SUSPENDED, by=world.operator(), now=NOW)


def leave(world):
    operations.change_standing(world.ids["cert-th"], to=Standing.LEFT, by=world.operator(), now=NOW)


def leave_circle(world):
    circle = world.circles["financial"]
    operations.remove_member(circle, organisation=world.ids["cert-th"], by=world.operator(), now=NOW)


def join_circle(world):
    operations.add_member(
        world.circles["case-7"], organisation=world.ids["cert-th"], by=world.operator(), now=NOW, role="analyst"
    )


def close(world):
    person = world.person("k@cert-th.example")
    operations.close_account(person.pk, by=world.operator("cert-th"), now=NOW)


def lose_a_role(world):
    person = world.person("k@cert-th.example")
    operations.set_roles(person.pk, roles=["legal"], by=world.operator("cert-th"), now=NOW)


def summary(actor):
    """What of an actor these changes reach."""
    if isinstance(actor, str):
        return actor
    viewer = actor.viewer
    return actor.scopes, viewer.standing, viewer.standing_circles, viewer.person_circles, actor.roles


@pytest.mark.parametrize("change", [suspend, leave, leave_circle, join_circle, close, lose_a_role])
def test_a_change_on_another_connection_holds_at_the_next_request(committed_world, monkeypatch, change):
    world = committed_world
    world.add_person("cert-th", "a@cert-th.example", "administrator")
    world.add_person("cert-th", "k@cert-th.example", "analyst", "legal")
    token = world.token("cert-th", EXCHANGE_READ, EXCHANGE_SHARE).token

    def both():
        person = world.person("k@cert-th.example")
        asked = lambda: queries.actor_of_person(person, now=NOW), lambda: queries.actor_of_token(token, now=NOW)
        return [summary(answer(ask)) for ask in asked]

    before = both()
    elsewhere(lambda: change(world))
    told = both()
    monkeypatch.setattr(asking, "actors", ActorMemory())
    assert told == both()
    assert told != before


def test_a_revoked_token_is_refused_at_the_next_request(committed_world):
    issued = committed_world.token("cert-th")

    def ask():
        return queries.actor_of_token(issued.token, now=NOW)

    assert ask().credential == issued.credential.id
    elsewhere(lambda: revoke(committed_world, issued.credential.id))
    assert answer(ask) == asking.REFUSED


def test_a_closed_account_of_which_the_row_is_at_hand_is_refused(world):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    person = world.person("k@cert-th.example")
    queries.actor_of_person(person, now=NOW)
    person.is_active = False
    assert answer(lambda: queries.actor_of_person(person, now=NOW)) == asking.NO_ACCOUNT


# ── What no epoch tells


def test_a_remembered_credential_ends_by_the_clock(world):
    token = world.token("cert-th", expires_at=NOW + timedelta(hours=1)).token
    for now, works in ((0, True), (59, True), (60, False), (59, True)):
        actor = answer(lambda now=now: queries.actor_of_token(token, now=NOW + timedelta(minutes=now)))
        assert (actor != asking.REFUSED) is works


def test_tokens_that_do_not_hold_cost_the_same_whether_remembered_or_not(world, django_assert_num_queries):
    now = NOW + timedelta(days=1)
    expired, good = world.token("cert-th", expires_at=now), world.token("cert-th")
    revoked = world.token("cert-th")
    for issued in (expired, good, revoked):
        queries.actor_of_token(issued.token, now=NOW)
    revoke(world, revoked.credential.id)
    for issued in (expired, good):
        queries.actor_of_token(issued.token, now=NOW)
    answers = set()
    for token, named in ((expired.token, ""), (good.token, "cert-kh"), (revoked.token, ""), ("mitra_" + "x" * 43, "")):
        for _ in range(2):
            with django_assert_num_queries(1):
                answers.add(answer(lambda t=token, n=named: queries.actor_of_token(t, now=now, named=n)))
    assert answers == {asking.REFUSED}


def test_only_who_was_let_in_is_remembered(world, memory):
    for number in range(20):
        answer(lambda n=number: queries.actor_of_token(f"mitra_{n}", now=NOW))
    assert len(memory) == 0


# ── Many at once

CIRCLES, READERS = 12, 8


def test_eight_threads_never_see_rights_that_were_over_before_they_asked(committed_world):
    world = committed_world
    token = world.token("cert-la").token
    by = {"by": world.operator(), "now": NOW}
    circles = [operations.make_circle(NewCircle(f"c{n}", f"วง {n}"), **by).id for n in range(CIRCLES)]
    decided, done = [0], threading.Event()

    def read():
        """Ask for ever; return what was seen too late, and how often was asked."""
        late, asked = [], 0
        try:
            while not done.is_set() or asked < CIRCLES:
                known = decided[0]
                seen = queries.actor_of_token(token, now=NOW).viewer.standing_circles
                late += [circle for circle in circles[:known] if circle not in seen]
                asked += 1
        finally:
            connections.close_all()
        return late, asked

    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read) for _ in range(READERS)]
        for number, circle in enumerate(circles, start=1):
            operations.add_member(circle, organisation=world.ids["cert-la"], **by)
            decided[0] = number
        done.set()
        seen = [reader.result(60) for reader in readers]
    assert [late for late, _ in seen] == [[]] * READERS
    assert all(asked >= CIRCLES for _, asked in seen)


# ── The same viewer by every way


@pytest.mark.parametrize("slug", ["cert-th", "cert-kh", "bank-a", "daily", "uni-mm"])
def test_a_body_reads_as_its_machines_do(world, slug):
    from mitra.community.queries.bodies import viewers_of_body_and_clients

    realm = operations.new_realm("ACID", by=world.operator(), now=NOW)
    drill = NewCircle("drill", "Drill", realm=realm, members=(world.ids["cert-th"], world.ids["cert-kh"]))
    drill = operations.make_circle(drill, by=world.operator(), now=NOW).id
    for circle, more in ((world.circles["financial"], {}), (drill, {"realm": realm})):
        operations.open_circle(circle, client=world.ids["bank-a"], by=world.operator("cert-th", **more), now=NOW)
    by_role = {"organisation_id": world.ids["cert-th"], "role": "legal", "since": NOW}
    Membership.objects.create(circle=Circle.objects.get(slug="case-7"), **by_role)
    scopes = (EXCHANGE_READ, COMMUNITY_MANAGE, "board:read", "cases:read")
    for number in (0, realm):
        machine = queries.actor_of_token(world.token(slug, *scopes, realm=number).token, now=NOW).viewer
        body = world.ids[slug]
        assert queries.viewer_of_body(body, number) == machine
        assert viewers_of_body_and_clients(body)[body, number] == machine
        above = queries.get_organisation(slug).sponsor or body
        assert viewers_of_body_and_clients(above)[body, number] == machine


def test_a_body_and_its_clients_take_four_queries(world, django_assert_num_queries):
    from mitra.community.queries.bodies import viewers_of_body_and_clients

    for slug in ("uni-mm", "daily"):
        operations.set_sponsor(world.ids[slug], sponsor=world.ids["cert-th"], by=world.operator(), now=NOW)
    with django_assert_num_queries(4):
        found = viewers_of_body_and_clients(world.ids["cert-th"])
    assert sorted(body for body, _ in found) == sorted(world.ids[s] for s in ("cert-th", "bank-a", "uni-mm", "daily"))
