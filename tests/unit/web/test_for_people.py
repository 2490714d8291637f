"""What people's requests are led through, machines' pass by: sessions, form tokens, sign-in, messages."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from mitra.web.middleware import FormTokens, Messages, Sessions, SignedIn


def led_through(path):
    """What a request has on it once it has passed, and what it was told about its form."""
    met = {}

    def view(request):
        met.update(vars(request))
        return HttpResponse()

    request = RequestFactory().post(path)
    request._dont_enforce_csrf_checks = False
    tokens = FormTokens(SignedIn(Messages(view)))
    Sessions(tokens)(request)
    refusal = tokens.process_view(request, view, (), {})
    return {"session", "user", "_messages"} & met.keys(), refusal and refusal.status_code


@pytest.mark.parametrize("path", ["/", "/exchange/share", "/api", "/exchange/api/v1"])
def test_people_are_led_through(path):
    assert led_through(path) == ({"session", "user", "_messages"}, 403)


@pytest.mark.parametrize("path", ["/api/v1/lookup", "/taxii2/", "/taxii2/mitra/collections/"])
def test_machines_pass_by(path):
    assert led_through(path) == (set(), None)
