"""Who has this: what each door hands out is known to its sharer afterwards, and to nobody else."""

import errno
import json
import os
from datetime import UTC, datetime

import pytest
from django.test import Client
from sharing_world import NOW, actor, blocking, person, share

import world
from exchange_node import indicator, make_node
from mitra.community.models import Person
from mitra.core.errors import NotFound, NotPermitted
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.store.handed.facts import Channel
from mitra.store.handed.noting import folder_of_notes
from mitra.store.words.indexing import index_words

OBJECTS = "/taxii2/mitra/collections/all/objects/"
PORTAL, LOOKUP, TAXII, EXPORT = Channel.PORTAL, Channel.LOOKUP, Channel.TAXII, Channel.EXPORT


@pytest.fixture
def node(db):
    return make_node()


@pytest.fixture
def shared(node):
    """An indicator by cert-th to the whole community."""
    report = share("cert-th", [blocking(1, "secure-login.example.net", name="ລິ້ງ ປອມ")])
    index_words()
    return report.accepted[0].ref


def browser(slug, name="sok"):
    client = Client()
    client.force_login(Person.objects.get(pk=person(slug, name).person))
    return client


def has(ref, by="cert-th"):
    """Who has it, by name: the ways, and how often."""
    found = queries.who_has(actor(by), ref, now=datetime.now(UTC))
    assert found.count == len(found.named) + len(found.hidden)
    return {line.name: (line.ways, line.times) for line in found.named}


# ── Each door notes what it hands out, before the answer leaves


def test_nobody_has_what_nobody_asked_for(node, shared):
    assert has(shared) == {}


def test_a_page_of_taxii_objects_is_handed_out_and_a_manifest_is_not(node, shared, client):
    client.get("/taxii2/mitra/collections/all/manifest/", headers=node.headers("cert-kh"))
    client.get(f"{OBJECTS}{blocking(1, 'x')['id']}/versions/", headers=node.headers("cert-kh"))
    assert has(shared) == {}
    client.get(OBJECTS, headers=node.headers("cert-kh"))
    client.get(f"{OBJECTS}{blocking(1, 'x')['id']}/", headers=node.headers("cert-kh"))
    assert has(shared) == {"CamCERT": ((TAXII,), 2)}


def test_a_page_that_holds_nothing_notes_nothing(node, client):
    client.get(OBJECTS, headers=node.headers("cert-kh"))
    assert list(folder_of_notes().iterdir()) == []


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/exchange/records", PORTAL),
        ("/", PORTAL),
        ("/exchange/records/{ref}", PORTAL),
        ("/exchange/records/{ref}/raw", PORTAL),
        ("/exchange/lookup?q=secure-login.example.net", LOOKUP),
        ("/exchange/lookup?q=ລິ້ງ", LOOKUP),
        ("/exchange/export/stix", EXPORT),
        ("/exchange/export/csv", EXPORT),
    ],
)
def test_each_page_and_file_is_noted_under_its_way(node, shared, path, way):
    response = browser("cert-kh").get(path.format(ref=shared))
    assert b"".join(response) != b""
    assert has(shared) == {"CamCERT": ((way,), 1)}


def test_what_a_page_names_beside_its_record_is_handed_out_too(node, shared):
    second = share("cert-vn", [blocking(1, "secure-login.example.net", name="ລິ້ງ ປອມ")]).accepted[0].ref
    browser("cert-kh").get(f"/exchange/records/{second}")
    assert has(shared) == {"CamCERT": ((PORTAL,), 1)}
    assert has(second, by="cert-vn") == {"CamCERT": ((PORTAL,), 1)}


@pytest.mark.parametrize("how", ["table", "csv"])
def test_a_list_of_look_ups_notes_what_was_found_and_no_more(node, shared, how):
    other = share("cert-th", [blocking(2, "other.example.net")]).accepted[0].ref
    fields = {"values": "secure-login[.]example.net\n192.0.2.7", "as": how}
    assert b"".join(browser("cert-kh").post("/exchange/lookups", fields)) != b""
    assert (has(shared), has(other)) == ({"CamCERT": ((LOOKUP,), 1)}, {})


def test_a_machine_that_looks_up_is_noted(node, shared, client):
    body = json.dumps({"values": ["secure-login.example.net"]})
    client.post("/api/v1/lookup", body, "application/json", headers=node.headers("cert-kh"))
    assert has(shared) == {"CamCERT": ((LOOKUP,), 1)}


def test_values_of_a_report_that_are_known_are_looked_up(node, shared):
    fields = {"text": "ພົບ secure-login[.]example[.]net ຄືນນີ້", "step": "understand", "tlp": "GREEN", "when": "now"}
    browser("cert-kh").post("/exchange/share", fields)
    assert has(shared) == {"CamCERT": ((LOOKUP,), 1)}


def test_the_sharer_and_the_public_are_not_counted(node):
    ref = share("cert-th", [indicator(3)], Terms(tlp=Tlp.CLEAR)).accepted[0].ref
    browser("cert-th").get(f"/exchange/records/{ref}")
    Client().get(f"/exchange/records/{ref}")
    Client().get("/exchange/records")
    assert has(ref) == {}
    browser("newcomer").get("/exchange/records")
    assert has(ref) == {"Newcomer": ((PORTAL,), 1)}


def test_ways_come_together_in_one_line(node, shared, client):
    client.get(OBJECTS, headers=node.headers("cert-kh"))
    browser("cert-kh").get("/exchange/records")
    browser("cert-kh", "phally").get("/exchange/records")
    browser("cert-vn").get("/exchange/records")
    assert has(shared) == {"CamCERT": ((PORTAL, TAXII), 3), "VNCERT": ((PORTAL,), 1)}


# ── What cannot be noted is not handed out


class FullDisk:
    """A disk on which nothing more can be written."""

    def append(self, _line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    "path",
    [
        "/exchange/records",
        "/exchange/records/{ref}",
        "/exchange/records/{ref}/raw",
        "/exchange/lookup?q=secure-login.example.net",
        "/exchange/export/stix",
        "/exchange/export/csv",
    ],
)
def test_a_full_disk_hands_out_nothing_and_says_so(node, shared, path, monkeypatch):
    client = browser("cert-kh")
    monkeypatch.setattr("mitra.store.handed.noting.notes", FullDisk())
    response = client.get(path.format(ref=shared))
    assert (response.status_code, response.headers["Retry-After"] != "") == (503, True)
    assert "ປອມ" not in response.content.decode()


def test_a_full_disk_hands_out_nothing_to_machines(node, shared, client, monkeypatch):
    with monkeypatch.context() as full:
        full.setattr("mitra.store.handed.noting.notes", FullDisk())
        taxii = client.get(OBJECTS, headers=node.headers("cert-kh"))
        asked = client.get("/api/v1/lookup?value=secure-login.example.net", headers=node.headers("cert-kh"))
    assert (taxii.status_code, asked.status_code) == (503, 503)
    assert client.get(OBJECTS, headers=node.headers("cert-kh")).status_code == 200


def test_an_export_notes_each_window_before_it_leaves(node, monkeypatch):
    monkeypatch.setattr("mitra.exchange.queries.export.WINDOW", 2)
    share("cert-th", [indicator(number) for number in range(1, 6)])
    noted = []
    chunks = queries.export_stix(
        actor("cert-kh").viewer, hand=lambda seqs: noted.append(len(list(seqs))), now=NOW.max.replace(tzinfo=UTC)
    )
    seen = [(len(noted), chunk.count(b'"indicator--')) for chunk in chunks]
    assert noted == [2, 2, 1]
    assert [count for count, held in seen if held] == [1, 2, 3]


# ── Whom it is told


def test_only_the_sharer_asks_who_has_it(node, shared):
    for slug in ("cert-kh", "cert-vn", "newcomer"):
        with pytest.raises(NotFound):
            queries.who_has(actor(slug), shared, now=datetime.now(UTC))
    client = browser("cert-kh")
    nowhere = client.get("/exchange/records/nowhere/holders")
    assert (nowhere.status_code, client.get(f"/exchange/records/{shared}/holders").content) == (404, nowhere.content)


def test_whoever_may_not_share_does_not_ask(node, shared):
    reader = community_reader(node)
    with pytest.raises(NotPermitted):
        queries.who_has(reader, shared, now=datetime.now(UTC))


def community_reader(node):
    from mitra.community import queries as community

    return community.actor_of_token(node.tokens["reader"], now=datetime.now(UTC))


@pytest.fixture
def region(db):
    return world.build()


def get_as(region, viewer, path):
    client = Client()
    client.force_login(Person.objects.get(email=region.people[viewer]))
    return client.get(path)


def test_the_members_of_a_confidential_circle_are_counted_only(region):
    secret = region.secrets["quiet"]
    get_as(region, "cert-vn", f"/exchange/records/{secret.ref}")
    found = queries.who_has(world.operator("cert-my"), secret.ref, now=datetime.now(UTC))
    assert (found.named, [line.name for line in found.hidden], found.count) == ((), [""], 1)
    page = get_as(region, "cert-my", f"/exchange/records/{secret.ref}/holders").content.decode()
    assert "1 organisation has it." in page
    assert "CSIRT (VN)" not in page


def test_a_client_is_counted_only(region):
    secret = region.secrets["amber"]
    for viewer in ("bank-a", "cert-sg"):
        get_as(region, viewer, f"/exchange/records/{secret.ref}")
    found = queries.who_has(world.operator("cert-vn"), secret.ref, now=datetime.now(UTC))
    assert ([line.name for line in found.named], found.count) == (["National CSIRT (SG)"], 2)


def test_who_opened_red_is_told_to_those_whom_it_names(region):
    secret = region.secrets["red"]
    path = f"/exchange/records/{secret.ref}"
    get_as(region, "th-named", "/exchange/records")
    get_as(region, "th-named", path)
    author = as_person(region, "cert-sg")
    assert queries.who_has(author, secret.ref, now=datetime.now(UTC)).count == 0
    opening = Client()
    opening.force_login(Person.objects.get(email=region.people["th-named"]))
    opening.post(path)
    found = queries.who_has(author, secret.ref, now=datetime.now(UTC))
    assert [(line.name, line.ways) for line in found.named] == [("គណនី th-named, National CSIRT (TH)", (PORTAL,))]
    with pytest.raises(NotFound):
        queries.who_has(world.operator("cert-sg"), secret.ref, now=datetime.now(UTC))


def as_person(region, viewer):
    from mitra.community import queries as community

    return community.actor_of_person(Person.objects.get(email=region.people[viewer]), now=datetime.now(UTC))


def test_who_held_it_before_it_was_tightened_still_has_it(node, shared):
    browser("cert-vn").get("/exchange/records")
    financial = Terms(tlp=Tlp.AMBER, circles=frozenset({node.circles["financial"]}))
    ref = operations.readdress(actor("cert-th"), shared, financial, now=datetime.now(UTC))
    assert has(ref) == {"VNCERT": ((PORTAL,), 1)}


# ── The page


def test_the_page_says_who_by_which_way_and_leads_on(node, shared, client):
    client.get(OBJECTS, headers=node.headers("cert-kh"))
    browser("cert-vn").get("/exchange/records")
    page = browser("cert-th").get(f"/exchange/records/{shared}/holders").content.decode()
    assert "2 organisations have it." in page
    assert page.index("VNCERT") < page.index("CamCERT")  # the latest first
    assert "by TAXII" in page
    assert f"/exchange/records/{shared}/recall" in page
    record = browser("cert-th").get(f"/exchange/records/{shared}").content.decode()
    assert f"/exchange/records/{shared}/holders" in record
    assert "/holders" not in browser("cert-kh").get(f"/exchange/records/{shared}").content.decode()


def test_an_empty_page_says_so(node, shared):
    page = browser("cert-th").get(f"/exchange/records/{shared}/holders").content.decode()
    assert "Nobody has fetched it yet." in page


def test_too_many_are_counted(node, shared, client, monkeypatch):
    monkeypatch.setattr("mitra.exchange.queries.holders.MOST_SHOWN", 1)
    client.get(OBJECTS, headers=node.headers("cert-kh"))
    browser("cert-vn").get("/exchange/records")
    page = browser("cert-th").get(f"/exchange/records/{shared}/holders").content.decode()
    assert "2 organisations have it." in page
    assert "1 of 2" in page
