"""Recall of what few may see: named persons, circles that show no names, clients, exercises; none hears too much."""

import pytest
from django.test import Client
from page_words import text
from recall_world import THING, WHY, browser, now, outcome, page, recalled, told, work
from sharing_world import actor, person, share

import world
from exchange_node import make_node
from mitra.community import operations as community_operations
from mitra.community import queries as community
from mitra.community.facts import NewCircle
from mitra.community.models import Membership, Person
from mitra.core.errors import NotFound
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.exchange.models import Notice
from mitra.store.doors import store


@pytest.fixture
def node(db):
    return make_node()


# ── Named persons


@pytest.fixture
def region(db):
    return world.build()


def as_person(region, viewer):
    return community.actor_of_person(Person.objects.get(email=region.people[viewer]), now=now())


def window(region, viewer):
    client = Client()
    client.force_login(Person.objects.get(email=region.people[viewer]))
    return client


def part(page_text, start, end):
    """What stands between two marks of a page."""
    return page_text[page_text.index(start) :].partition(end)[0]


def test_a_recall_of_red_is_told_to_who_opened_it_by_label_room_and_hour(region):
    secret = region.secrets["red"]
    reader, author = window(region, "th-named"), as_person(region, "cert-sg")
    reader.post(f"/exchange/records/{secret.ref}")
    made = operations.recall(author, secret.ref, WHY, now=now())
    work()
    assert told() == [("National CSIRT (TH)", "គណនី th-named")]
    notices, front = text(reader.get("/exchange/notices")), text(reader.get("/"))
    for seen in (part(notices, "<table", "</table>"), part(front, '<ol class="needs">', "</ol>")):
        assert "For named persons, you among them" in seen
        hidden = (secret.word, secret.value, secret.stix_id, WHY, "CSIRT (SG)", "Indicator", "indicator")
        assert [word for word in hidden if word in seen] == []
    assert "Sharing room: it was recalled" in notices
    for colleague in ("cert-th", "th-admin", "th-without-room", "th-in-drill"):
        client = window(region, colleague)
        assert "For named persons" not in text(client.get("/exchange/notices")) + text(client.get("/"))
        assert client.post(f"/exchange/notices/{Notice.objects.get().pk}/done").status_code in {403, 404}
    assert outcome(author, made) == [("គណនី th-named, National CSIRT (TH)", "told")]
    with pytest.raises(NotFound):
        queries.get_recall(world.operator("cert-sg"), made, now=now())
    assert queries.list_recalls(world.operator("cert-sg")) == ()


def test_red_that_was_listed_and_never_opened_is_told_to_nobody(region):
    secret = region.secrets["red"]
    window(region, "th-named").get("/exchange/records")
    operations.recall(as_person(region, "cert-sg"), secret.ref, WHY, now=now())
    work()
    assert told() == []


def make_desk(*persons, whole):
    """Make a circle of persons, with some organisations as a whole beside them."""
    new = NewCircle("desk", "ໂຕະ", kind="working", members=tuple(actor(slug).organisation for slug in whole))
    circle = community_operations.make_circle(new, by=actor("centre"), now=now()).id
    for one in persons:
        seat = {"organisation_id": one.organisation, "person_id": one.person}
        Membership.objects.create(circle_id=circle, since=now(), **seat)
    store().raise_rights()
    return frozenset({circle})


def test_what_was_tightened_to_named_persons_is_asked_back_of_them_only(node):
    reader = person("cert-vn", "linh")
    desk = make_desk(person("cert-th", "malee"), reader, whole=("cert-th", "cert-kh"))
    author = person("cert-th", "malee")
    ref = share(author, [THING], Terms(tlp=Tlp.AMBER, circles=desk)).accepted[0].ref
    browser("cert-kh").get("/exchange/records")
    sealed = operations.readdress(author, ref, Terms(tlp=Tlp.RED, circles=desk), now=now(), reason=WHY)
    work()
    assert told() == [("CamCERT", "")]
    assert "ThaiCERT put a record that you have at TLP:RED" in page("cert-kh", "/exchange/notices")
    browser("cert-vn", "linh").post(f"/exchange/records/{sealed}")
    found = queries.who_has(author, sealed, now=now())
    assert [line.name for line in found.named] == ["linh, VNCERT"]
    operations.recall(author, sealed, WHY, now=now())
    work()
    assert told() == [("CamCERT", ""), ("VNCERT", "linh")]


def test_what_went_to_persons_below_red_is_told_to_those_who_read_it(node):
    desk = make_desk(person("cert-vn", "linh"), whole=("cert-th",))
    ref = share("cert-th", [THING], Terms(tlp=Tlp.AMBER, circles=desk)).accepted[0].ref
    assert browser("cert-vn", "linh").get(f"/exchange/records/{ref}").status_code == 200
    assert browser("cert-vn").get(f"/exchange/records/{ref}").status_code == 404
    recalled("cert-th", ref)
    work()
    assert told() == [("VNCERT", "linh")]
    assert THING["id"] in page("cert-vn", "/exchange/notices", "linh")
    assert THING["id"] not in page("cert-vn", "/exchange/notices")


# ── Circles that show no names, clients, exercises


def test_holders_without_a_name_are_counted_with_what_came_of_it(region):
    secret = region.secrets["quiet"]
    window(region, "cert-vn").get(f"/exchange/records/{secret.ref}")
    made = operations.recall(as_person(region, "cert-my"), secret.ref, WHY, now=now())
    work()
    assert outcome(as_person(region, "cert-my"), made) == [("", "told")]
    seen = text(window(region, "cert-my").get(f"/exchange/recalls/{made}"))
    assert "CSIRT (VN)" not in seen
    assert "without a name for you" in seen


def test_a_client_is_told_and_counted_only(region):
    secret = region.secrets["amber"]
    window(region, "bank-a").get(f"/exchange/records/{secret.ref}")
    made = operations.recall(as_person(region, "cert-vn"), secret.ref, WHY, now=now())
    work()
    assert (told(), outcome(as_person(region, "cert-vn"), made)) == ([("Ngân hàng A", "")], [("", "told")])
    assert secret.stix_id in text(window(region, "bank-a").get("/exchange/notices"))


def test_an_exercise_and_the_real_world_do_not_hear_of_each_other(region):
    secret = region.secrets["drill"]
    realm = region.circles["drill-realm"]
    Person.objects.filter(email=region.people["cert-vn"]).update(realm=realm)
    store().raise_rights()
    in_drill = window(region, "cert-vn")
    assert secret.word in text(in_drill.get("/exchange/records"))
    made = operations.recall(world.operator("cert-th", realm=realm), secret.ref, WHY, now=now())
    work()
    assert told() == [("National CSIRT (VN)", "")]
    assert secret.stix_id in text(in_drill.get("/exchange/notices"))
    Person.objects.filter(email=region.people["cert-vn"]).update(realm=0)
    store().raise_rights()
    assert secret.stix_id not in text(window(region, "cert-vn").get("/exchange/notices"))
    assert queries.list_recalls(world.operator("cert-th")) == ()
    with pytest.raises(NotFound):
        queries.get_recall(world.operator("cert-th"), made, now=now())
