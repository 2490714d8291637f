"""The one table: each error has one status, and machines get a TAXII message."""

import json

import pytest
from django.test import RequestFactory

from mitra.core import errors
from mitra.web.errors import ANSWERS, answer_of, respond

ALL = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.MitraError)]


def made(kind):
    if kind is errors.StaleVersion:
        return kind(theirs="ດຽວນີ້", yours="ກ່ອນ")
    return kind() if kind is errors.NotFound else kind("Say what to do.")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.InvalidInput, 422),
        (errors.NotFound, 404),
        (errors.NotPermitted, 403),
        (errors.NotSignedIn, 401),
        (errors.Conflict, 409),
        (errors.StaleVersion, 409),
        (errors.WrongState, 409),
        (errors.AlreadyShared, 409),
        (errors.Unavailable, 503),
        (errors.ProofFailed, 500),
    ],
)
def test_each_error_has_its_status(kind, status):
    assert answer_of(made(kind)).status == status


def test_every_branch_of_the_tree_is_in_the_table():
    direct = [kind for kind in ALL if kind.__bases__ == (errors.MitraError,)]
    assert [kind for kind in direct if kind not in ANSWERS] == []


@pytest.mark.parametrize("kind", ALL)
def test_a_machine_gets_a_taxii_message_with_its_status(kind):
    request = RequestFactory().get("/taxii2/mitra/")
    response = respond(request, made(kind))
    body = json.loads(response.content)
    assert response["Content-Type"] == "application/taxii+json;version=2.1"
    assert body["http_status"] == str(response.status_code)
    assert body["title"]


def test_a_message_about_bad_input_names_path_and_rule():
    error = errors.InvalidInput("Write a time in UTC.", path="/objects/3/created", rule="timestamp")
    body = json.loads(respond(RequestFactory().post("/taxii2/x"), error).content)
    assert body["details"] == {"path": "/objects/3/created", "rule": "timestamp"}
    assert body["description"] == "Write a time in UTC."


def test_not_found_says_nothing_of_its_own():
    told = errors.NotFound("Record 7 is only for Financial.")
    request = RequestFactory().get("/taxii2/mitra/")
    assert respond(request, told).content == respond(request, errors.NotFound()).content


def test_a_machine_without_a_credential_is_told_how_to_bring_one():
    response = respond(RequestFactory().get("/taxii2/"), errors.NotSignedIn("No credential."))
    assert response["WWW-Authenticate"] == 'Basic realm="Mitra", charset="UTF-8", Bearer realm="Mitra"'


def test_later_says_when():
    response = respond(RequestFactory().get("/taxii2/"), errors.Unavailable("Try again.", retry_after=30))
    assert response["Retry-After"] == "30"
