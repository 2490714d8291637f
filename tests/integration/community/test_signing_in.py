"""Signing in and out, and what a request carries: session or credential, never more than either."""

import base64
import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.core.cache.backends import locmem
from django.test import RequestFactory
from small_community import NOW, PASSWORD

from mitra.community import operations, queries
from mitra.community.doors import machine_required, member_required, scope_required
from mitra.community.facts import EXCHANGE_SHARE, Preferences
from mitra.community.middleware import WhoIsAsking
from mitra.core.errors import NotPermitted, NotSignedIn
from mitra.core.policy.facts import PUBLIC, Standing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgotten_attempts(db):
    cache.clear()


def sign_in(client, email, password=PASSWORD):
    return client.post("/sign-in", {"login": email, "password": password})


def test_a_person_signs_in_with_address_and_password_and_out_again(world, client):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    answer = sign_in(client, " K@cert-th.example ")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    page = client.get("/organisation")
    assert page.status_code == 200
    assert "กิตติ สุวรรณ" in page.content.decode()
    assert client.get("/sign-out").status_code == 200
    assert client.post("/sign-out")["Location"] == "/"
    assert client.get("/organisation")["Location"] == "/sign-in?next=%2Forganisation"


def answer_of(client, email, password):
    answer = sign_in(client, email, password)
    return answer.status_code, re.sub(r'(value="[^"]*"|csrf[^>]*)', "", answer.content.decode())


def test_whoever_cannot_sign_in_is_answered_alike(world, client):
    for slug, email in (("cert-th", "k@x.example"), ("cert-kh", "s@x.example"), ("cert-la", "l@x.example")):
        world.add_person(slug, email, "analyst")
    operations.change_standing(world.ids["cert-kh"], to=Standing.LEFT, by=world.operator(), now=NOW)
    closed = world.person("l@x.example")
    operations.close_account(closed.pk, by=world.operator("cert-la"), now=NOW)
    answers = {
        answer_of(client, email, password)
        for email, password in (
            ("k@x.example", "not-the-password"),
            ("n@x.example", PASSWORD),
            ("s@x.example", PASSWORD),
            ("l@x.example", PASSWORD),
        )
    }
    assert len(answers) == 1
    ((status, text),) = answers
    assert status == 200
    assert "do not go together" in text


def test_an_unknown_address_costs_a_hash_as_a_known_one_does(world, client, monkeypatch):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    from django.contrib.auth.hashers import MD5PasswordHasher

    work = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *of: work.append(1) or encode(*of))
    for email in ("k@cert-th.example", "nobody@cert-th.example"):
        work.clear()
        sign_in(client, email, "wrong-password")
        assert len(work) == 1


def test_tries_are_limited(world, client):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    for _ in range(5):
        sign_in(client, "k@cert-th.example", "wrong-password")
    answer = sign_in(client, "k@cert-th.example")
    assert "Too many tries" in answer.content.decode()
    assert client.get("/organisation").status_code == 302


def test_tries_count_whichever_process_they_meet(world, client):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    for _ in range(5):
        sign_in(client, "k@cert-th.example", "wrong-password")
    for kept in (
        *locmem._caches.values(),
        *locmem._expire_info.values(),
    ):  # what one process keeps for itself, another does not know
        kept.clear()
    assert "Too many tries" in sign_in(client, "k@cert-th.example").content.decode()


def refused(client, **headers):
    """How many of 12 wrong tries from one address, each for another account, are refused unheard."""
    answers = [client.post("/sign-in", {"login": f"n{n}@x.example", "password": "wrong"}, **headers) for n in range(12)]
    return sum("Too many tries" in answer.content.decode() for answer in answers)


def test_an_address_is_taken_from_the_proxies_that_one_has_and_no_further(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert refused(client, HTTP_X_FORWARDED_FOR="203.0.113.7, 198.51.100.1") == 2
    assert refused(client, HTTP_X_FORWARDED_FOR="203.0.113.8, 198.51.100.1") == 12
    assert refused(client, HTTP_X_FORWARDED_FOR="198.51.100.2") == 2


@pytest.mark.parametrize("proxies", [0, 2])
def test_an_address_that_anybody_may_invent_counts_for_nothing(client, settings, proxies):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert refused(client, HTTP_X_FORWARDED_FOR="198.51.100.1") == 2
    assert refused(client, HTTP_X_FORWARDED_FOR="198.51.100.2") == 12


def test_nobody_signs_up_and_nothing_else_of_allauth_is_there(client):
    for address in ("/sign-up", "/accounts/signup/", "/password/reset/", "/email/", "/accounts/login/"):
        assert client.get(address).status_code == 404


def test_who_is_sent_elsewhere_after_signing_in_stays_here(world, client):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    data = {"login": "k@cert-th.example", "password": PASSWORD}
    assert client.post("/sign-in", data | {"next": "https://evil.example/"})["Location"] == "/"
    client.post("/sign-out")
    assert client.post("/sign-in", data | {"next": "/organisation"})["Location"] == "/organisation"
    assert client.get("/sign-in", {"next": "http://["})["Location"] == "/"


def test_a_changed_password_ends_other_browsers(world, client):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    other = type(client)()
    for browser in (client, other):
        sign_in(browser, "k@cert-th.example")
    new = "another-brown-buffalo"
    short = client.post("/preferences/password", {"oldpassword": PASSWORD, "password1": "short", "password2": "short"})
    assert short.status_code == 200
    assert "too short" in short.content.decode()
    answer = client.post("/preferences/password", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer["Location"] == "/preferences"
    assert "Your password is changed" in client.get("/preferences").content.decode()
    assert other.get("/organisation").status_code == 302


def test_a_closed_account_is_out_at_once(world, client):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    sign_in(client, "k@cert-th.example")
    operations.close_account(person.id, by=world.operator("cert-th"), now=NOW)
    assert client.get("/organisation").status_code == 302


def test_who_left_is_signed_out_at_its_next_request(world, client):
    world.add_person("cert-th", "k@cert-th.example", "analyst")
    sign_in(client, "k@cert-th.example")
    operations.change_standing(world.ids["cert-th"], to=Standing.LEFT, by=world.operator(), now=NOW)
    assert client.get("/organisation")["Location"].startswith("/sign-in")
    assert client.get("/sign-in").status_code == 200


def test_the_look_comes_to_each_browser(world, client):
    person = world.add_person("cert-th", "k@cert-th.example", "analyst")
    operations.keep_preferences(person.id, Preferences(density="compact", theme="dark", time_zone="Asia/Yangon"))
    answer = sign_in(client, "k@cert-th.example")
    assert {name: answer.cookies[name].value for name in ("mitra-theme", "mitra-density")} == {
        "mitra-theme": "dark",
        "mitra-density": "compact",
    }


# ── What a request carries


def ask(header=None, user=None):
    """Return a request after the middleware has asked who it is."""
    request = RequestFactory().get("/", **({"HTTP_AUTHORIZATION": header} if header is not None else {}))
    request.user, request.now = user or AnonymousUser(), NOW
    WhoIsAsking(lambda _request: None)(request)
    return request


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_token_comes_in_by_every_way_that_clients_know(world):
    token = world.token("cert-th").token
    stix_id = queries.get_organisation("cert-th").stix_id
    for header in (
        f"Bearer {token}",
        f"bearer {token}",
        f"Token {token}",
        token,
        basic("cert-th", token),
        basic(stix_id, token),
        basic("", token),
    ):
        request = ask(header)
        assert request.viewer == request.actor.viewer == queries.actor_of_token(token, now=NOW).viewer
        assert request.is_machine is True


def test_a_header_that_does_not_hold_leaves_the_public(world):
    token = world.token("cert-th").token
    for header in (
        "Bearer nothing",
        f"Bearer {token}x",
        f"Digest {token}",
        basic("cert-kh", token),
        basic("cert-th", "x"),
        "Basic ????",
        "Basic /w==",
        "Basic ÿ",
        "Bearer ",
        "Bearer \udcff",
    ):
        request = ask(header)
        assert (request.actor, request.viewer, request.is_machine) == (None, PUBLIC, True)
        assert isinstance(request.refusal, NotSignedIn)


def test_a_credential_wins_over_a_session_beside_it(world):
    world.add_person("cert-kh", "s@cert-kh.example", "analyst")
    person = world.person("s@cert-kh.example")
    request = ask(f"Bearer {world.token('cert-th').token}", user=person)
    assert (request.actor.organisation_slug, request.actor.person) == ("cert-th", None)
    request = ask("Bearer nothing", user=person)
    assert (request.actor, request.viewer) == (None, PUBLIC)


def test_the_public_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        request = ask()
    assert (request.actor, request.viewer, request.is_machine, request.refusal) == (None, PUBLIC, False, None)


def test_doors_let_in_whom_they_are_for(world):
    world.add_person("cert-th", "k@cert-th.example", "legal")
    person = world.person("k@cert-th.example")
    token = world.token("cert-th").token
    signed_in, machine, nobody, refused = ask(user=person), ask(token), ask(), ask("Bearer nothing")

    def outcome(door, request):
        try:
            return door(lambda _request: "in")(request)
        except (NotSignedIn, NotPermitted) as refusal:
            return type(refusal)

    everybody = (signed_in, machine, nobody, refused)
    assert [outcome(member_required, asked) for asked in everybody] == ["in", NotSignedIn, NotSignedIn, NotSignedIn]
    assert [outcome(machine_required, asked) for asked in everybody] == [NotSignedIn, "in", NotSignedIn, NotSignedIn]
    share = scope_required(EXCHANGE_SHARE)
    assert [outcome(share, asked) for asked in everybody] == [NotPermitted, NotPermitted, NotSignedIn, NotSignedIn]


def test_machine_doors_ask_no_form_token():
    assert machine_required(lambda _request: None).csrf_exempt is True
    assert not hasattr(member_required(lambda _request: None), "csrf_exempt")


def test_the_refusal_of_a_token_is_what_the_door_raises(world):
    request = ask("Bearer nothing")
    with pytest.raises(NotSignedIn) as refusal:
        machine_required(lambda _request: None)(request)
    assert refusal.value is request.refusal


def test_uses_are_noted_by_the_middleware(world, monkeypatch):
    from mitra.community import middleware

    noted = SimpleNamespace(uses=[], note=lambda key, *, now: noted.uses.append((key, now)))
    monkeypatch.setattr(middleware, "last_uses", noted)
    issued = world.token("cert-th")
    ask(issued.token)
    ask("Bearer nothing")
    assert noted.uses == [(issued.credential.id, NOW)]
