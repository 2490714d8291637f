"""Organisations, people and credentials: what may be written, by whom, and that each writing leaves one act."""

from datetime import timedelta

import pytest
from small_community import NOW, PASSWORD

from mitra.community import operations, queries
from mitra.community.facts import NewCredential, NewOrganisation, NewPerson, Preferences
from mitra.community.last_used import LastUses, write_uses
from mitra.community.models import Credential, Organisation, Person
from mitra.core.errors import Conflict, InvalidInput, NotFound, NotPermitted, WrongState
from mitra.core.policy.facts import Standing
from mitra.ledger.models import Act, ActBody


def test_each_writing_leaves_one_act(world):
    def kinds_of(act):
        before = Act.objects.count()
        act()
        return list(ActBody.objects.order_by("act_id").values_list("kind", flat=True))[before:]

    centre, member = world.operator(), world.operator("cert-th")
    new = NewOrganisation("cert-vn", "Trung tâm Ứng cứu khẩn cấp", "csirt", "VN")
    assert kinds_of(lambda: operations.add_organisation(new, by=centre, now=NOW)) == ["community.organisation-added"]
    vn = queries.get_organisation("cert-vn").id
    assert kinds_of(lambda: operations.change_standing(vn, to=Standing.LISTED, by=centre, now=NOW)) == [
        "community.standing-changed"
    ]
    assert kinds_of(lambda: operations.set_sponsor(vn, sponsor=world.ids["cert-th"], by=centre, now=NOW)) == [
        "community.sponsor-set"
    ]
    financial = world.circles["financial"]
    la = {"organisation": world.ids["cert-la"], "by": centre, "now": NOW}
    assert kinds_of(lambda: operations.add_member(financial, **la)) == ["community.member-added"]
    assert kinds_of(lambda: operations.remove_member(financial, **la)) == ["community.member-removed"]
    bank = {"client": world.ids["bank-a"], "by": member, "now": NOW}
    assert kinds_of(lambda: operations.open_circle(financial, **bank)) == ["community.circle-opened"]
    assert kinds_of(lambda: operations.close_circle(financial, **bank)) == ["community.circle-closed"]
    assert kinds_of(lambda: world.add_person("cert-th", "a@cert-th.example", "administrator")) == [
        "community.person-added"
    ]
    person = world.add_person("cert-th", "k@cert-th.example").id
    assert kinds_of(lambda: operations.set_roles(person, roles=["legal"], by=member, now=NOW)) == [
        "community.roles-set"
    ]
    assert kinds_of(lambda: operations.renew_password(person, by=member, now=NOW)) == ["community.password-renewed"]
    assert kinds_of(lambda: operations.close_account(person, by=member, now=NOW)) == ["community.account-closed"]
    assert kinds_of(lambda: world.token("cert-th")) == ["community.credential-made"]
    key = Credential.objects.get().pk
    assert kinds_of(lambda: operations.revoke_credential(key, by=member, now=NOW)) == ["community.credential-revoked"]


def test_a_node_has_one_centre(world):
    with pytest.raises(Conflict):
        operations.found_centre(NewOrganisation("other", "Other", "international"), now=NOW)
    assert queries.get_centre().slug == "centre"


@pytest.mark.parametrize(
    ("new", "path"),
    [
        (NewOrganisation("Cert TH", "Name", "csirt"), "slug"),
        (NewOrganisation("cert-xx", "  ", "csirt"), "name"),
        (NewOrganisation("cert-xx", "Name", "company"), "kind"),
        (NewOrganisation("cert-xx", "Name", "csirt", "THA"), "country"),
        (NewOrganisation("cert-xx", "Name", "csirt", standing="suspended"), "standing"),
        (NewOrganisation("cert-xx", "Name", "csirt", stix_id="identity--1"), "stix_id"),
    ],
)
def test_a_body_that_cannot_be_is_refused_with_its_field(world, new, path):
    with pytest.raises(InvalidInput) as refusal:
        operations.add_organisation(new, by=world.operator(), now=NOW)
    assert refusal.value.path == path


def test_a_taken_slug_is_a_conflict_and_leaves_nothing(world):
    acts = Act.objects.count()
    with pytest.raises(Conflict):
        operations.add_organisation(NewOrganisation("cert-th", "Other", "csirt"), by=world.operator(), now=NOW)
    assert (Organisation.objects.filter(slug="cert-th").count(), Act.objects.count()) == (1, acts)


def test_the_ladder_is_kept(world):
    with pytest.raises(WrongState):
        operations.change_standing(world.ids["bank-a"], to=Standing.PROPOSED, by=world.operator(), now=NOW)
    with pytest.raises(WrongState):
        operations.change_standing(world.ids["centre"], to=Standing.SUSPENDED, by=world.operator(), now=NOW)


def test_a_sponsor_is_accredited(world):
    for sponsor, error in (("uni-mm", WrongState), ("bank-a", InvalidInput)):
        with pytest.raises(error):
            operations.set_sponsor(world.ids["bank-a"], sponsor=world.ids[sponsor], by=world.operator(), now=NOW)


def test_members_know_the_community_and_others_their_neighbours(world):
    def slugs(slug):
        return {facts.slug for facts in queries.list_organisations(world.operator(slug))}

    assert slugs("cert-kh") == set(world.ids)
    assert slugs("bank-a") == {"bank-a", "cert-th", "centre"}
    assert slugs("uni-mm") == {"uni-mm", "centre"}


def test_stix_ids_and_names_are_found_in_bulk(world):
    stix_id = queries.get_organisation("cert-th").stix_id
    assert queries.organisation_ids_by_stix_id([stix_id, "identity--x", *map(str, range(600))]) == {
        stix_id: world.ids["cert-th"]
    }
    assert queries.name_organisations([world.ids["bank-a"], 98765]) == {world.ids["bank-a"]: "ธนาคารตัวอย่าง"}


def test_the_stix_id_of_a_new_organisation_is_known_at_once(world):
    stix_id = "identity--3f0c1c9e-0c4e-4b71-9c39-2f0c7c0d1a52"
    assert queries.organisation_ids_by_stix_id([stix_id]) == {}
    new = NewOrganisation("cert-bn", "BruCERT", "csirt", "BN", stix_id=stix_id)
    added = operations.add_organisation(new, by=world.operator(), now=NOW)
    assert queries.organisation_ids_by_stix_id([stix_id]) == {stix_id: added.id}


def test_a_person_without_a_password_is_given_one(world):
    new = NewPerson(email="K@Cert-TH.example", name="กิตติ", roles=("analyst",))
    added = operations.add_person(new, by=world.operator("cert-th"), now=NOW)
    row = Person.objects.get()
    assert row.email == "k@cert-th.example"
    assert row.check_password(added.password)
    assert added.password not in repr(added)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"roles": ("king",)}, "roles"),
        ({"roles": ("auditor",)}, "roles"),
        ({"time_zone": "Asia/Nowhere"}, "time_zone"),
        ({"realm": 9}, "realm"),
    ],
)
def test_a_person_that_cannot_be_is_refused_with_its_field(world, change, path):
    facts = {"email": "k@cert-th.example", "name": "ກຸງ", "roles": ("analyst",), "password": PASSWORD} | change
    with pytest.raises(InvalidInput) as refusal:
        operations.add_person(NewPerson(**facts), by=world.operator("cert-th"), now=NOW)
    assert refusal.value.path == path
    assert not Person.objects.exists()


def test_a_taken_address_is_a_conflict(world):
    world.add_person("cert-kh", "k@cert.example", "analyst")
    with pytest.raises(Conflict):
        world.add_person("cert-th", "K@cert.example", "analyst")


def test_an_organisation_keeps_an_administrator(world):
    admin = world.add_person("cert-th", "a@cert-th.example", "administrator").id
    by = world.operator("cert-th")
    with pytest.raises(Conflict):
        operations.set_roles(admin, roles=["analyst"], by=by, now=NOW)
    with pytest.raises(Conflict):
        operations.close_account(admin, by=by, now=NOW)
    world.add_person("cert-th", "b@cert-th.example", "administrator")
    assert operations.set_roles(admin, roles=["analyst"], by=by, now=NOW).roles == ("analyst",)


def test_another_organisations_people_and_credentials_are_not_there(world):
    person = world.add_person("cert-kh", "s@cert-kh.example", "analyst")
    issued = world.token("cert-kh")
    by = world.operator("cert-th")
    for act in (
        lambda: operations.set_roles(person.id, roles=[], by=by, now=NOW),
        lambda: operations.close_account(person.id, by=by, now=NOW),
        lambda: operations.renew_password(person.id, by=by, now=NOW),
        lambda: operations.revoke_credential(issued.credential.id, by=by, now=NOW),
        lambda: queries.get_person(person.ref, by),
        lambda: queries.get_credential(issued.credential.ref, by),
    ):
        with pytest.raises(NotFound):
            act()
    assert (queries.list_people(by), queries.list_credentials(by)) == ((), ())


def test_an_analyst_does_not_manage(world):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    actor = world.actor("k@cert-th.example")
    with pytest.raises(NotPermitted):
        operations.make_credential(NewCredential("x", ("exchange:read",)), by=actor, now=NOW)
    with pytest.raises(NotPermitted):
        operations.add_person(NewPerson("b@cert-th.example", "B", ()), by=actor, now=NOW)


def test_a_suspended_organisation_only_takes_away(world):
    issued = world.token("cert-th")
    operations.change_standing(world.ids["cert-th"], to=Standing.SUSPENDED, by=world.operator(), now=NOW)
    by = world.operator("cert-th")
    for act in (
        lambda: operations.make_credential(NewCredential("x", ("exchange:read",)), by=by, now=NOW),
        lambda: operations.add_person(NewPerson("b@cert-th.example", "B", ()), by=by, now=NOW),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert operations.revoke_credential(issued.credential.id, by=by, now=NOW).revoked_at == NOW


def test_a_credential_ends_within_two_years(world):
    for ends in (NOW, NOW - timedelta(days=1), NOW + timedelta(days=800)):
        with pytest.raises(InvalidInput):
            world.token("cert-th", expires_at=ends)
    assert world.token("cert-th").credential.expires_at == NOW + timedelta(days=365)
    assert world.token("cert-th", expires_at=NOW + timedelta(days=731)).credential.expires_at > NOW


def test_a_credential_is_revoked_once(world):
    key = world.token("cert-th").credential.id
    operations.revoke_credential(key, by=world.operator("cert-th"), now=NOW)
    with pytest.raises(WrongState):
        operations.revoke_credential(key, by=world.operator("cert-th"), now=NOW)


def test_machines_learn_nothing_of_persons(world):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    machine = queries.actor_of_token(world.token("cert-th").token, now=NOW)
    with pytest.raises(NotPermitted):
        queries.list_people(machine)


def test_preferences_are_kept_and_leave_no_act(world):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    acts = Act.objects.count()
    wanted = Preferences(density="compact", theme="dark", language="en", time_zone="Asia/Vientiane")
    operations.keep_preferences(person.id, wanted)
    assert queries.preferences_of(world.person("k@cert-th.example")) == wanted
    assert Act.objects.count() == acts
    with pytest.raises(InvalidInput):
        operations.keep_preferences(person.id, Preferences(theme="pink"))


def test_uses_are_written_each_half_minute_and_never_go_back(world):
    key = world.token("cert-th").credential.id
    uses = LastUses()
    uses.note(key, now=NOW)
    assert uses.take_due(at=1000.0) == {key: NOW}
    uses.note(key, now=NOW + timedelta(seconds=5))
    assert uses.take_due(at=1029.0) == {}
    uses.note(key, now=NOW + timedelta(seconds=9))
    due = uses.take_due(at=1030.0)
    assert due == {key: NOW + timedelta(seconds=9)}
    assert uses.take_due(at=1100.0) == {}
    write_uses(due)
    write_uses({key: NOW})
    assert Credential.objects.get().last_used_at == NOW + timedelta(seconds=9)
