"""Who asks becomes an actor and a viewer: equality with what is expected, and few queries."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from small_community import NOW

from mitra.community import operations, queries
from mitra.community.facts import COMMUNITY_MANAGE, EXCHANGE_READ, EXCHANGE_SHARE, SCOPES, NewCircle
from mitra.community.models import Circle, Credential, Membership, Organisation
from mitra.core.errors import NotFound, NotPermitted, NotSignedIn
from mitra.core.policy.facts import PUBLIC, Sponsor, Standing, Viewer

BOARD, CASES = ("board:read", "board:write"), ("cases:read", "cases:write")


def test_an_analyst_sees_with_its_organisation_and_its_role(world):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    by_role = operations.make_circle(NewCircle("lawyers", "Lawyers"), by=world.operator(), now=NOW).id
    both = operations.make_circle(NewCircle("night", "Night"), by=world.operator(), now=NOW).id
    member = {"organisation": world.ids["cert-th"], "by": world.operator(), "now": NOW}
    operations.add_member(by_role, role="legal", **member)
    operations.add_member(both, role="analyst", **member)
    actor = world.actor("k@cert-th.example")
    assert actor.viewer == Viewer(
        organisation=world.ids["cert-th"],
        standing=Standing.ACCREDITED,
        in_community=True,
        standing_circles=frozenset({world.circles["financial"], world.circles["telecom"], both}),
        person=person.id,
        person_circles=frozenset({both}),
        rooms=frozenset({"exchange", "community", "board", "cases"}),
    )
    assert actor.scopes == {EXCHANGE_READ, EXCHANGE_SHARE, *BOARD, *CASES}
    assert (actor.organisation_slug, actor.person_name, actor.roles) == ("cert-th", "กิตติ สุวรรณ", ("analyst",))


def test_a_client_sees_with_its_sponsor(world):
    world.add_person("bank-a", "b@bank-a.example", "analyst")
    operations.open_circle(
        world.circles["financial"], client=world.ids["bank-a"], by=world.operator("cert-th"), now=NOW
    )
    assert world.actor("b@bank-a.example").viewer.sponsor == Sponsor(
        organisation=world.ids["cert-th"],
        standing=Standing.ACCREDITED,
        in_community=True,
        circles=frozenset({world.circles["financial"], world.circles["telecom"]}),
        opened=frozenset({world.circles["financial"]}),
    )


def test_a_credential_is_never_in_a_circle_of_persons_or_roles(world):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    night = operations.make_circle(NewCircle("night", "Night"), by=world.operator(), now=NOW).id
    operations.add_member(night, organisation=world.ids["cert-th"], role="analyst", by=world.operator(), now=NOW)
    operations.circle_of_persons({person.id}, by=world.actor("k@cert-th.example"), now=NOW)
    actor = queries.actor_of_token(world.token("cert-th").token, now=NOW)
    assert actor.viewer == Viewer(
        organisation=world.ids["cert-th"],
        standing=Standing.ACCREDITED,
        in_community=True,
        standing_circles=frozenset({world.circles["financial"], world.circles["telecom"]}),
        rooms=frozenset({"exchange"}),
        is_machine=True,
    )
    assert actor.scopes == {EXCHANGE_READ}


@pytest.mark.parametrize(("slug", "is_in"), [("cert-th", True), ("daily", False), ("uni-mm", False), ("bank-a", False)])
def test_the_community_is_who_green_reaches(world, slug, is_in):
    assert queries.actor_of_operator(slug).viewer.in_community is is_in
    assert (world.ids[slug] in queries.community_members()) is is_in


def test_the_operator_has_every_scope_and_no_person(world):
    actor = queries.actor_of_operator(Organisation.objects.get(slug="cert-th").stix_id)
    assert actor.scopes == frozenset(SCOPES)
    assert actor.viewer.rooms == {"exchange", "community", "board", "cases"}
    assert (actor.person, actor.credential, actor.viewer.is_machine, actor.is_operator) == (None, None, False, True)


def test_an_unknown_organisation_is_not_found(world):
    with pytest.raises(NotFound):
        queries.actor_of_operator("cert-xx")


def test_another_realm_has_its_own_circles(world):
    realm = operations.new_realm("ACID drill", by=world.operator(), now=NOW)
    new = NewCircle("drill", "Drill", realm=realm, members=(world.ids["cert-th"],))
    drill = operations.make_circle(new, by=world.operator(), now=NOW).id
    viewer = queries.actor_of_token(world.token("cert-th", realm=realm).token, now=NOW).viewer
    assert (viewer.realm, viewer.standing_circles) == (realm, frozenset({drill}))
    assert drill not in queries.actor_of_operator("cert-th").viewer.standing_circles


def test_a_suspended_organisation_signs_in_and_shares_nothing(world):
    world.add_person("cert-th", "k@cert-th.example", "analyst", "administrator")
    token = world.token("cert-th", EXCHANGE_READ, EXCHANGE_SHARE).token
    operations.change_standing(world.ids["cert-th"], to=Standing.SUSPENDED, by=world.operator(), now=NOW)
    assert world.actor("k@cert-th.example").scopes == {EXCHANGE_READ, COMMUNITY_MANAGE, BOARD[0], CASES[0]}
    actor = queries.actor_of_token(token, now=NOW)
    assert actor.scopes == {EXCHANGE_READ}
    assert actor.viewer.in_community is False
    for asking in (actor, queries.actor_of_operator("cert-th")):
        with pytest.raises(NotPermitted):
            asking.require(EXCHANGE_SHARE)


def test_who_left_neither_signs_in_nor_connects(world):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    token = world.token("cert-th").token
    operations.change_standing(world.ids["cert-th"], to=Standing.LEFT, by=world.operator(), now=NOW)
    for ask in (lambda: world.actor("k@cert-th.example"), lambda: queries.actor_of_token(token, now=NOW)):
        with pytest.raises(NotSignedIn):
            ask()


def refusal_of(token, *, now=NOW, named=""):
    with pytest.raises(NotSignedIn) as refusal:
        queries.actor_of_token(token, now=now, named=named)
    return str(refusal.value)


def test_tokens_that_do_not_hold_answer_alike_and_cost_one_query(world, django_assert_num_queries):
    expired = world.token("cert-th", expires_at=NOW + timedelta(days=1)).token
    revoked = world.token("cert-th")
    operations.revoke_credential(revoked.credential.id, by=world.operator("cert-th"), now=NOW)
    good = world.token("cert-th").token
    answers = set()
    for token, now, named in (
        ("mitra_" + "x" * 43, NOW, ""),
        ("", NOW, ""),
        (expired, NOW + timedelta(days=1), ""),
        (revoked.token, NOW, ""),
        (good, NOW, "cert-kh"),
    ):
        with django_assert_num_queries(1):
            answers.add(refusal_of(token, now=now, named=named))
    assert len(answers) == 1
    assert queries.actor_of_token(good, now=NOW, named="cert-th").credential is not None


def test_a_token_is_kept_as_its_digest_only(world):
    issued = world.token("cert-th")
    row = Credential.objects.get()
    assert issued.token.startswith("mitra_")
    assert len(issued.token) == 49
    assert row.digest == hashlib.sha256(issued.token.encode()).hexdigest()
    assert row.prefix == issued.token[:10]
    assert issued.token not in repr(issued)
    assert all(issued.token not in str(value) for value in vars(row).values())


def test_a_viewer_takes_four_queries_at_most(world, django_assert_max_num_queries):
    world.add_person("bank-a", "b@bank-a.example", "analyst", "legal")
    for circle in Circle.objects.all():
        Membership.objects.get_or_create(
            circle=circle, organisation_id=world.ids["bank-a"], role="legal", defaults={"since": NOW}
        )
    person, token = world.person("b@bank-a.example"), world.token("bank-a").token
    with django_assert_max_num_queries(4):
        queries.actor_of_person(person, now=NOW)
    with django_assert_max_num_queries(4):
        queries.actor_of_token(token, now=NOW)


def test_the_public_is_nobody():
    assert queries.PUBLIC == PUBLIC == replace(Viewer())
