"""`/api/v1/lookup`: what a machine is told of values, and how it is told that it may not ask."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exchange_node import TAXII, indicator, make_node
from mitra.community import operations, queries
from mitra.community.facts import NewPerson
from mitra.community.models import Person
from mitra.core.policy.facts import Tlp

LOOK_UP = "/api/v1/lookup"
VALUE = "c2-1.bad-domain-1.com"
PROBLEM = "application/problem+json"


@pytest.fixture
def node(db):
    made = make_node()
    made.share("cert-th", indicator(1))
    made.share("cert-th", indicator(2), tlp=Tlp.AMBER, circle="financial")
    return made


@pytest.fixture
def ask(client, node):
    """Ask by one credential: values in the address, or a body."""

    def send(*values, by="cert-kh", body=None, **headers):
        headers = {"Authorization": f"Bearer {node.tokens[by]}", **headers} if by else headers
        if body is None:
            return client.get(LOOK_UP, {"value": values}, headers=headers)
        return client.generic("POST", LOOK_UP, body, "application/json", headers=headers)

    return send


@pytest.fixture
def person(node):
    by = queries.actor_of_operator("cert-kh")
    operations.add_person(NewPerson("person@kh.example", "សុខ", ("analyst",)), by=by, now=datetime.now(UTC))
    return Person.objects.get(email="person@kh.example")


def refused_as(response):
    """The status of a problem (RFC 9457) that says in words what to do."""
    body = response.json()
    assert (response["Content-Type"], body["status"]) == (PROBLEM, response.status_code)
    assert body["title"]
    assert body["detail"].endswith(".")
    return response.status_code


def test_values_in_the_address_are_answered_in_their_order(ask):
    answer = ask("hxxp://c2-1[.]bad-domain-1[.]com/x", "ບໍ່ຮູ້", VALUE, VALUE)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    by_url, unknown, exact, again = answer.json()["values"]
    assert datetime.fromisoformat(exact["records"][0].pop("since")).tzinfo is not None
    told = {"id": indicator(1)["id"], "type": "indicator", "shared_by": "ThaiCERT"}
    assert exact == {"value": VALUE, "known": True, "records": [told]}
    assert (by_url["value"], by_url["known"]) == ("hxxp://c2-1[.]bad-domain-1[.]com/x", True)
    assert unknown == {"value": "ບໍ່ຮູ້", "known": False, "records": []}
    assert again["known"] is True


def test_thousands_of_values_are_one_request(ask):
    values = [f"c2-{number}.bad-domain-{number}.com" for number in range(10_000)]

    answers = ask(body=json.dumps({"values": values})).json()["values"]

    assert [answer["value"] for answer in answers] == values
    assert [answer["value"] for answer in answers if answer["known"]] == [VALUE, "c2-2.bad-domain-2.com"]


def test_what_one_may_not_read_answers_as_what_is_nowhere(ask):
    hidden, nowhere = "c2-2.bad-domain-2.com", "c2-9.bad-domain-9.com"
    for by in ("cert-vn", "newcomer"):
        told = [ask(value, by=by).content.replace(value.encode(), b"*") for value in (hidden, nowhere)]
        assert told == [b'{"values":[{"value":"*","known":false,"records":[]}]}'] * 2
    assert ask(hidden, by="cert-kh").json()["values"][0]["known"] is True


def test_a_line_is_told_for_each_sharer_since_its_first_share(node, ask):
    node.share("cert-vn", indicator(1))
    node.share("cert-th", indicator(1, name="ใหม่", modified="2026-02-01T00:00:00.000Z"))

    (answer,) = ask(VALUE).json()["values"]

    assert [record["shared_by"] for record in answer["records"]] == ["ThaiCERT", "VNCERT"]
    assert [record["since"] for record in answer["records"]] == sorted(record["since"] for record in answer["records"])


def test_at_most_twenty_shares_are_told_of_one_value(node, ask):
    same = [indicator(number, pattern=indicator(1)["pattern"]) for number in range(100, 140)]
    node.share("cert-th", *same)
    assert len(ask(VALUE).json()["values"][0]["records"]) == 20


@pytest.mark.parametrize("how", ["Bearer {}", "Token {}", "{}"])
def test_a_credential_is_sent_as_tools_send_it(node, ask, how):
    assert ask(VALUE, by=None, Authorization=how.format(node.tokens["cert-kh"])).status_code == 200
    basic = b64encode(f"cert-kh:{node.tokens['cert-kh']}".encode()).decode()
    assert ask(VALUE, by=None, Authorization=f"Basic {basic}").status_code == 200


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic Og==", "Digest x"])
def test_without_a_credential_nothing_is_told(ask, authorization):
    answer = ask(VALUE, by=None, **({"Authorization": authorization} if authorization else {}))
    assert refused_as(answer) == 401
    assert answer["WWW-Authenticate"].startswith("Basic")


def test_a_browser_session_does_not_open_the_door(client, person):
    client.force_login(person)
    assert refused_as(client.get(LOOK_UP, {"value": VALUE})) == 401


def test_a_credential_for_something_else_is_refused(ask):
    assert refused_as(ask(VALUE, by="manager")) == 403


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"values": "a.example"}',
        '{"values": [1]}',
        '{"values": []}',
        '{"values": ["\\ud800"]}',
        json.dumps({"values": ["a.example"] * 10_001}),
    ],
)
def test_what_cannot_be_read_is_said(ask, body):
    assert refused_as(ask(body=body)) == (400 if "ud800" in body else 422)
    assert refused_as(ask()) == 422


def test_too_long_a_body_is_not_read(ask):
    assert refused_as(ask(body=json.dumps({"values": ["x" * 5_000_000]}))) == 413


def test_other_methods_are_refused_with_those_that_there_are(client, node):
    answer = client.delete(LOOK_UP, headers={"Authorization": f"Bearer {node.tokens['cert-kh']}"})
    assert (refused_as(answer), answer["Allow"]) == (405, "GET, POST")


@pytest.mark.django_db
def test_no_other_address_below_is_a_page(client):
    assert refused_as(client.get("/api/v1/nowhere")) == 404


def test_an_overlong_value_is_unknown(ask):
    (answer,) = ask(body=json.dumps({"values": ["x" * 100_000]})).json()["values"]
    assert (answer["known"], answer["records"]) == (False, [])


@pytest.mark.parametrize("path", [LOOK_UP, "/taxii2/mitra/collections/", "/taxii2/nowhere"])
def test_a_machine_with_a_cookie_does_not_touch_its_session(client, node, person, path):
    client.force_login(person)
    client.cookies["csrftoken"] = "x" * 32
    headers = {"Authorization": f"Bearer {node.tokens['cert-kh']}", "Accept": TAXII}
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path, {"value": VALUE}, headers=headers)
    assert [
        query["sql"] for query in asked if "django_session" in query["sql"] or "community_person" in query["sql"]
    ] == []
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    shown = {name: answer[name] for name in ("Cache-Control", "X-Content-Type-Options", "X-Frame-Options")}
    assert shown == {
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
