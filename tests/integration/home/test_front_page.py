"""The front page: to a member what needs it and what is new, to everybody else what is open to all."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from exchange_node import indicator, make_node
from mitra.community import operations, queries
from mitra.community.facts import NewCredential, NewPerson
from mitra.community.models import Person
from mitra.core.policy.facts import Tlp
from mitra.home.region import STATES, teams_of

pytestmark = pytest.mark.usefixtures("empty_store")

CANARY = "ប្រភពសម្ងាត់ canary"


@pytest.fixture
def node():
    return make_node()


def person(slug, *roles):
    new = NewPerson(f"officer@{slug}.example", "Sok Dara", roles, "a long enough password", "Asia/Phnom_Penh")
    operations.add_person(new, by=queries.actor_of_operator(slug), now=datetime.now(UTC))
    return Person.objects.get(email=new.email)


def seen_by(client, slug, *roles, path="/"):
    client.force_login(person(slug, *(roles or ("duty-officer",))))
    return client.get(path).content.decode()


def test_a_member_reads_what_was_shared_with_it_and_nothing_else(node, client):
    node.share("cert-kh", indicator(1, name="ព័ត៌មានហិរញ្ញវត្ថុ"), tlp=Tlp.AMBER, circle="financial")
    node.share("cert-kh", indicator(2, name="សម្រាប់សហគមន៍"), tlp=Tlp.GREEN)
    page = seen_by(client, "cert-vn")
    assert "សម្រាប់សហគមន៍" in page
    assert "ព័ត៌មានហិរញ្ញវត្ថុ" not in page
    assert page.index("TLP:GREEN") < page.index("សម្រាប់សហគមន៍")


def test_a_hidden_record_changes_nothing_but_the_size_of_the_log(node, client):
    client.force_login(person("cert-vn", "duty-officer"))
    pages = []
    for _ in range(2):
        shown = client.get("/?region=table").content.decode()
        pages.append(re.sub(r"\d+ entries|\d\d:\d\d", "", shown))
        client.cookies.pop("mitra-visits")
        node.share("cert-kh", indicator(1, name=CANARY), tlp=Tlp.AMBER, circle="financial")
    assert pages[0] == pages[1]


def test_red_shows_its_label_its_room_and_its_hour_only(node, client):
    officer = person("cert-vn", "duty-officer")
    named = operations.circle_of_persons([officer.pk], by=queries.actor_of_operator("cert-kh"), now=datetime.now(UTC))
    node.circles["named"] = named
    node.share("cert-kh", indicator(1, name=CANARY), tlp=Tlp.RED, circle="named")
    client.force_login(officer)
    page = client.get("/").content.decode()
    assert "TLP:RED" in page
    assert CANARY not in page
    assert "CamCERT" not in page
    assert "<title>Situation · Mitra</title>" in page


def test_nothing_needs_who_has_nothing_to_decide(node, client):
    assert "Nothing needs you now." in seen_by(client, "cert-th")


def test_a_credential_that_ends_needs_its_administrator_only(node, client):
    now = datetime.now(UTC)
    soon = NewCredential("SIEM ຫ້ອງປະຕິບັດການ", ("exchange:read",), expires_at=now + timedelta(days=3))
    operations.make_credential(soon, by=queries.actor_of_operator("cert-th"), now=now)
    assert "Nothing needs you now." in seen_by(client, "cert-th")
    Person.objects.all().update(email="other@cert-th.example")
    page = seen_by(client, "cert-th", "administrator")
    assert ("Nothing needs you now." in page, "Can wait for daylight" in page) == (True, True)
    tonight = NewCredential("SIEM ຄືນນີ້", ("exchange:read",), expires_at=now + timedelta(hours=3))
    operations.make_credential(tonight, by=queries.actor_of_operator("cert-th"), now=now)
    Person.objects.all().update(is_active=False, email=F("ref"))
    page = seen_by(client, "cert-th", "administrator")
    assert "One thing needs you." in page
    assert "“SIEM ຫ້ອງປະຕິບັດການ” will stop working" in page


def test_the_public_reads_what_is_clear(node, client):
    node.share("cert-kh", indicator(1, name="សម្រាប់មនុស្សគ្រប់គ្នា"), tlp=Tlp.CLEAR)
    node.share("cert-kh", indicator(2, name="សម្រាប់សហគមន៍"), tlp=Tlp.GREEN)
    page = client.get("/").content.decode()
    assert "សម្រាប់មនុស្សគ្រប់គ្នា" in page
    assert "សម្រាប់សហគមន៍" not in page
    assert "1 of 1" in page


def test_coming_again_says_since_when_it_is_new(node, client):
    client.force_login(person("cert-th", "duty-officer"))
    response = client.get("/")
    assert "New in the last day" in response.content.decode()
    hours_ago = int((datetime.now(UTC) - timedelta(hours=5)).timestamp())
    client.cookies["mitra-visits"] = f".{hours_ago}"
    page = client.get("/").content.decode()
    assert "You were last here at" in page
    assert "New since" in page


def test_a_page_of_a_person_is_kept_by_no_cache(node, client):
    assert client.get("/")["Cache-Control"] == "no-cache"
    client.force_login(person("cert-th", "duty-officer"))
    assert client.get("/")["Cache-Control"] == "private, no-store"


def test_the_region_is_eleven_states_each_once():
    assert len({state.code for state in STATES}) == 11


def test_a_states_team_stands_under_nobody(node):
    bodies = queries.list_organisations(queries.actor_of_operator("centre"))
    assert all(body.sponsor is None and not body.is_centre for body in teams_of(bodies).values())
