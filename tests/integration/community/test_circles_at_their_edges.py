"""Working circles at their edges: hosts that go, invitations that lapse, who decides, what a preview may say."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

import world as region
from mitra.community import operations, queries
from mitra.community.facts import NewCircle, NewOrganisation, NewPerson
from mitra.community.models import Circle, Organisation, Person
from mitra.core.errors import MitraError
from mitra.core.policy.facts import Standing, Tlp
from mitra.exchange import operations as exchange
from mitra.exchange.facts import Terms
from mitra.ledger.models import ActBody
from world import bundle, indicator

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)


@pytest.fixture
def world(empty_store):
    return region.build(NOW)


actor = queries.actor_of_operator


@pytest.fixture
def circle(world):
    return operations.open_working_circle("Phishing ສັບດາ 48", purpose="ธนาคาร", by=actor("cert-th"), now=NOW)


def join(world, circle, slug):
    operations.invite(circle.id, world.organisations[slug], by=actor("cert-th"), now=NOW)
    operations.accept(circle.id, by=actor(slug), now=NOW)


def share_to(circle, by, key, tlp=Tlp.AMBER, **more):
    terms = Terms(tlp=tlp, circles=frozenset({circle.id}), **more)
    (made,) = exchange.share(by, bundle(indicator(key, now=NOW)), terms, now=NOW, keep=1).accepted
    return made.ref


def test_an_invitation_is_answered_when_the_centre_puts_the_body_in(world, circle):
    body = world.organisations["cert-vn"]
    operations.invite(circle.id, body, by=actor("cert-th"), now=NOW)
    operations.add_member(circle.id, organisation=body, by=actor("centre"), now=NOW)
    with pytest.raises(MitraError):
        operations.accept(circle.id, by=actor("cert-vn"), now=NOW)


@pytest.mark.parametrize("why", ["a\u202eb", "x" * 501, "\x00"])
def test_why_one_asks_holds_nothing_that_deceives(world, circle, why):
    with pytest.raises(MitraError):
        operations.invite(circle.id, world.organisations["cert-vn"], why=why, by=actor("cert-th"), now=NOW)


def administrator(world, slug):
    new = NewPerson(f"adm@{slug}.example", "ຜູ້ດູແລ", ("administrator",))
    operations.add_person(new, by=actor(slug), now=NOW)
    return queries.actor_of_person(Person.objects.get(email=f"adm@{slug}.example"), now=NOW)


def test_an_administrator_opens_one(world):
    operations.open_working_circle("ຄະດີ", by=administrator(world, "cert-th"), now=NOW)


def test_an_administrator_answers_an_invitation(world, circle):
    operations.invite(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)
    operations.accept(circle.id, by=administrator(world, "cert-vn"), now=NOW)


def test_a_suspended_member_may_leave(world, circle):
    join(world, circle, "cert-vn")
    operations.change_standing(world.organisations["cert-vn"], to=Standing.SUSPENDED, by=actor("centre"), now=NOW)
    operations.leave(circle.id, by=actor("cert-vn"), now=NOW)


def test_a_circle_whose_host_left_the_community_is_the_centres(world, circle):
    join(world, circle, "cert-vn")
    operations.change_standing(world.organisations["cert-th"], to=Standing.LEFT, by=actor("centre"), now=NOW)
    row = Circle.objects.get(pk=circle.id)
    assert (row.host_id, row.closed_at) == (None, None)


def test_a_circle_whose_host_the_centre_removed_is_the_centres(world, circle):
    join(world, circle, "cert-vn")
    operations.remove_member(circle.id, organisation=world.organisations["cert-th"], by=actor("centre"), now=NOW)
    row = Circle.objects.get(pk=circle.id)
    assert (row.host_id, row.closed_at) == (None, None)


def test_the_last_member_that_leaves_the_community_closes_it(world, circle):
    operations.invite(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)
    operations.change_standing(world.organisations["cert-th"], to=Standing.LEFT, by=actor("centre"), now=NOW)
    with pytest.raises(MitraError):
        operations.accept(circle.id, by=actor("cert-vn"), now=NOW)


def test_the_host_is_not_named_to_members_of_a_confidential_circle(world):
    made = operations.open_working_circle("ลับ", is_confidential=True, by=actor("cert-th"), now=NOW)
    join(world, made, "cert-vn")
    name = Organisation.objects.get(slug="cert-th").name
    client = Client()
    client.force_login(Person.objects.get(email=world.people["cert-vn"]))
    page = client.get(f"/circles/{made.slug}").content.decode()
    assert name not in page


def test_a_preview_for_a_guest_counts_only_what_the_newcomer_does_not_read_yet(world, circle):
    share_to(circle, actor("cert-th"), "green", Tlp.GREEN)
    share_to(circle, actor("cert-th"), "clear", Tlp.CLEAR)
    assert queries.preview_circle(circle.id, actor("cert-th"), now=NOW).count == 1


def test_a_preview_leaves_out_what_is_under_embargo(world, circle):
    share_to(circle, actor("cert-th"), "later", embargo_until=NOW + timedelta(days=2))
    assert queries.preview_circle(circle.id, actor("cert-th"), now=NOW).count == 0


def test_bodies_of_one_name_are_not_mistaken_for_each_other(world):
    new = NewOrganisation("double", Organisation.objects.get(slug="cert-vn").name, "csirt", "VN", "", "accredited")
    operations.add_organisation(new, by=actor("centre"), now=NOW)
    pair = (world.organisations["cert-th"], world.organisations["cert-vn"])
    operations.make_circle(NewCircle("pair", "PairOfTwo", members=pair), by=actor("centre"), now=NOW)
    client = Client()
    client.force_login(Person.objects.get(email=world.people["cert-th"]))
    assert "PairOfTwo" in client.get("/organisations/cert-vn").content.decode()
    assert "PairOfTwo" not in client.get("/organisations/double").content.decode()


@pytest.mark.parametrize("step", ["leave", "remove", "hand-over", "invite", "take-back", "accept", "decline", "", "x"])
@pytest.mark.parametrize("who", ["cert-th", "cert-vn", "guest"])
def test_whatever_anybody_sends_is_answered_or_refused(world, circle, step, who):
    join(world, circle, "cert-vn")
    operations.invite(circle.id, world.organisations["guest"], by=actor("cert-th"), now=NOW)
    client = Client()
    client.force_login(Person.objects.get(email=world.people[who]))
    for organisation in ("cert-vn", "cert-th", "guest", "nobody", "\x00", ""):
        answer = client.post(f"/circles/{circle.slug}", {"step": step, "organisation": organisation, "why": ""})
        assert answer.status_code < 500


def test_acts_name_bodies_by_stix_id(world, circle):
    body = world.organisations["cert-vn"]
    operations.invite(circle.id, body, by=actor("cert-th"), now=NOW)
    operations.take_invitation_back(circle.id, body, by=actor("cert-th"), now=NOW)
    name = Organisation.objects.get(pk=body).stix_id
    newest = ActBody.objects.order_by("-act_id")[:2]
    assert [(one.kind, name in bytes(one.body).decode()) for one in newest] == [
        ("community.invitation-taken-back", True),
        ("community.invited", True),
    ]


def test_nobody_is_asked_into_a_circle_that_closed(world, circle):
    operations.leave(circle.id, by=actor("cert-th"), now=NOW)
    with pytest.raises(MitraError):
        operations.invite(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)


def test_the_centre_does_not_revive_a_closed_circle(world, circle):
    operations.leave(circle.id, by=actor("cert-th"), now=NOW)
    with pytest.raises(MitraError):
        operations.add_member(circle.id, organisation=world.organisations["cert-vn"], by=actor("centre"), now=NOW)


def test_a_player_invites_only_within_its_realm(world):
    player = actor("cert-th", realm=world.circles["drill-realm"])
    made = operations.open_working_circle("ຊ້ອມ", by=player, now=NOW)
    operations.invite(made.id, world.organisations["cert-vn"], by=player, now=NOW)
    assert made.slug not in {line.circle.slug for line in queries.list_invitations(actor("cert-vn"))}
    with pytest.raises(MitraError):
        operations.accept(made.id, by=actor("cert-vn"), now=NOW)


def test_invitations_end_with_the_body_that_left(world, circle):
    body = world.organisations["cert-vn"]
    operations.invite(circle.id, body, by=actor("cert-th"), now=NOW)
    operations.change_standing(body, to=Standing.LEFT, by=actor("centre"), now=NOW)
    operations.change_standing(body, to=Standing.PROPOSED, by=actor("centre"), now=NOW)
    with pytest.raises(MitraError):
        operations.accept(circle.id, by=actor("cert-vn"), now=NOW)


def test_a_host_that_is_not_accredited_any_more_asks_nobody(world, circle):
    operations.change_standing(world.organisations["cert-th"], to=Standing.SUSPENDED, by=actor("centre"), now=NOW)
    operations.change_standing(world.organisations["cert-th"], to=Standing.LISTED, by=actor("centre"), now=NOW)
    with pytest.raises(MitraError):
        operations.invite(circle.id, world.organisations["cert-vn"], by=actor("cert-th"), now=NOW)


def test_a_person_who_may_not_decide_is_offered_nothing_that_refuses(world, circle):
    client = Client()
    new = NewPerson("del@cert-th.example", "ຜູ້ແທນ", ("delegate",), password="brown-water-buffalo")
    operations.add_person(new, by=actor("cert-th"), now=NOW)
    client.force_login(Person.objects.get(email="del@cert-th.example"))
    page = client.get(f"/circles/{circle.slug}").content.decode()
    assert "Leave this circle" not in page
    assert "Ask them in" not in page


def test_a_refused_invitation_comes_back_as_it_was(world, circle):
    client = Client()
    client.force_login(Person.objects.get(email=world.people["cert-th"]))
    answer = client.post(f"/circles/{circle.slug}", {"step": "invite", "organisation": "nobody", "why": "ຂໍຊ່ວຍແດ່"})
    assert answer.status_code == 422
    assert "ຂໍຊ່ວຍແດ່" in answer.content.decode()


def test_a_preview_for_a_body_counts_what_it_gains_and_loses(world, circle):
    share_to(circle, actor("cert-th"), "green", Tlp.GREEN)
    share_to(circle, actor("cert-th"), "amber")
    for slug, gains in (("cert-vn", 1), ("press", 2), ("guest", 2)):
        body = world.organisations[slug]
        assert queries.preview_circle(circle.id, actor("cert-th"), now=NOW, organisation=body).count == gains
    join(world, circle, "cert-vn")
    body = world.organisations["cert-vn"]
    share_to(circle, actor("cert-vn"), "own")
    assert queries.preview_circle(circle.id, actor("cert-th"), now=NOW, organisation=body).count == 1


def test_a_person_is_named_once_and_taken_out_again(world, circle):
    join(world, circle, "cert-vn")
    person = Person.objects.get(email=world.people["cert-vn"])
    operations.name_person(circle.id, person.pk, by=actor("cert-th"), now=NOW)
    with pytest.raises(MitraError):
        operations.name_person(circle.id, person.pk, by=actor("cert-th"), now=NOW)
    assert circle.id in queries.actor_of_person(person, now=NOW).viewer.person_circles
    operations.unname_person(circle.id, person.pk, by=actor("cert-th"), now=NOW)
    assert circle.id not in queries.actor_of_person(person, now=NOW).viewer.person_circles
    with pytest.raises(MitraError):
        operations.unname_person(circle.id, person.pk, by=actor("cert-th"), now=NOW)
