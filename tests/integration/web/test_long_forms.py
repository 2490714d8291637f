"""A form that is too long is refused before anybody reads it: reading puts its files on the disk."""

import io

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client

import world
from mitra.community.models import Person
from mitra.web.middleware import LONGEST_BYTES, LONGEST_FROM_STRANGERS

DOORS = ("/sign-in", "/look", "/exchange/share", "/exchange/lookups", "/nowhere")


@pytest.fixture
def untouched(monkeypatch):
    """Fail where a file of a form is begun to be read."""

    def read(*_args, **_kwargs):
        raise AssertionError("a file was read")

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", read)


@pytest.mark.django_db
@pytest.mark.parametrize("door", DOORS)
def test_a_stranger_sends_no_file(untouched, door):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in")  # a token of its own, so that the form would be looked into
    sent = io.BytesIO(b"x" * (LONGEST_FROM_STRANGERS + 1))
    assert browser.post(door, {"file": sent}).status_code == 413


@pytest.mark.django_db
def test_a_member_sends_what_is_short_enough(untouched):
    region = world.build()
    browser = Client()
    browser.force_login(Person.objects.get(email=region.people["cert-th"]))
    for length, status in ((str(LONGEST_BYTES + 1), 413), ("9" * 5_000, 413), ("-1", 413), ("0", 422)):
        answer = browser.generic("POST", "/exchange/lookups", b"", CONTENT_LENGTH=length)
        assert answer.status_code == status, length
