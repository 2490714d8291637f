"""The rail shows what rooms put on it, to those who may use it, and which one this page belongs to."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from mitra.web import frame, ports
from mitra.web.ports import Eyes, Verb

ACTOR = SimpleNamespace(scopes=frozenset({"exchange:read"}))


@pytest.fixture
def rail(monkeypatch):
    monkeypatch.setattr(ports, "_verbs", {})
    monkeypatch.setattr(ports, "_needs", {})
    monkeypatch.setattr(ports, "_eyes", [])
    ports.add_verb(Verb("Low", "healthz", order=90, starts=("/healthz",), is_quiet=True))
    ports.add_verb(Verb("Analyse", "look", order=40, starts=("/style/look",)))
    ports.add_verb(Verb("Share", "style", order=10, starts=("/style",)))
    ports.add_verb(Verb("Manage", "robots", order=20, scope="community:manage"))


def framed(path, actor=ACTOR):
    request = RequestFactory().get(path)
    request.actor = actor
    return frame.build(request)


def test_verbs_stand_in_their_order_and_the_quiet_ones_below(rail):
    found = framed("/")
    assert [way.name for way in found.verbs] == ["Share", "Analyse"]
    assert [way.name for way in found.low] == ["Low"]


def test_a_verb_that_needs_a_scope_is_shown_to_its_holders_only(rail):
    holder = SimpleNamespace(scopes=frozenset({"community:manage"}))
    assert [way.name for way in framed("/", holder).verbs] == ["Share", "Manage", "Analyse"]


@pytest.mark.parametrize(
    ("path", "current"), [("/style/x", "Share"), ("/style/look?q=1", "Analyse"), ("/healthz", "Low"), ("/other", None)]
)
def test_the_longest_beginning_of_the_path_is_the_current_verb(rail, path, current):
    found = framed(path)
    assert [way.name for way in (*found.verbs, *found.low) if way.is_current] == ([current] if current else [])


def test_the_public_has_no_rail_and_no_eyes(rail):
    ports.answer_eyes(lambda _request: pytest.fail("nobody asked"))
    found = framed("/", None)
    assert (found.verbs, found.low, found.eyes, found.is_signed_in) == ((), (), None, False)


def test_the_corner_shows_the_zone_of_whose_eyes_look(rail):
    ports.answer_eyes(lambda _request: Eyes("National CSIRT (KH)", "Sok", zone="Asia/Phnom_Penh"))
    found = framed("/")
    assert (found.eyes.organisation, found.zone.key) == ("National CSIRT (KH)", "Asia/Phnom_Penh")
    assert frame.place_of(found.zone) == "Phnom Penh"


def test_an_unknown_zone_is_utc():
    assert [frame.zone_named(name).key for name in ("Mars/Olympus", "../etc", "")] == ["UTC", "UTC", "UTC"]


def test_needs_come_by_their_minute_and_those_without_one_last(rail):
    from datetime import UTC, datetime, timedelta

    from mitra.web.ports import Need

    now = datetime(2026, 11, 24, 20, 10, tzinfo=UTC)
    made = {
        name: Need("k", name, "", "/", "act", due_at=due)
        for name, due in (("later", now + timedelta(hours=2)), ("none", None), ("soon", now + timedelta(minutes=1)))
    }
    ports.answer_needs("a", lambda *_, **__: [made["later"], made["none"]])
    ports.answer_needs("b", lambda *_, **__: [made["soon"]])
    assert [need.title for need in ports.needs_of(ACTOR, now=now)] == ["soon", "later", "none"]
