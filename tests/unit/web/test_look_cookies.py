"""How pages look is kept in cookies; what is not known there is the default."""

from django.http import HttpResponse
from django.test import RequestFactory

from mitra.web.look import Look, keep_look, look_of


def test_a_kept_look_is_read_again():
    response = HttpResponse()
    keep_look(response, Look("dark", "compact"), is_secure=True)
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in response.cookies.items()}
    assert look_of(request) == Look("dark", "compact")
    assert all(morsel["secure"] and morsel["httponly"] for morsel in response.cookies.values())


def test_a_strange_cookie_is_the_default():
    request = RequestFactory().get("/")
    request.COOKIES = {"mitra-theme": '"><script>', "mitra-density": "dense"}
    assert look_of(request) == Look()
