"""Whoever asks is told of the types of our own, and of nothing that is shared under them."""

import pytest

import world as region
from board.facts import NOTICE, REPLY, STEP
from mitra.store.things.published import AUTHORS, DEFINITION, schema_of

DOOR = "/api/v1/objects"


def test_anybody_reads_the_definition_and_the_schemas(client, db):
    said = client.get(DOOR)
    assert (said.status_code, said["Content-Type"], said["Cache-Control"]) == (200, "application/json", "no-cache")
    told = said.json()
    assert (told["definition"], told["identity"]) == (DEFINITION, AUTHORS)
    ours = [one for one in told["types"] if one["room"] == "board"]
    wanted = [(kind.stix_type, "board", kind.label, schema_of(kind)) for kind in (NOTICE, REPLY, STEP)]
    assert [(one["type"], one["room"], one["label"], one["schema"]) for one in ours] == wanted


def test_who_has_it_is_answered_304(client, db):
    etag = client.get(DOOR)["ETag"]
    again = client.get(DOOR, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_a_parameter_is_refused(client, db):
    said = client.get(DOOR, {"type": "x"})
    assert (said.status_code, said.json()["rule"], said.json()["path"]) == (422, "unknown-parameter", "/type")


@pytest.mark.django_db
def test_it_tells_the_same_whatever_is_shared_and_whoever_asks(client, empty_store):
    before = client.get(DOOR).content
    built = region.build()
    tokens = [{}, *({"Authorization": f"Bearer {token}"} for token in ("wrong", *built.tokens.values()))]
    assert {client.get(DOOR, headers=headers).content for headers in tokens} == {before}
