"""INTEROP's table, a row a test: what clients really send, and what they get."""

import json

import pytest

from exchange_node import TAXII, indicator
from mitra.core.policy.facts import Tlp

ROOT = "/taxii2/mitra/"
ALL = ROOT + "collections/all/"
RESOURCES = ["/taxii2/", ROOT, ROOT + "collections/", ALL, ALL + "objects/", ALL + "manifest/"]
INBOX = ROOT + "collections/inbox/objects/"
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def get(client, node):
    def ask(path, query=None, by="cert-kh", **headers):
        return client.get(path, query, headers=node.headers(by, **headers))

    return ask


@pytest.fixture
def post(client, node):
    def send(body, path=INBOX, by="cert-th", content_type=TAXII):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.generic("POST", path, data, content_type, headers=node.headers(by), CONTENT_TYPE=content_type)

    return send


def refused_as(response, status):
    """Whether it is a TAXII error of this status (3.6.1)."""
    body = response.json()
    return (response.status_code, response["Content-Type"], body["http_status"], bool(body["title"])) == (
        status,
        TAXII,
        str(status),
        True,
    )


@pytest.mark.parametrize("path", RESOURCES)
@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (None, 406),
        ("application/json", 406),
        ("application/vnd.oasis.taxii+json; version=2.0", 406),
        ("*/*", 200),
        ("application/taxii+json", 200),
        ("application/taxii+json; version=2.1", 200),
    ],
)
def test_accept(client, node, path, accept, status):
    headers = node.headers("cert-kh")
    headers.pop("Accept")
    if accept:
        headers["Accept"] = accept

    response = client.get(path, headers=headers)

    assert response.status_code == status
    assert response["Content-Type"] == TAXII
    assert status == 200 or refused_as(response, 406)


@pytest.mark.parametrize("path", RESOURCES)
def test_both_slashes_serve_the_same(get, path):
    assert get(path).content == get(path.rstrip("/")).content


@pytest.mark.parametrize("path", [*RESOURCES, ROOT + "status/x/", ALL + "objects/x/versions/"])
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic Og==", "Basic !", "Digest x", "Bearer"])
def test_bad_credentials_are_401_with_a_challenge(client, node, path, authorization):
    headers = {"Accept": TAXII, **({"Authorization": authorization} if authorization else {})}

    response = client.get(path, headers=headers)

    assert refused_as(response, 401)
    assert "Basic" in response["WWW-Authenticate"]


def test_a_browser_session_is_no_credential(client, node):
    from exchange_node import START
    from mitra.community import operations, queries
    from mitra.community.facts import NewPerson
    from mitra.community.models import Person

    new = NewPerson("analyst@cert-kh.example", "สมชาย", ("analyst",), password="long enough to be one 7")
    operations.add_person(new, by=queries.actor_of_operator("cert-kh"), now=START)
    client.force_login(Person.objects.get())

    assert refused_as(client.get(ALL, headers={"Accept": TAXII}), 401)


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post", "options"])
@pytest.mark.parametrize("path", [ALL, ALL + "manifest/", ALL + "objects/" + indicator(1)["id"] + "/", "/taxii2/"])
def test_other_methods_are_405(client, node, method, path):
    response = getattr(client, method)(path, headers=node.headers("cert-kh"))

    assert refused_as(response, 405)
    assert response["Allow"] == "GET"


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 415),
        ("application/vnd.oasis.stix+json; version=2.0", 415),
        ("text/csv", 415),
        ("application/taxii+json", 202),
        ("application/taxii+json; version=2.1", 202),
    ],
)
def test_content_type(post, content_type, status):
    response = post({"objects": [indicator(1)]}, content_type=content_type)

    assert response.status_code == status
    assert status == 202 or refused_as(response, 415)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"not json", 400),
        (b"value\n203.0.113.7\n", 400),
        (b'{"objects": [', 400),
        (b'{"objects": []} and more', 400),
        (b" \n", 400),
        (b"\x1f\x8b\x08", 400),
        (b"{}", 422),
        (b'{"objects": 7}', 422),
        (b'{"object": []}', 422),
        (b"[]", 422),
        (b" \n [7]", 422),
        (json.dumps([indicator(1)]).encode(), 422),
        (json.dumps(indicator(1)).encode(), 422),
        (json.dumps(indicator(1)).encode() + b"\n" + json.dumps(indicator(2)).encode(), 422),
    ],
)
def test_a_body_that_is_no_envelope_shares_nothing(post, get, body, status):
    assert refused_as(post(body), status)
    assert get(ALL + "objects/", by="cert-th").content == b"{}"


def test_a_body_longer_than_promised_is_413(client, node):
    response = client.post(
        INBOX, b"{}", content_type=TAXII, headers=node.headers("cert-th"), CONTENT_LENGTH="104857601"
    )

    assert refused_as(response, 413)


def test_a_garbage_object_fails_by_name_and_the_others_succeed(post):
    broken = indicator(3, pattern="[domain-name:value = ")
    response = post({"objects": [indicator(1), broken, {"id": 7}, "text", indicator(2)]})
    status = response.json()

    assert response.status_code == 202
    assert (status["status"], status["total_count"], status["pending_count"]) == ("complete", 5, 0)
    assert (status["success_count"], status["failure_count"]) == (2, 3)
    assert [(each["id"], each["version"]) for each in status["successes"]] == [
        (indicator(number)["id"], indicator(number)["modified"]) for number in (1, 2)
    ]
    assert status["failures"][0]["id"] == broken["id"]
    assert "/objects/1" in status["failures"][0]["message"]
    assert all(each["message"] for each in status["failures"])


def test_what_a_safeguard_holds_is_told_as_a_failure_with_its_reason(post, get):
    benign = indicator(1, pattern="[domain-name:value = 'google.com']")
    status = post({"objects": [benign]}, ROOT + "collections/financial/objects/").json()

    assert (status["success_count"], status["failure_count"], status["pending_count"]) == (0, 1, 0)
    assert "google.com" in status["failures"][0]["message"]
    assert get(ALL + "objects/", by="cert-th").content == b"{}"


def test_a_status_that_cannot_name_all_names_none(post, monkeypatch):
    monkeypatch.setattr("mitra.exchange.taxii.receiving.KEPT_RESULTS", 2)
    status = post({"objects": [indicator(number) for number in range(1, 4)]}).json()

    assert status["success_count"] == 3
    assert "successes" not in status


def test_a_status_is_forgotten_after_a_day(node, post, get, monkeypatch):
    from datetime import timedelta

    from mitra.exchange.models import TaxiiStatus

    told = post({"objects": [indicator(1)]}).json()
    path = f"{ROOT}status/{told['id']}/"
    assert get(path, by="cert-th").json() == told
    monkeypatch.setattr("mitra.exchange.taxii.statuses.KEPT", timedelta(0))

    assert refused_as(get(path, by="cert-th"), 404)
    post({"objects": [indicator(2)]})
    assert TaxiiStatus.objects.count() == 1


def test_objects_without_modified_have_a_version(node, get):
    node.share("cert-th", {"type": "ipv4-addr", "spec_version": "2.1", "id": "ipv4-addr--1", "value": "203.0.113.7"})
    line = get(ALL + "manifest/").json()["objects"][0]

    assert line["version"] == line["date_added"]
    assert get(ALL + "objects/ipv4-addr--1/versions/").json()["versions"] == [line["version"]]


@pytest.mark.parametrize("path", [ALL + "objects/", ALL + "manifest/"])
def test_an_empty_collection_is_an_empty_object(get, path):
    response = get(path)

    assert response.content == b"{}"
    assert "X-TAXII-Date-Added-First" not in response.headers


@pytest.mark.parametrize("path", [ALL + "objects/", ALL + "manifest/"])
@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "abc"},
        {"next": "bogus"},
        {"added_after": "garbage"},
        {"match[colour]": "red"},
        {"match[version]": "newest"},
    ],
)
def test_parameters_that_cannot_be_read_are_400(get, path, query):
    assert refused_as(get(path, query), 400)


@pytest.mark.parametrize("query", [{}, {"limit": "100000"}])
def test_a_page_holds_a_thousand_at_most(node, get, query):
    node.share("cert-th", *(indicator(number) for number in range(1, 1_002)))
    page = get(ALL + "objects/", query).json()

    assert (len(page["objects"]), page["more"]) == (1_000, True)
    assert len(get(ALL + "objects/", {"next": page["next"]}).json()["objects"]) == 1


@pytest.mark.parametrize(
    "path",
    ["collections/{}/", "collections/{}/objects/", "collections/{}/manifest/", "collections/{}/objects/{}/"],
)
def test_a_circle_one_is_not_in_answers_as_one_that_is_not_there(node, get, path):
    from uuid import uuid5

    from mitra.exchange.taxii.collections import NAMESPACE

    node.share("cert-th", indicator(1), tlp=Tlp.AMBER, circle="financial")
    stix_id = indicator(1)["id"]
    answers = {
        get(ROOT + path.format(name, stix_id), by="cert-vn").content
        for name in ("financial", str(uuid5(NAMESPACE, "financial")), "no-such", NOWHERE)
    }

    assert len(answers) == 1
    assert refused_as(get(ROOT + path.format("financial", stix_id), by="cert-vn"), 404)


def test_posting_to_a_circle_one_is_not_in_answers_as_to_one_that_is_not_there(node, post):
    body = {"objects": [indicator(1)]}
    foreign = post(body, ROOT + "collections/financial/objects/", by="cert-vn")
    nowhere = post(body, ROOT + "collections/nowhere/objects/", by="cert-vn")

    assert refused_as(foreign, 404)
    assert foreign.content == nowhere.content


@pytest.mark.parametrize("tail", ["", "versions/", "?match[version]=all", "?limit=1"])
def test_an_object_one_may_not_read_answers_as_one_that_is_not_there(node, get, tail):
    node.share("cert-th", indicator(1), tlp=Tlp.AMBER, circle="financial")

    hidden = get(ALL + f"objects/{indicator(1)['id']}/{tail}", by="cert-vn")
    absent = get(ALL + f"objects/{indicator(2)['id']}/{tail}", by="cert-vn")

    assert refused_as(hidden, 404)
    assert hidden.content == absent.content
    assert get(ALL + f"objects/{indicator(1)['id']}/{tail}").status_code == 200


def test_unknown_addresses_answer_in_taxiis_words(get):
    for path in ("/taxii2/other/", ROOT + "nothing/", ALL + "objects/x/y/z/"):
        assert refused_as(get(path), 404)


def test_filters_that_leave_nothing_are_an_empty_page_not_404(node, get):
    node.share("cert-th", indicator(1))
    one = ALL + f"objects/{indicator(1)['id']}/"

    assert get(one, {"match[version]": "2020-01-01T00:00:00.000Z"}).content == b"{}"
    assert get(ALL + "objects/", {"match[spec_version]": "2.0"}).content == b"{}"
    assert get(ALL + "objects/", {"match[type]": "malware"}).content == b"{}"
    assert (
        len(get(ALL + "objects/", {"match[id]": indicator(1)["id"], "match[type]": "indicator"}).json()["objects"]) == 1
    )


def test_collections_say_what_a_credential_may_do_and_403_repeats_it(get, post):
    def rights(by):
        found = get(ROOT + "collections/", by=by).json()["collections"]
        return {each["alias"]: (each["can_read"], each["can_write"]) for each in found}

    assert rights("reader") == {"all": (True, False), "inbox": (False, False), "financial": (True, False)}
    assert refused_as(get(INBOX), 403)
    assert refused_as(get(ALL + "objects/", by="manager"), 403)
    assert refused_as(post({"objects": []}, by="reader"), 403)
    assert refused_as(post({"objects": []}, ALL + "objects/"), 403)


def test_a_collection_answers_to_its_alias_and_to_its_id(node, get):
    node.share("cert-th", indicator(1), tlp=Tlp.AMBER, circle="financial")
    listed = get(ROOT + "collections/").json()["collections"]

    for each in listed:
        by_id, by_alias = (get(f"{ROOT}collections/{name}/") for name in (each["id"], each["alias"]))
        assert by_id.json() == by_alias.json() == each
    financial = next(each for each in listed if each["alias"] == "financial")
    assert len(get(f"{ROOT}collections/{financial['id']}/objects/").json()["objects"]) == 1


def test_a_circles_collection_holds_what_names_the_circle_and_nothing_else(node, get):
    node.share("cert-th", indicator(1))
    node.share("cert-th", indicator(2), tlp=Tlp.AMBER, circle="financial")
    circle = ROOT + "collections/financial/"

    for resource in ("objects/", "manifest/"):
        assert [each["id"] for each in get(circle + resource).json()["objects"]] == [indicator(2)["id"]]
    assert refused_as(get(f"{circle}objects/{indicator(1)['id']}/"), 404)
    assert refused_as(get(f"{circle}objects/{indicator(1)['id']}/versions/"), 404)


def test_an_inbox_shares_green_as_marked_and_keeps_the_rest_at_home(post, get):
    from mitra.core.stix.markings import TLP2_IDS

    objects = [
        indicator(1, object_marking_refs=[TLP2_IDS["TLP:GREEN"]]),
        indicator(2, object_marking_refs=[TLP2_IDS["TLP:AMBER"]]),
        indicator(3),
    ]
    post({"objects": objects})

    assert [each["id"] for each in get(ALL + "objects/").json()["objects"]] == [objects[0]["id"]]
    assert len(get(ALL + "objects/", by="cert-th").json()["objects"]) == 3


def test_a_head_is_a_get_without_its_body(client, node):
    node.share("cert-th", indicator(1))
    response = client.head(ALL + "objects/", headers=node.headers("cert-kh"))

    assert (response.status_code, response.content) == (200, b"")
    assert "X-TAXII-Date-Added-Last" in response.headers
