"""Circles as their members know them, and who would read what, in words for one viewer."""

from datetime import timedelta

import pytest
from small_community import NOW

from mitra.community import operations, queries
from mitra.community.facts import NewCircle, Readers
from mitra.community.models import Circle, Membership, OpenedCircle
from mitra.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from mitra.core.policy.facts import Audience, Standing, Tlp
from mitra.core.policy.reshare import CircleFacts


def told(error):
    return type(error), str(error)


def test_one_lists_the_circles_that_one_is_in(world):
    circles = queries.list_circles(world.operator("cert-th"))
    assert [(circle.slug, circle.count, circle.members) for circle in circles] == [
        ("financial", 2, ("National CSIRT (KH)", "ThaiCERT")),
        ("telecom", 2, ()),
    ]
    assert [circle.slug for circle in queries.list_circles(world.operator())] == ["case-7", "financial", "telecom"]


def test_a_circle_that_is_not_there_answers_as_one_that_is_not_yours(world):
    actor = world.operator("cert-kh")
    assert queries.find_circle("financial", actor).id == world.circles["financial"]
    answers = set()
    for name in ("telecom", "no-such"):
        with pytest.raises(NotFound) as refusal:
            queries.find_circle(name, actor)
        answers.add(str(refusal.value).replace(name, "*"))
    assert len(answers) == 1
    assert queries.find_circle("telecom", world.operator()).members == ("LaoCERT", "ThaiCERT")


def test_names_of_circles_are_for_members_and_clients_to_whom_they_were_opened(world):
    every = list(world.circles.values())
    assert queries.name_circles(every, world.operator("cert-la").viewer) == {world.circles["telecom"]: "Telecom"}
    assert queries.name_circles(every, world.operator("bank-a").viewer) == {}
    operations.open_circle(
        world.circles["financial"], client=world.ids["bank-a"], by=world.operator("cert-th"), now=NOW
    )
    assert queries.name_circles(every, world.operator("bank-a").viewer) == {world.circles["financial"]: "Financial"}
    assert queries.name_circles(every, queries.PUBLIC) == {}


def test_a_standing_circle_takes_accredited_bodies_only(world):
    with pytest.raises(WrongState):
        operations.add_member(
            world.circles["financial"], organisation=world.ids["uni-mm"], by=world.operator(), now=NOW
        )
    operations.add_member(world.circles["case-7"], organisation=world.ids["bank-a"], by=world.operator(), now=NOW)
    assert Membership.objects.filter(circle=world.circles["case-7"]).count() == 3
    with pytest.raises(Conflict):
        operations.add_member(world.circles["case-7"], organisation=world.ids["bank-a"], by=world.operator(), now=NOW)


def test_only_the_centre_makes_circles_and_changes_standing(world):
    member = world.operator("cert-th")
    for act in (
        lambda: operations.make_circle(NewCircle("mine", "Mine"), by=member, now=NOW),
        lambda: operations.add_member(world.circles["telecom"], organisation=world.ids["cert-kh"], by=member, now=NOW),
        lambda: operations.change_standing(world.ids["bank-a"], to=Standing.ACCREDITED, by=member, now=NOW),
        lambda: operations.new_realm("drill", by=member, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()


def test_leaving_a_circle_closes_it_to_ones_clients(world):
    by = world.operator("cert-th")
    ours = frozenset({world.circles["financial"], world.circles["telecom"]})
    operations.set_opened_circles(ours, client=world.ids["bank-a"], by=by, now=NOW)
    assert OpenedCircle.objects.count() == 2
    operations.remove_member(world.circles["telecom"], organisation=world.ids["cert-th"], by=world.operator(), now=NOW)
    assert [row.circle_id for row in OpenedCircle.objects.all()] == [world.circles["financial"]]
    operations.set_opened_circles(frozenset(), client=world.ids["bank-a"], by=by, now=NOW)
    assert OpenedCircle.objects.count() == 0


def test_what_cannot_be_opened_answers_alike(world):
    by = world.operator("cert-th")
    answers = set()
    for circle, client in (("case-7", "bank-a"), ("financial", "uni-mm")):
        with pytest.raises(NotFound) as refusal:
            operations.open_circle(world.circles[circle], client=world.ids[client], by=by, now=NOW)
        answers.add(told(refusal.value))
    with pytest.raises(NotFound) as refusal:
        operations.open_circle(987, client=world.ids["bank-a"], by=by, now=NOW)
    assert answers == {told(refusal.value)}


def test_persons_chosen_for_a_share_are_one_circle_by_content(world):
    author = world.add_person("cert-th", "k@cert-th.example", "analyst")
    reader = world.add_person("cert-kh", "s@cert-kh.example", "duty-officer", name="សុខ សុភា")
    actor = world.actor("k@cert-th.example")
    first = operations.circle_of_persons({reader.id}, by=actor, now=NOW)
    again = operations.circle_of_persons({reader.id, author.id}, by=actor, now=NOW)
    from_the_other = operations.circle_of_persons({author.id}, by=world.actor("s@cert-kh.example"), now=NOW)
    assert first == again == from_the_other
    row = Circle.objects.get(pk=first)
    assert row.is_nameless
    assert set(row.memberships.values_list("person", flat=True)) == {author.id, reader.id}
    assert world.actor("s@cert-kh.example").viewer.person_circles == {first}
    assert first not in {circle.id for circle in queries.list_circles(actor)}


def test_persons_whom_one_may_not_name_answer_as_unknown_ones(world):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    hidden = world.add_person("uni-mm", "u@uni-mm.example", "analyst", name="အောင်")
    actor = world.actor("k@cert-th.example")
    answers = set()
    for persons in ({hidden.id}, {98765}):
        with pytest.raises(InvalidInput) as refusal:
            operations.circle_of_persons(persons, by=actor, now=NOW)
        answers.add(told(refusal.value))
    assert len(answers) == 1


def test_addressees_are_readers_of_the_community_and_of_open_circles(world):
    for slug, email, role in (
        ("cert-th", "k@cert-th.example", "analyst"),
        ("cert-th", "d@cert-th.example", "delegate"),
        ("cert-kh", "s@cert-kh.example", "legal"),
        ("uni-mm", "u@uni-mm.example", "analyst"),
        ("daily", "j@daily.example", "communicator"),
    ):
        world.add_person(slug, email, role, name=email)
    assert [person.name for person in queries.list_addressees(world.actor("k@cert-th.example"))] == [
        "s@cert-kh.example",
        "k@cert-th.example",
    ]
    near = queries.list_addressees(world.actor("u@uni-mm.example"))
    assert [person.name for person in near] == ["s@cert-kh.example", "u@uni-mm.example"]
    refs = {person.ref for person in near}
    assert queries.find_addressees(refs | {"nobody"}, world.actor("u@uni-mm.example")) == {p.id for p in near}


def readers_of(world, audience, *, by, told_to, now=NOW):
    viewer = world.operator(told_to).viewer
    return queries.describe_readers(audience, share_by=world.ids[by], viewer=viewer, now=now)


def test_readers_are_named_where_the_circle_allows(world):
    financial = Audience(Tlp.AMBER, frozenset({world.circles["financial"]}))
    operations.open_circle(
        world.circles["financial"], client=world.ids["bank-a"], by=world.operator("cert-th"), now=NOW
    )
    assert readers_of(world, financial, by="cert-th", told_to="cert-kh") == Readers(
        is_public=False, organisations=("National CSIRT (KH)", "ThaiCERT"), clients=1
    )


def test_a_confidential_circle_is_a_count(world):
    telecom = Audience(Tlp.AMBER_STRICT, frozenset({world.circles["telecom"]}))
    assert readers_of(world, telecom, by="cert-th", told_to="cert-th") == Readers(
        is_public=False, organisations=("ThaiCERT",), hidden_organisations=1
    )
    both = Audience(Tlp.AMBER_STRICT, frozenset(world.circles[slug] for slug in ("telecom", "financial")))
    found = readers_of(world, both, by="cert-th", told_to="cert-th")
    assert (found.organisations, found.hidden_organisations) == (("National CSIRT (KH)", "ThaiCERT"), 1)


def test_a_circle_that_one_is_not_in_is_a_count(world):
    green = Audience(Tlp.GREEN, frozenset({world.circles["case-7"]}))
    found = readers_of(world, green, by="cert-kh", told_to="cert-la")
    assert found.organisations == ("LaoCERT", "National CSIRT (KH)", "Regional Centre", "ThaiCERT")
    assert (found.hidden_organisations, found.clients) == (1, 1)
    outside = readers_of(world, green, by="cert-kh", told_to="uni-mm")
    assert outside.organisations == ("National CSIRT (KH)", "တက္ကသိုလ်")
    assert outside.hidden_organisations == 3


def test_clear_is_for_everybody(world):
    assert readers_of(world, Audience(Tlp.CLEAR), by="cert-th", told_to="cert-th") == Readers(is_public=True)


def test_an_embargo_keeps_readers_out_until_it_ends(world):
    later = NOW + timedelta(hours=1)
    audience = Audience(Tlp.GREEN, embargo_until=later)
    assert readers_of(world, audience, by="cert-th", told_to="cert-th").organisations == ("ThaiCERT",)
    assert readers_of(world, audience, by="cert-th", told_to="cert-th", now=later).organisation_count == 4


def test_red_is_told_as_persons(world):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    reader = world.add_person("cert-kh", "s@cert-kh.example", "analyst", name="សុខ សុភា")
    actor = world.actor("k@cert-th.example")
    circle = operations.circle_of_persons({reader.id}, by=actor, now=NOW)
    audience = Audience(Tlp.RED, frozenset({circle}))
    viewer = world.actor("k@cert-th.example").viewer
    found = queries.describe_readers(audience, share_by=actor.organisation, viewer=viewer, now=NOW)
    assert found.persons == ("กิตติ สุวรรณ, ThaiCERT", "សុខ សុភា, National CSIRT (KH)")
    assert (found.organisation_count, found.hidden_persons, found.clients) == (0, 0, 0)
    other = queries.describe_readers(
        audience, share_by=actor.organisation, viewer=world.operator("cert-la").viewer, now=NOW
    )
    assert (other.persons, other.hidden_persons) == ((), 2)


def test_resharing_asks_whole_circles(world):
    circles = queries.circles_for_resharing([*world.circles.values(), 98765])
    assert circles[world.circles["financial"]] == CircleFacts(
        is_standing=True, members=frozenset({world.ids["cert-th"], world.ids["cert-kh"]})
    )
    assert set(circles) == set(world.circles.values())


def test_who_leaves_leaves_its_circles(world):
    operations.change_standing(world.ids["cert-th"], to=Standing.LEFT, by=world.operator(), now=NOW)
    assert not Membership.objects.filter(organisation=world.ids["cert-th"]).exists()
    assert queries.get_organisation("bank-a").sponsor is None
