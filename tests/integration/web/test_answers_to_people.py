"""What people meet at the frame's own doors: pages, headers, and answers that tell nothing."""

import re

import pytest
from django.test import Client
from django.urls import path

from mitra.config.logs import Words
from mitra.core.errors import Conflict, InvalidInput, NotFound, NotSignedIn
from mitra.web.middleware import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.django_db


def raises(error):
    def view(_request):
        raise error

    return view


def bursts(_request):
    raise RuntimeError("the password is hunter2")


urlpatterns = [
    *__import__("mitra.config.urls", fromlist=["urlpatterns"]).urlpatterns,
    path("there/not-yours", raises(NotFound("Record 7 is for Financial only."))),
    path("there/conflict", raises(Conflict("Somebody withdrew it a minute ago; load it again."))),
    path("there/invalid", raises(InvalidInput("Write the hour as 09:00.", path="hour"))),
    path("there/members", raises(NotSignedIn("Sign in first."))),
    path("there/bursts", bursts),
    path("taxii2/bursts", bursts),
]
handler400 = "mitra.web.errors.bad_request"
handler403 = "mitra.web.errors.forbidden"
handler404 = "mitra.web.errors.not_found"
handler500 = "mitra.web.errors.broken"


@pytest.fixture
def visitor(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def answered(response):
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
    return response.status_code, headers, response.content


def test_not_for_you_and_not_there_are_the_same_bytes(visitor):
    assert answered(visitor.get("/there/not-yours")) == answered(visitor.get("/nowhere/at/all?q=1"))


def test_not_for_you_and_not_there_are_the_same_bytes_to_machines(visitor):
    assert answered(visitor.get("/taxii2/nowhere")) == answered(visitor.get("/taxii2/nowhere/else"))


def test_an_error_says_what_to_do(visitor):
    conflict, invalid = visitor.get("/there/conflict"), visitor.get("/there/invalid")
    assert (conflict.status_code, invalid.status_code) == (409, 422)
    assert "Somebody withdrew it a minute ago; load it again." in conflict.content.decode()
    assert "Write the hour as 09:00." in invalid.content.decode()


def test_who_is_not_signed_in_is_led_there_and_back(visitor):
    assert visitor.get("/there/members?x=1")["Location"] == "/sign-in?next=%2Fthere%2Fmembers%3Fx%3D1"
    assert visitor.post("/there/members").status_code == 401


def test_a_part_of_a_page_leads_the_whole_page_to_sign_in(visitor):
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/exchange/share?x=1"}
    response = visitor.get("/there/members", headers=asked)
    assert (response.status_code, response["HX-Redirect"]) == (401, "/sign-in?next=%2Fexchange%2Fshare")


@pytest.mark.parametrize("address", ["/there/bursts", "/taxii2/bursts"])
def test_what_nobody_anticipated_shows_a_number_and_nothing_internal(visitor, address, caplog):
    response = visitor.get(address)
    shown = response.content.decode()
    assert response.status_code == 500
    assert "hunter2" not in shown
    assert "Error" not in shown.replace("Internal error", "")
    incident = re.search(r"\b[0-9a-f]{8}\b", shown).group()
    (record,) = [record for record in caplog.records if record.name == "mitra.web"]
    line = Words().format(record)
    assert f"incident={incident}" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("address", ["/style", "/look", "/healthz", "/nowhere", "/taxii2/nowhere", "/there/bursts"])
def test_every_answer_carries_the_security_headers(visitor, address):
    response = visitor.get(address)
    assert response["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Cache-Control" in response


def test_a_form_of_an_earlier_sign_in_is_refused_with_a_sentence():
    response = Client(enforce_csrf_checks=True).post("/look", {"theme": "dark"})
    assert response.status_code == 403
    assert "This form is too old to be sent." in response.content.decode()


def test_a_chosen_look_is_kept_and_leads_back(client):
    assert (
        b'name="back" value="/style?x=1"'
        in client.get("/look", headers={"referer": "http://testserver/style?x=1"}).content
    )
    response = client.post("/look", {"theme": "dark", "density": "compact", "back": "/style?x=1"})
    assert response["Location"] == "/style?x=1"
    assert b'data-theme="dark" data-density="compact"' in client.get("/style").content


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("http://testserver//evil.example/x?y=1", "/evil.example/x?y=1"),
        ("style", "/style"),
        ("http://[", "/"),
    ],
)
def test_a_form_never_leads_elsewhere(client, back, leads):
    assert client.post("/look", {"theme": "", "back": back})["Location"] == leads


def test_the_process_says_that_it_is_alive(client):
    assert client.get("/healthz").content == b"ok\n"
