"""What is new is counted from the visit before; looking twice within one visit does not make things old."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from mitra.home.visits import COOKIE, keep_visits, read_visits

START = datetime(2026, 11, 24, 22, 40, tzinfo=UTC)


def looked(cookie, now):
    request = RequestFactory().get("/")
    request.COOKIES = {COOKIE: cookie} if cookie is not None else {}
    visits = read_visits(request, now=now)
    response = HttpResponse()
    keep_visits(response, visits, is_secure=False)
    return visits, response.cookies[COOKIE].value


def test_the_first_visit_shows_the_last_day():
    visits, _ = looked(None, START)
    assert (visits.before, visits.since) == (None, START - timedelta(days=1))


def test_a_later_visit_counts_from_the_end_of_the_one_before():
    _, cookie = looked(None, START)
    _, cookie = looked(cookie, START + timedelta(minutes=10))
    visits, cookie = looked(cookie, START + timedelta(hours=4))
    assert visits.since == START + timedelta(minutes=10)
    again, _ = looked(cookie, START + timedelta(hours=4, minutes=20))
    assert again.since == START + timedelta(minutes=10)


@pytest.mark.parametrize("cookie", ["", ".", "x.y", "1.99999999999999", ".-5", "1.9999999999", "٣.٣"])
def test_a_cookie_that_cannot_be_is_a_first_visit(cookie):
    visits, _ = looked(cookie, START)
    assert visits.before is None
