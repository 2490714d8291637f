"""What must not pass between realms, scopes, persons and earlier sharers, each by the way that somebody would try."""

from datetime import timedelta

import pytest
from django.test import Client
from sharing_world import NOW, actor, blocking, counts, malware, person, reads, relation, sdo, share

from exchange_node import indicator, make_node, nobody
from mitra.community import operations as community
from mitra.community import queries as who
from mitra.community.facts import EXCHANGE_SHARE, NewCircle, NewCredential
from mitra.community.models import Person
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Pap, Tlp
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.store.doors import store


@pytest.fixture
def node(db):
    return make_node()


def in_drill(slug):
    realm = community.new_realm("Drill", by=actor("centre"), now=NOW)
    return who.actor_of_operator(slug, realm=realm)


# ── Realms


def test_a_version_of_an_exercise_does_not_refuse_the_real_one(node):
    share(in_drill("cert-th"), [indicator(1, name="ฝึก")])
    assert counts(share("cert-th", [indicator(1, name="จริง")])) == {"accepted": 1}


def test_an_exercise_does_not_supersede_a_real_object_without_versions(node):
    address = {"type": "ipv4-addr", "spec_version": "2.1", "id": "ipv4-addr--efcd5e80-570d-4131-b213-62cb18eaa6a8"}
    share("cert-th", [{**address, "value": "198.51.100.3"}])
    share(in_drill("cert-th"), [{**address, "value": "198.51.100.3", "x_note": "ฝึก"}])
    assert address["id"] in reads("cert-kh")


# ── What somebody else had first


def test_a_record_does_not_tell_that_its_bytes_were_here_before_for_others(node):
    long_ago = NOW - timedelta(days=9)
    share("cert-vn", [indicator(1)], Terms(), now=long_ago)
    share("cert-th", [indicator(1)], now=NOW)
    (found,) = reads("cert-kh").values()
    record = queries.get_record(actor("cert-kh").viewer, found.ref, now=NOW + timedelta(minutes=1))
    assert record.accepted_at >= NOW


def test_the_order_of_ties_does_not_tell_which_bytes_were_here_before_for_others(node):
    target = malware(9)
    first, second = relation(1, indicator(1), target), relation(2, indicator(2), target)
    share("cert-vn", [second], Terms(), now=NOW - timedelta(days=9))
    share("cert-th", [target], now=NOW)
    share("cert-th", [first], now=NOW)
    share("cert-th", [second], now=NOW)
    door = store().visible_to(actor("cert-kh").viewer, now=NOW + timedelta(minutes=1))
    assert [tie.stix_id for tie in door.referring_to(target["id"])] == [second["id"], first["id"]]


# ── Scopes


def test_a_credential_that_only_shares_reads_on_no_page(node):
    share("cert-kh", [blocking(1, "bad-domain-1.com", name="canary")])
    actor_th = actor("cert-th")
    issued = community.make_credential(NewCredential("sensor", (EXCHANGE_SHARE,)), by=actor_th, now=NOW)
    machine = Client(headers={"Authorization": f"Bearer {issued.token}"})
    (found,) = reads("cert-th").values()
    for path in (
        "/",
        "/exchange/records",
        f"/exchange/records/{found.ref}",
        f"/exchange/records/{found.ref}/raw",
        "/exchange/lookup?q=bad-domain-1.com",
        "/exchange/export/stix",
    ):
        assert b"canary" not in b"".join(machine.get(path)), path


def test_a_credential_that_only_shares_is_held_to_what_its_organisation_reads(node):
    share("cert-kh", [indicator(1)])
    issued = community.make_credential(NewCredential("sensor", (EXCHANGE_SHARE,)), by=actor("cert-th"), now=NOW)
    sensor = who.actor_of_token(issued.token, now=NOW)
    assert counts(share(sensor, [indicator(1)], Terms(tlp=Tlp.CLEAR))) == {"refused": 1}
    assert counts(share(sensor, [indicator(2)])) == {"accepted": 1}


# ── Persons


def test_an_export_leaves_out_what_only_the_role_of_its_asker_reads(node):
    centre = actor("centre")
    members = (node.organisations["cert-kh"],)
    circle = community.make_circle(NewCircle("duty", "เวร", members=members), by=centre, now=NOW)
    community.add_member(circle.id, organisation=node.organisations["cert-th"], role="analyst", by=centre, now=NOW)
    sok = person("cert-th")
    to_duty = Terms(tlp=Tlp.AMBER, circles=frozenset({circle.id}))
    share("cert-kh", [indicator(1, name="canary-duty")], to_duty)
    to_financial = Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}))
    share("cert-kh", [indicator(2, name="for all of us")], to_financial)
    sok = who.actor_of_person(Person.objects.get(pk=sok.person), now=NOW)
    assert len(reads(sok)) == 2
    exported = b"".join(queries.export_stix(sok.viewer, hand=nobody, now=NOW + timedelta(minutes=1)))
    assert b"for all of us" in exported
    assert b"canary-duty" not in exported


def test_what_is_for_named_persons_refuses_and_replaces_nothing_of_a_colleague(node):
    sok, dara, far = person("cert-th"), person("cert-th", "dara"), person("cert-kh")
    named = Terms(tlp=Tlp.RED, persons=frozenset({sok.person, far.person}))
    address = sdo("ipv4-addr", 1, value="198.51.100.3")
    for left_out in ("name", "created", "modified"):
        address.pop(left_out)
    assert counts(share(sok, [indicator(1), address], named)) == {"accepted": 2}
    assert counts(share(dara, [indicator(1, name="อื่น"), {**address, "x_note": "อื่น"}])) == {"accepted": 2}
    to_others = Terms(tlp=Tlp.RED, persons=frozenset({dara.person}))
    assert counts(share(dara, [indicator(1, name="อีก")], to_others)) == {"accepted": 1}
    sok = who.actor_of_person(Person.objects.get(pk=sok.person), now=NOW)
    door = store().visible_to(sok.viewer, now=NOW + timedelta(minutes=1))
    assert {each.audience.tlp for each in door.variants(address["id"])} == {Tlp.RED, Tlp.GREEN}


# ── Originators


def test_who_tightens_what_it_shared_on_keeps_its_owners_condition(node):
    share("cert-kh", [indicator(1)], Terms(tlp=Tlp.GREEN, pap=Pap.AMBER, condition="ask us first"))
    (mine,) = share("cert-th", [indicator(1)]).accepted
    soon = NOW + timedelta(minutes=1)
    financial = frozenset({node.circles["financial"]})
    stricter = Terms(tlp=Tlp.AMBER_STRICT, circles=financial, condition="tell nobody")
    operations.tighten(actor("cert-th"), mine.ref, stricter, now=soon, reason="ข้อผิดพลาด")
    both = store().visible_to(actor("cert-th").viewer, now=soon).variants(mine.id)
    (left,) = [each for each in both if each.by == node.organisations["cert-th"]]
    assert (left.condition, left.pap) == ("ask us first\ntell nobody", Pap.AMBER)


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["tlp:amber"]},
        {
            "granular_markings": [
                {"marking_ref": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "selectors": ["name"]}
            ]
        },
    ],
)
def test_a_new_version_that_marks_itself_stricter_does_not_go_to_the_wider_audience(node, change):
    share("cert-th", [indicator(1)])
    (found,) = reads("cert-th").values()
    with pytest.raises(InvalidInput) as refused:
        operations.new_version(actor("cert-th"), found.ref, change, now=NOW + timedelta(minutes=1))
    assert refused.value.rule == "marked-stricter"


def test_what_says_a_level_itself_is_not_widened_beyond_it(node):
    financial = frozenset({node.circles["financial"]})
    share("cert-th", [indicator(1, labels=["tlp:amber"])], Terms(circles=financial))
    (found,) = reads("cert-th").values()
    with pytest.raises(InvalidInput) as refused:
        operations.readdress(actor("cert-th"), found.ref, Terms(tlp=Tlp.CLEAR), now=NOW + timedelta(minutes=1))
    assert refused.value.rule == "marked-stricter"


# ── Authors


def later(obj, **changes):
    return {**obj, "modified": "2026-02-01T00:00:00.000Z", **changes}


def test_nobody_takes_over_the_object_of_another_member_by_a_later_version_in_its_own_name(node):
    theirs = indicator(1, created_by_ref=actor("cert-kh").organisation_stix_id)
    share("cert-kh", [theirs])
    share("cert-th", [later(theirs, created_by_ref=actor("cert-th").organisation_stix_id, revoked=True)])
    page = queries.list_records(actor("cert-vn").viewer, now=NOW + timedelta(minutes=1))
    assert theirs["name"] in {line.title for line in page.items if not line.is_revoked}
    door = store().visible_to(actor("cert-vn").viewer, now=NOW + timedelta(minutes=1))
    assert door.variants(theirs["id"])[0].by == node.organisations["cert-kh"]


def test_nobody_describes_another_member_under_its_identity(node):
    stix_id = actor("cert-kh").organisation_stix_id
    me = actor("cert-th").organisation_stix_id
    somebody = "identity--00000000-0000-4000-8000-000000000077"
    for author in (me, somebody):
        theirs = sdo("identity", 1, id=stix_id, created_by_ref=author, identity_class="organization")
        assert counts(share("cert-th", [theirs])) == {"refused": 1}
    mine = sdo("identity", 1, id=me, created_by_ref=me, identity_class="organization")
    assert counts(share("cert-th", [mine])) == {"accepted": 1}


# ── Rooms


def test_a_thing_of_a_room_comes_by_no_door_of_the_exchange(node):
    thing = sdo("x-mitra-board-notice", 1, heading="ປ້າຍ", words="…")
    report = share("cert-th", [thing, indicator(1)])
    assert counts(report) == {"accepted": 1, "refused": 1}
    assert [(result.rule, result.path) for result in report.results] == [("thing-of-a-room", "/objects/0/type")]
