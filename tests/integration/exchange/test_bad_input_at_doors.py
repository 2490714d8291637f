"""Bad input by TAXII and by the web form: the rules that stand everywhere, a sentence each, nothing half-written."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from sharing_world import NOW, actor, person, reads

from bad_input import BAD
from exchange_node import TAXII, indicator, make_node
from mitra.community import operations as community_operations
from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_SHARE, NewCredential
from mitra.community.models import Credential, Person
from mitra.core.policy.facts import Standing

INBOX = "/taxii2/mitra/collections/inbox/objects/"
FINANCIAL = "/taxii2/mitra/collections/financial/objects/"
TABLES = ("exchange_helditem", "share", "record", "atom", "exchange_taxiistatus")
NOTHING = (0,) * len(TABLES)
SMALL = [bad for bad in BAD if len(bad.data) < 1024 * 1024]
GOOD = [indicator(number) for number in (1, 2)]


@pytest.fixture
def node(db):
    return make_node()


def envelope(*objects):
    return b'{"objects": [' + b", ".join(objects) + b"]}"


def written(obj):
    return json.dumps(obj, ensure_ascii=False).encode()


def stands():
    """Everything that a refused sender may not have changed."""
    with connection.cursor() as cursor:
        return tuple(cursor.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES)


@pytest.fixture
def post(client, node):
    def send(data, *, token=None, path=INBOX):
        headers = {"Accept": TAXII, "Authorization": f"Bearer {token or node.tokens['cert-th']}"}
        return client.generic("POST", path, data, TAXII, headers=headers)

    return send


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_object_is_a_failure_by_name_and_its_neighbours_are_not(post, bad):
    answer = post(envelope(written(GOOD[0]), bad.data, written(GOOD[1])))

    status = answer.json()
    assert (answer.status_code, status["status"]) == (202, "complete")
    assert (status["success_count"], status["failure_count"]) == (2, 1)
    (failure,) = status["failures"]
    assert f"/objects/1{bad.path}" in failure["message"]
    assert set(reads("cert-th")) == {obj["id"] for obj in GOOD}


def test_what_only_its_sender_can_know_is_refused_and_the_rest_goes_in(post):
    author = community.get_organisation("cert-kh").stix_id
    post(envelope(written(GOOD[0])))
    objects = [indicator(1, name="ຊື່ໃໝ່"), indicator(3, created_by_ref=author), indicator(4)]

    status = post(envelope(*map(written, objects))).json()

    assert (status["success_count"], status["failure_count"]) == (1, 2)
    told = {failure["id"]: failure["message"] for failure in status["failures"]}
    assert told.keys() == {obj["id"] for obj in objects[:2]}
    assert "give the change a later `modified`" in told[objects[0]["id"]]
    assert "names another member as its author" in told[objects[1]["id"]]


@pytest.mark.parametrize("broken", ["unknown", "expired", "revoked", "left"])
def test_a_credential_that_does_not_work_is_401_whatever_is_wrong_with_it(post, node, broken):
    made = community_operations.make_credential(NewCredential("test", (EXCHANGE_SHARE,)), by=actor("cert-vn"), now=NOW)
    if broken == "expired":
        Credential.objects.filter(pk=made.credential.id).update(expires_at=timezone.now() - timedelta(seconds=1))
    elif broken == "revoked":
        community_operations.revoke_credential(made.credential.id, by=actor("cert-vn"), now=NOW)
    elif broken == "left":
        vn = node.organisations["cert-vn"]
        community_operations.change_standing(vn, to=Standing.LEFT, by=actor("centre"), now=NOW)
    token = "mitra_nothing" if broken == "unknown" else made.token

    answer = post(envelope(written(GOOD[0])), token=token)

    assert (answer.status_code, stands()) == (401, NOTHING)
    assert answer.content == post(b"", token="mitra_other").content


def test_out_of_scope_is_403(post, node):
    for token in (node.tokens["reader"], node.tokens["manager"]):
        answer = post(envelope(written(GOOD[0])), token=token)
        assert (answer.status_code, stands()) == (403, NOTHING)
        assert answer.json()["description"].endswith(".")


def test_a_suspended_organisation_posts_nothing(post, node):
    th = node.organisations["cert-th"]
    community_operations.change_standing(th, to=Standing.SUSPENDED, by=actor("centre"), now=NOW)

    answer = post(envelope(written(GOOD[0])))

    assert (answer.status_code, stands()) == (403, NOTHING)


def test_an_unknown_circle_is_404(post):
    answer = post(envelope(written(GOOD[0])), path=FINANCIAL.replace("financial", "nowhere"))
    assert (answer.status_code, stands()) == (404, NOTHING)


def test_a_body_that_breaks_off_shares_nothing(post):
    whole = envelope(*map(written, GOOD))
    answer = post(whole[:-3])
    assert (answer.status_code, stands()) == (400, NOTHING)


@pytest.fixture
def signed_in(client, node):
    who = person("cert-th")
    client.force_login(Person.objects.get(pk=who.person))
    return client


@pytest.fixture
def send(signed_in):
    def post(text, **fields):
        form = {"text": text, "tlp": "GREEN", "when": "now", "zone": "UTC", **fields}
        seen = signed_in.post("/exchange/share", {**form, "step": "understand"})
        reviewed = seen.context["form"]["reviewed"].value() if "form" in seen.context else ""
        return signed_in.post("/exchange/share", {**form, "step": "share", "reviewed": reviewed or ""})

    return post


def test_bad_objects_are_told_and_good_ones_go(send, signed_in):
    texts = [bad for bad in SMALL if is_text(bad.data)]
    assert len(texts) > 20
    lines = [written(GOOD[0]), *(bad.data for bad in texts), written(GOOD[1])]

    answer = send(b"\n".join(lines).decode())

    assert (answer.status_code, answer["Location"]) == (302, "/exchange/share/outcome")
    assert set(reads("cert-th")) == {obj["id"] for obj in GOOD}
    told = signed_in.get("/exchange/share/outcome").content.decode()
    assert "“name” is given twice." in told
    assert "The id here begins with “indicator--”." in told


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"tlp": "PURPLE"}, "PURPLE"),
        ({"tlp": "AMBER", "circles": "nowhere"}, "nowhere"),
        ({"when": "later", "date": "2020-01-01", "hour": "00:00"}, "later"),
        ({"when": "later", "date": "2030-02-31", "hour": "00:00"}, "date"),
    ],
    ids=["unknown TLP", "unknown circle", "embargo in the past", "a day that is none"],
)
def test_terms_that_cannot_be_are_422_in_place(send, fields, sentence):
    answer = send(written(GOOD[0]).decode(), **fields)

    assert (answer.status_code, stands()) == (422, NOTHING)
    errors = " ".join(message for messages in answer.context["form"].errors.values() for message in messages)
    assert errors
    assert sentence in errors.lower() + errors


def test_a_suspended_organisation_shares_nothing_on_the_web(send, node):
    th = node.organisations["cert-th"]
    community_operations.change_standing(th, to=Standing.SUSPENDED, by=actor("centre"), now=NOW)
    answer = send(written(GOOD[0]).decode())
    assert (answer.status_code, stands()) == (403, NOTHING)


@pytest.mark.parametrize("text", ["", " \n ", "[", "{", "%PDF-1.7"])
def test_what_cannot_be_read_is_422_with_what_was_typed(send, text):
    answer = send(text)
    assert (answer.status_code, stands()) == (422, NOTHING)


def is_text(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
