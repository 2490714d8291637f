"""`/api/v1/`: pages, one record, search, streams, writes that are done once, and every refusal as a problem."""

import json
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.test import Client

from exchange_node import indicator, make_node
from mitra.community import operations, queries
from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE, NewCredential
from mitra.community.models import AnsweredRequest
from mitra.core.policy.facts import Tlp
from mitra.exchange.models import Import
from mitra.exchange.operations import importing
from mitra.store.words.indexing import index_words

PROBLEM = "application/problem+json"
BODY = "application/stix+json"


@pytest.fixture
def node(db):
    made = make_node()
    made.share("cert-th", *(indicator(number, name=f"ตัวบ่งชี้ที่ {number}") for number in range(7)))
    made.share("cert-th", indicator(8, name="ວຽງຈັນ ລັບ"), tlp=Tlp.AMBER, circle="financial")
    index_words()
    return made


@pytest.fixture
def api(node):
    """Ask as one credential: method, path below the API, JSON to send."""

    def ask(method, path, said=None, *, by="cert-kh", **headers):
        headers = {"Authorization": f"Bearer {node.tokens[by]}", **headers} if by else headers
        body = said if isinstance(said, bytes) else b"" if said is None else json.dumps(said).encode()
        return Client().generic(method, f"/api/v1/{path}", body, "application/json", headers=headers)

    return ask


@pytest.fixture
def sharer(node):
    by = queries.actor_of_operator("cert-kh")
    new = NewCredential("writes", (EXCHANGE_READ, EXCHANGE_SHARE))
    node.tokens["writer"] = operations.make_credential(new, by=by, now=datetime.now(UTC)).token
    return "writer"


def bundle(*objects):
    return json.dumps(
        {"type": "bundle", "id": "bundle--5f0d2f8e-7d0a-4d27-9d0b-3f7f4d1c2a11", "objects": objects}
    ).encode()


def refused(response):
    body = response.json()
    assert (response["Content-Type"], body["status"]) == (PROBLEM, response.status_code)
    assert body["detail"].endswith(".")
    return response.status_code, body.get("path", ""), body.get("rule", "")


# ── Reading


def test_pages_follow_one_another_and_end(api):
    seen, cursor = [], ""
    while cursor is not None:
        page = api("GET", f"records?limit=3&cursor={cursor}").json()
        assert page["total"] == {"value": 8, "is_exact": True}
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert seen == [indicator(number)["id"] for number in (8, 6, 5, 4, 3, 2, 1, 0)]


def test_what_one_may_not_read_is_in_no_page_and_counted_nowhere(api):
    assert api("GET", "records", by="cert-vn").json()["total"]["value"] == 7
    hidden = api("GET", "records").json()["items"][0]["ref"]
    assert refused(api("GET", f"records/{hidden}", by="cert-vn")) == refused(api("GET", "records/" + "x" * 22))
    assert api("GET", "search?words=ວຽງຈັນ", by="cert-vn").json()["items"] == []
    assert len(api("GET", "search?words=ວຽງຈັນ").json()["items"]) == 1


def test_one_record_carries_its_object_and_an_etag(api):
    ref = api("GET", "records").json()["items"][-1]["ref"]
    whole = api("GET", f"records/{ref}")
    body = whole.json()
    assert (body["object"]["id"], body["tlp"], body["shared_by"]) == (indicator(0)["id"], "GREEN", "ThaiCERT")
    again = api("GET", f"records/{ref}", **{"If-None-Match": whole["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api("GET", f"records/{ref}", **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("query", "path", "rule"),
    [
        ("records?tlp=RED", "/asked/tlp", "literal-error"),
        ("records?limit=0", "/asked/limit", "greater-than-equal"),
        ("records?by=nobody", "/by", "unknown-name"),
        ("records?circle=nowhere", "/circle", "unknown-name"),
        ("records?colour=red", "/colour", "unknown-parameter"),
        ("records?cursor=x", "next", "cursor"),
        ("records?words=%00", "", "nul"),
        ("search", "/words", "missing"),
        ("export?words=x", "/words", "no-words"),
    ],
)
def test_a_wrong_filter_is_explained_not_ignored(api, query, path, rule):
    status, where, which = refused(api("GET", query))
    assert (status, which) == (422, rule)
    assert where.removeprefix("/asked") == path.removeprefix("/asked")


def test_a_stream_gives_each_record_once_in_the_order_of_sharing(api):
    response = api("GET", "export")
    assert response["Content-Type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    assert [line["object"]["id"] for line in lines] == [indicator(number)["id"] for number in (*range(7), 8)]
    mine = b"".join(api("GET", "export", by="cert-vn").streaming_content).splitlines()
    assert len(mine) == 7


def test_who_is_asking_and_whom_it_knows(api):
    who = api("GET", "whoami").json()
    assert (who["organisation"], who["scopes"], who["circles"]) == (
        "cert-kh",
        ["exchange:read", "exchange:share"],
        ["financial"],
    )
    assert {body["slug"] for body in api("GET", "organisations").json()["items"]} > {"cert-th", "cert-kh"}
    outside = {body["slug"] for body in api("GET", "organisations", by="newcomer").json()["items"]}
    assert "cert-th" not in outside
    assert refused(api("GET", "organisations/cert-th", by="newcomer")) == refused(api("GET", "organisations/nobody"))
    assert refused(api("GET", "circles/financial", by="cert-vn")) == refused(api("GET", "circles/nowhere"))


# ── Writing


def test_what_is_sent_twice_under_one_key_is_done_once(api, sharer):
    new = bundle(indicator(100))
    first = api("POST", "shares?tlp=GREEN", new, by=sharer, **{"Idempotency-Key": "k1"})
    again = api("POST", "shares?tlp=GREEN", new, by=sharer, **{"Idempotency-Key": "k1"})
    assert first.json()["totals"]["accepted"] == 1
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert api("POST", "shares?tlp=GREEN", new, by=sharer).json()["totals"]["duplicate"] == 1
    other = api("POST", "shares?tlp=AMBER", new, by=sharer, **{"Idempotency-Key": "k1"})
    assert refused(other) == (422, "Idempotency-Key", "key-used")


def test_a_key_that_is_still_at_work_is_waited_for_and_one_that_died_is_done_again(api, sharer):
    api("POST", "shares", bundle(indicator(101)), by=sharer, **{"Idempotency-Key": "k2"})
    AnsweredRequest.objects.update(status=0)
    busy = api("POST", "shares", bundle(indicator(101)), by=sharer, **{"Idempotency-Key": "k2"})
    assert (busy.status_code, busy["Retry-After"]) == (409, "2")
    AnsweredRequest.objects.update(made_at=datetime.now(UTC) - timedelta(minutes=6))
    done = api("POST", "shares", bundle(indicator(101)), by=sharer, **{"Idempotency-Key": "k2"})
    assert done.json()["totals"]["duplicate"] == 1


def test_a_refused_write_leaves_its_key_free(api, sharer):
    key = {"Idempotency-Key": "k3"}
    assert api("POST", "shares?circle=nowhere", bundle(indicator(102)), by=sharer, **key).status_code == 422
    assert api("POST", "shares", b"\xff\xfe", by=sharer, **key).status_code == 422
    assert api("POST", "shares", bundle(indicator(102)), by=sharer, **key).json()["totals"]["accepted"] == 1


def test_each_object_of_a_share_is_told_what_became_of_it(api, sharer):
    bad = {**indicator(104), "pattern": "[not a pattern"}
    said = api("POST", "shares?tlp=GREEN", bundle(indicator(103), bad), by=sharer).json()
    assert said["totals"] == {"accepted": 1, "duplicate": 0, "held": 0, "refused": 1}
    (refusal,) = said["results"]
    assert (refusal["outcome"], refusal["path"]) == ("refused", "/objects/1/pattern")
    assert api("GET", f"records/{said['accepted'][0]['ref']}").json()["is_own"] is True


def test_a_share_is_taken_back_by_its_owner_only(api, sharer):
    ref = api("POST", "shares?tlp=GREEN", bundle(indicator(105)), by=sharer).json()["accepted"][0]["ref"]
    assert api("GET", f"records/{ref}", by="cert-vn").status_code == 200
    assert refused(api("POST", f"records/{ref}/withdrawal", {"reason": ""}, by=sharer))[0] == 422
    ended = api("POST", f"records/{ref}/withdrawal", {"reason": "ຜິດ"}, by=sharer).json()
    assert ended["leaf"] >= 0
    assert api("GET", f"records/{ref}", by="cert-vn").status_code == 404
    assert refused(api("POST", f"records/{ref}/withdrawal", {"reason": "x"}, by="cert-vn"))[0] == 404
    theirs = api("GET", "records").json()["items"][-1]["ref"]
    assert refused(api("POST", f"records/{theirs}/withdrawal", {"reason": "x"}, by=sharer))[0] == 403


def test_without_the_scope_nothing_is_written(api):
    for path in ("shares", "imports"):
        assert refused(api("POST", path, bundle(indicator(106)), by="manager"))[0] == 403
    assert refused(api("POST", "credentials", {"label": "x", "scopes": ["exchange:read"]}))[0] == 403


def test_a_credential_gives_on_no_more_than_it_holds(api):
    beyond = api("POST", "credentials", {"label": "x", "scopes": ["exchange:share"]}, by="manager")
    assert refused(beyond) == (422, "/scopes", "beyond-own-scopes")
    made = api("POST", "credentials", {"label": "ໃໝ່", "scopes": ["community:manage"]}, by="manager")
    assert made.status_code == 201
    body = made.json()
    answer = Client().get("/api/v1/whoami", headers={"Authorization": f"Bearer {body['token']}"})
    assert answer.json()["scopes"] == ["community:manage"]
    assert api("DELETE", f"credentials/{body['ref']}", by="manager").json()["revoked_at"]
    assert Client().get("/api/v1/whoami", headers={"Authorization": f"Bearer {body['token']}"}).status_code == 401


# ── Imports


def test_an_import_is_worked_off_while_nobody_waits(api, sharer):
    made = api("POST", "imports?tlp=GREEN&filename=a.json", bundle(*map(indicator, range(200, 230))), by=sharer)
    assert made.status_code == 202
    line = made.json()
    assert (line["state"], line["read_bytes"]) == ("waiting", 0)
    assert importing.run_next(datetime.now(UTC)) is True
    done = api("GET", f"imports/{line['id']}", by=sharer).json()
    assert (done["state"], done["totals"]["accepted"], done["read_bytes"]) == ("done", 30, done["size_bytes"])
    assert not importing.path_of(Import.objects.get()).exists()
    assert importing.run_next(datetime.now(UTC)) is False
    assert refused(api("GET", f"imports/{line['id']}", by="cert-vn"))[0] == 404
    assert [one["id"] for one in api("GET", "imports", by=sharer).json()["items"]] == [line["id"]]


def test_an_import_whose_worker_died_is_begun_again_and_shares_nothing_twice(api, sharer):
    api("POST", "imports?tlp=GREEN", bundle(*map(indicator, range(240, 243))), by=sharer)
    row = Import.objects.get()
    path = importing.path_of(row)
    kept = path.read_bytes()
    importing.run_next(datetime.now(UTC))
    path.write_bytes(kept)
    Import.objects.update(state="running", ended_at=None, seen_at=datetime.now(UTC))
    assert importing.run_next(datetime.now(UTC)) is False
    assert importing.run_next(datetime.now(UTC) + timedelta(minutes=2)) is True
    assert api("GET", f"imports/{row.id}", by=sharer).json()["totals"]["duplicate"] == 3


def test_an_import_of_whoever_lost_its_right_meanwhile_shares_nothing(api, sharer):
    api("POST", "imports?tlp=GREEN", bundle(indicator(250)), by=sharer)
    by = queries.actor_of_operator("cert-kh")
    (credential,) = [one for one in queries.list_credentials(by) if one.label == "writes"]
    operations.revoke_credential(credential.id, by=by, now=datetime.now(UTC))
    importing.run_next(datetime.now(UTC))
    row = Import.objects.get()
    assert (row.state, row.outcome) == ("failed", {})
    assert row.error.endswith(".")


def test_an_import_that_waits_can_be_stopped(api, sharer):
    line = api("POST", "imports", bundle(indicator(260)), by=sharer).json()
    assert api("DELETE", f"imports/{line['id']}", by=sharer).status_code == 204
    assert importing.run_next(datetime.now(UTC)) is False
    assert refused(api("DELETE", f"imports/{line['id']}", by=sharer))[0] == 404


def test_garbage_fails_its_import_with_a_sentence(api, sharer):
    line = api("POST", "imports", b"\x00\x01\x02", by=sharer).json()
    importing.run_next(datetime.now(UTC))
    done = api("GET", f"imports/{line['id']}", by=sharer).json()
    assert done["state"] == "failed"
    assert done["error"].endswith(".")


# ── The description


def test_the_description_is_openapi_3_1_and_names_every_refusal(client, db):
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    for operations_ in told["paths"].values():
        for operation in operations_.values():
            assert {"401", "403", "404", "422", "429"} <= set(operation["responses"])
            assert operation["summary"]
    assert client.get("/api/v1/docs").status_code == 200
