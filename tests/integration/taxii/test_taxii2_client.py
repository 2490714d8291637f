"""The client that most tools are built on runs its whole flow against a live server."""

import json

import pytest
import requests
from taxii2client.common import TokenAuth
from taxii2client.v21 import ApiRoot, Server, as_pages

from exchange_node import TAXII, indicator
from mitra.core.policy.facts import Tlp
from mitra.core.stix.markings import TLP2_IDS


class Bearer(requests.auth.AuthBase):
    def __init__(self, token):
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


WAYS = {
    "basic": lambda slug, token: {"user": slug, "password": token},
    "bearer": lambda _, token: {"auth": Bearer(token)},
    "token": lambda _, token: {"auth": TokenAuth(token)},
}


@pytest.fixture(params=WAYS)
def sign_in(request, served_node):
    return lambda slug: WAYS[request.param](slug, served_node.tokens[slug])


def collections_of(live_server, credentials):
    server = Server(f"{live_server.url}/taxii2/", **credentials)
    return {collection.alias: collection for collection in server.default.collections}


def test_discovery_leads_to_the_collections(live_server, sign_in):
    server = Server(f"{live_server.url}/taxii2", **sign_in("cert-th"))

    assert server.title == "Mitra"
    assert server.default.url == f"{live_server.url}/taxii2/mitra/"
    assert server.default.versions == [TAXII]
    assert server.default.max_content_length == 104_857_600
    assert [(each.alias, each.can_read, each.can_write) for each in server.default.collections] == [
        ("all", True, False),
        ("inbox", False, True),
        ("financial", True, True),
    ]


def test_one_shares_to_a_circle_another_in_it_reads_and_a_third_finds_nothing(live_server, sign_in):
    objects = [indicator(number) for number in range(1, 8)]
    given = collections_of(live_server, sign_in("cert-th"))["financial"]

    status = given.add_objects({"objects": objects}, wait_for_completion=True)

    assert (status.total_count, status.success_count, status.failure_count, status.pending_count) == (7, 7, 0, 0)
    read = collections_of(live_server, sign_in("cert-kh"))
    for alias in ("financial", "all"):
        pages = list(as_pages(read[alias].get_objects, per_request=3))
        assert [len(page["objects"]) for page in pages] == [3, 3, 1]
        assert [served for page in pages for served in page["objects"]] == [marked(each) for each in objects]
    assert collections_of(live_server, sign_in("cert-vn")).keys() == {"all", "inbox"}
    assert collections_of(live_server, sign_in("cert-vn"))["all"].get_objects() == {}


def marked(obj, tlp=Tlp.AMBER_STRICT):
    return {**obj, "object_marking_refs": [TLP2_IDS[tlp.label]]}


def test_manifest_object_and_versions_agree(live_server, sign_in, served_node):
    first, second = indicator(1), indicator(1, modified="2026-02-01T00:00:00.000Z", name="ใหม่")
    served_node.share("cert-th", first)
    served_node.share("cert-th", second, indicator(2))
    everything = collections_of(live_server, sign_in("cert-kh"))["all"]

    manifest = [
        (line["id"], line["version"]) for page in as_pages(everything.get_manifest, 1) for line in page["objects"]
    ]

    assert manifest == [(first["id"], second["modified"]), (indicator(2)["id"], indicator(2)["modified"])]
    assert everything.get_object(first["id"])["objects"] == [marked(second, Tlp.GREEN)]
    assert len(everything.get_object(first["id"], version="all")["objects"]) == 2
    assert everything.get_object(first["id"], version=first["modified"])["objects"] == [marked(first, Tlp.GREEN)]
    assert everything.object_versions(first["id"])["versions"] == [first["modified"], second["modified"]]


def test_a_later_poll_by_date_gets_what_is_new_and_nothing_twice(live_server, served_node):
    served_node.share("cert-th", *(indicator(number) for number in range(1, 31)))
    url = f"{live_server.url}/taxii2/mitra/collections/all/objects/"
    seen, after = [], None
    for _ in range(4):
        query = {"limit": 10, **({"added_after": after} if after else {})}
        page = requests.get(url, headers=served_node.headers("cert-kh"), params=query, timeout=10)
        seen += [served["id"] for served in page.json().get("objects", [])]
        after = page.headers.get("X-TAXII-Date-Added-Last", after)

    assert seen == [indicator(number)["id"] for number in range(1, 31)]


def test_status_is_found_again_by_its_sender_only(live_server, served_node):
    root = f"{live_server.url}/taxii2/mitra/"
    mine = ApiRoot(root, user="cert-th", password=served_node.tokens["cert-th"])
    inbox = next(each for each in mine.collections if each.alias == "inbox")

    status = inbox.add_objects({"objects": [indicator(1), {"type": "indicator", "id": "garbage"}]})

    again = mine.get_status(status.id)
    assert (again.status, again.success_count, again.failure_count) == ("complete", 1, 1)
    assert [each["id"] for each in again.failures] == ["garbage"]
    theirs = requests.get(f"{root}status/{status.id}/", headers=served_node.headers("cert-kh"), timeout=10)
    nobodys = requests.get(
        f"{root}status/{'0' * 8}-0000-4000-8000-{'0' * 12}/", headers=served_node.headers("cert-kh"), timeout=10
    )
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)


def test_the_same_objects_again_are_a_success_with_the_same_date(live_server, served_node):
    mine = collections_of(live_server, {"user": "cert-th", "password": served_node.tokens["cert-th"]})
    envelope = json.dumps({"objects": [indicator(1), indicator(2)]})
    mine["financial"].add_objects(envelope)
    before = mine["all"].get_manifest()

    status = mine["financial"].add_objects(envelope)

    assert (status.success_count, status.failure_count) == (2, 0)
    assert mine["all"].get_manifest() == before
