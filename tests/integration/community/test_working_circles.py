"""Working circles: asked, accepted, left; what they read follows at once; nobody else learns that there is one."""

from datetime import UTC, datetime

import pytest
from django.test import Client

import world as region
from mitra.community import operations, queries
from mitra.community.models import Circle, Person
from mitra.core.errors import InvalidInput, NotFound, NotPermitted, WrongState
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations as exchange
from mitra.exchange import queries as records
from mitra.exchange.facts import Terms
from world import bundle, indicator

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)


@pytest.fixture
def world(empty_store):
    return region.build(NOW)


@pytest.fixture
def actor():
    return queries.actor_of_operator


@pytest.fixture
def circle(world, actor):
    return operations.open_working_circle("Phishing ສັບດາ 48", purpose="ธนาคาร", by=actor("cert-th"), now=NOW)


def share_to(circle, by, key):
    terms = Terms(tlp=Tlp.AMBER, circles=frozenset({circle.id}))
    (made,) = exchange.share(by, bundle(indicator(key, now=NOW)), terms, now=NOW, keep=1).accepted
    return made.ref


def reads(slug, ref, actor):
    try:
        records.get_record(actor(slug).viewer, ref, now=NOW)
    except NotFound:
        return False
    return True


def test_who_is_asked_reads_nothing_until_it_accepts_and_then_from_the_first_day(world, actor, circle):
    ref = share_to(circle, actor("cert-th"), "early")
    guest = world.organisations["guest"]
    operations.invite(circle.id, guest, why="ຂໍຊ່ວຍ", by=actor("cert-th"), now=NOW)
    assert not reads("guest", ref, actor)
    asked = {line.circle.slug: line.why for line in queries.list_invitations(actor("guest"))}
    assert asked[circle.slug] == "ຂໍຊ່ວຍ"
    operations.accept(circle.id, by=actor("guest"), now=NOW)
    assert reads("guest", ref, actor)
    assert reads("guest", share_to(circle, actor("cert-th"), "late"), actor)
    assert [one.slug for one in queries.list_circles(actor("guest"))].count(circle.slug) == 1


@pytest.mark.parametrize("slug", ["guest", "bank-b", "press"])
def test_a_guest_of_any_standing_reads_that_circle_and_clear_and_nothing_else(world, actor, circle, slug):
    before = {key for key, secret in world.secrets.items() if reads(slug, secret.ref, actor)}
    operations.invite(circle.id, world.organisations[slug], by=actor("cert-th"), now=NOW)
    operations.accept(circle.id, by=actor(slug), now=NOW)
    assert reads(slug, share_to(circle, actor("cert-th"), f"for-{slug}"), actor)
    assert {key for key, secret in world.secrets.items() if reads(slug, secret.ref, actor)} == before


def test_who_leaves_or_is_removed_reads_no_more(world, actor, circle):
    ref = share_to(circle, actor("cert-th"), "x")
    for slug in ("cert-vn", "cert-sg"):
        operations.invite(circle.id, world.organisations[slug], by=actor("cert-th"), now=NOW)
        operations.accept(circle.id, by=actor(slug), now=NOW)
        assert reads(slug, ref, actor)
    assert operations.leave(circle.id, by=actor("cert-vn"), now=NOW) is False
    operations.remove_from_working(circle.id, world.organisations["cert-sg"], by=actor("cert-th"), now=NOW)
    assert not reads("cert-vn", ref, actor)
    assert not reads("cert-sg", ref, actor)


def test_a_member_removed_while_it_writes_shares_no_more_from_its_next_request_on(world, actor, circle):
    operations.invite(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)
    operations.accept(circle.id, by=actor("cert-vn"), now=NOW)
    writer = actor("cert-vn")
    operations.remove_from_working(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)
    ref = share_to(circle, writer, "asked before")  # what was on its way goes to those whom it was meant for
    assert reads("cert-th", ref, actor)
    with pytest.raises((InvalidInput, NotPermitted)):
        share_to(circle, actor("cert-vn"), "asked after")


def test_the_last_member_that_leaves_closes_it(world, actor, circle):
    operations.invite(circle.id, world.organisations["guest"], by=actor("cert-th"), now=NOW)
    assert operations.leave(circle.id, by=actor("cert-th"), now=NOW) is True
    assert circle.slug not in {line.circle.slug for line in queries.list_invitations(actor("guest"))}
    with pytest.raises(NotFound):
        operations.accept(circle.id, by=actor("guest"), now=NOW)
    with pytest.raises(NotFound):
        queries.get_circle(circle.slug, actor("cert-th"))


def test_its_host_leaves_only_once_somebody_else_hosts_it(world, actor, circle):
    operations.invite(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)
    operations.accept(circle.id, by=actor("cert-vn"), now=NOW)
    with pytest.raises(WrongState):
        operations.leave(circle.id, by=actor("cert-th"), now=NOW)
    operations.hand_over(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)
    assert operations.leave(circle.id, by=actor("cert-th"), now=NOW) is False
    operations.invite(circle.id, world.organisations["cert-sg"], by=actor("cert-vn"), now=NOW)
    operations.accept(circle.id, by=actor("cert-sg"), now=NOW)
    with pytest.raises(NotPermitted):
        operations.invite(circle.id, world.organisations["guest"], by=actor("cert-sg"), now=NOW)


@pytest.mark.parametrize(
    ("slug", "rule"),
    [("cert-th", "oneself"), ("suspended", "standing"), ("police-th", "in-already"), ("guest", "asked")],
)
def test_whom_one_cannot_ask_is_said_at_the_field(world, actor, slug, rule):
    working = Circle.objects.get(slug=next(iter(world.working)))
    with pytest.raises(InvalidInput) as refusal:
        operations.invite(working.pk, world.organisations[slug], by=actor("cert-th"), now=NOW)
    assert (refusal.value.path, refusal.value.rule) == ("organisation", rule)


@pytest.mark.parametrize("name", ["", "a\u202eb", "Раypal", "x" * 201])
def test_a_name_that_turns_around_or_looks_like_another_is_refused(world, actor, name):
    with pytest.raises(InvalidInput):
        operations.open_working_circle(name, by=actor("cert-th"), now=NOW)


def test_nobody_outside_learns_that_there_is_one(world, actor, circle):
    for slug in ("cert-sg", "press", "bank-a", "suspended"):
        with pytest.raises(NotFound):
            queries.get_circle(circle.slug, actor(slug))
    with pytest.raises(NotFound):
        operations.accept(circle.id, by=actor("cert-sg"), now=NOW)
    for step in (operations.decline, operations.leave):
        with pytest.raises(NotFound):
            step(circle.id, by=actor("cert-sg"), now=NOW)
    with pytest.raises(NotFound):
        operations.invite(circle.id, world.organisations["guest"], by=actor("cert-sg"), now=NOW)


def test_members_of_a_confidential_circle_see_a_number_and_no_names(world, actor):
    made = operations.open_working_circle("ลับ", is_confidential=True, by=actor("cert-th"), now=NOW)
    for slug in ("cert-vn", "cert-sg"):
        operations.invite(made.id, world.organisations[slug], by=actor("cert-th"), now=NOW)
        operations.accept(made.id, by=actor(slug), now=NOW)
    seen = queries.get_circle(made.slug, actor("cert-vn"))
    assert (seen.circle.count, seen.circle.members, seen.bodies) == (3, (), ())
    assert len(queries.get_circle(made.slug, actor("cert-th")).bodies) == 3


def test_what_a_change_would_open_is_told_before_it_and_no_more_than_who_asks_reads(world, actor, circle):
    for nth in range(7):
        share_to(circle, actor("cert-th"), f"n{nth}")
    seen = queries.preview_circle(circle.id, actor("cert-th"), now=NOW)
    assert (seen.count, seen.is_exact, len(seen.titles)) == (7, True, 5)
    assert queries.preview_circle(circle.id, actor("cert-sg"), now=NOW).count == 0


# ── Pages


@pytest.fixture
def browse(world):
    def opened(who):
        client = Client()
        client.force_login(Person.objects.get(email=world.people[who]))
        return client

    return opened


def test_on_pages_a_circle_is_opened_asked_into_accepted_and_left(world, browse):
    host, guest = browse("cert-th"), browse("guest")
    made = host.post("/circles/new", {"name": "ຄະດີ 48", "purpose": "x"})
    where = made["Location"]
    assert host.post("/circles/new", {"name": ""}).status_code == 422
    assert host.post(where, {"step": "invite", "organisation": "nobody"}).status_code == 422
    assert host.post(where, {"step": "invite", "organisation": "guest", "why": "ຊ່ວຍ"}).status_code == 302
    assert "ຄະດີ 48" in guest.get("/circles").content.decode()
    assert "ຄະດີ 48" in guest.get("/").content.decode()
    assert "Accept" in guest.get(where).content.decode()
    assert guest.post(where, {"step": "accept"}).status_code == 302
    assert "Leave this circle" in guest.get(where).content.decode()
    assert host.post(where, {"step": "leave"}).status_code == 422
    assert guest.post(where, {"step": "leave"}).status_code == 302
    assert guest.get(where).status_code == 404
    assert host.post(where, {"step": "leave"}).status_code == 302


def test_on_its_page_a_host_names_a_person_who_alone_reads_what_is_red_there(world, browse, actor, circle):
    where, host, member = f"/circles/{circle.slug}", browse("cert-th"), browse("cert-vn")
    operations.invite(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)
    operations.accept(circle.id, by=actor("cert-vn"), now=NOW)
    person = Person.objects.get(email=world.people["cert-vn"])
    stranger = Person.objects.get(email=world.people["cert-my"])
    assert "Nobody is named" in host.get(where).content.decode()
    assert "Name a person" not in member.get(where).content.decode()
    refused = host.post(where, {"step": "name", "person": stranger.ref})
    assert (refused.status_code, "Choose a person from the list." in refused.content.decode()) == (422, True)
    assert member.post(where, {"step": "name", "person": person.ref}).status_code == 422
    assert host.post(where, {"step": "name", "person": person.ref}).status_code == 302
    assert person.name in member.get(where).content.decode()
    author = queries.actor_of_person(Person.objects.get(email=world.people["cert-th"]), now=NOW)
    operations.name_person(circle.id, author.person, by=actor("cert-th"), now=NOW)
    terms = Terms(tlp=Tlp.RED, circles=frozenset({circle.id}))
    author = queries.actor_of_person(Person.objects.get(email=world.people["cert-th"]), now=NOW)
    (made,) = exchange.share(author, bundle(indicator("red-there", now=NOW)), terms, now=NOW, keep=1).accepted
    read = {
        who: browse(who).get(f"/exchange/records/{made.ref}").status_code for who in ("cert-vn", "cert-th", "th-named")
    }
    assert read == {"cert-vn": 200, "cert-th": 200, "th-named": 404}
    assert host.post(where, {"step": "unname", "person": person.ref}).status_code == 302
    assert member.get(f"/exchange/records/{made.ref}").status_code == 404


def test_organisations_are_found_by_a_part_of_their_name_as_far_as_one_may_know_them(world, browse):
    member, outsider = browse("cert-th"), browse("press")
    assert member.get("/organisations/cert-vn").status_code == 200
    assert "National CSIRT (VN)" in member.get("/organisations?q=csirt").content.decode()
    hidden, nowhere = outsider.get("/organisations/cert-vn"), outsider.get("/organisations/nowhere")
    assert hidden.status_code == nowhere.status_code == 404
    assert "National CSIRT (VN)" in member.get("/exchange/lookup?q=cert-vn").content.decode()
    assert "National CSIRT (VN)" not in outsider.get("/exchange/lookup?q=cert-vn").content.decode()
