"""Whose browser rings: nobody's but one's own, in what a browser says of itself and in what one takes away."""

from datetime import timedelta

import pytest
from django.test import Client

from browsers_world import DOOR, chosen, shown, signed_in, told
from mail_world import MEMBER, actor, now, opened, person, send
from mitra.community import operations as community
from mitra.community.models import Person
from mitra.messages.facts import Channel
from mitra.messages.models import Browser, Sending
from push_world import text_of

pytestmark = pytest.mark.django_db


def test_who_left_since_it_was_told_hears_nothing(world, service, duty, teller):
    chosen(duty, service)
    boss = chosen(signed_in(world.people["th-admin"]), service)
    told(world, answer_by=now() + timedelta(hours=1))
    community.close_account(Person.objects.get(email=world.people["th-named"]).pk, by=actor(MEMBER), now=now())
    send()
    assert [service.to(boss)[0]["tag"]] == [said["tag"] for said in service.to(boss)]
    assert len(service.came) == 1
    assert Sending.objects.get(rung=0, channel=Channel.PUSH).said == "nobody is told in this browser any more"


def test_nobody_sees_takes_away_or_takes_over_the_browser_of_another(world, service, duty):
    mine = chosen(duty, service)
    (ref,) = Browser.objects.values_list("ref", flat=True)
    person(MEMBER, "night@th.example")
    for stranger in (signed_in("night@th.example"), signed_in(world.people["cert-my"])):
        page = shown(stranger)
        assert [found for found in (ref, mine.endpoint, text_of(mine.auth), service.url) if found in page] == []
        assert stranger.post(DOOR, {"drop": ref}).status_code == 404
        assert stranger.post(DOOR, {"drop": "nowhere"}).status_code == 404
        theirs = service.browser().subscription(endpoint=mine.endpoint)
        assert stranger.post(DOOR, {"subscription": theirs}).status_code == 422
    row = Browser.objects.get()
    assert (row.endpoint, row.auth) == (mine.endpoint, text_of(mine.auth))
    opened(world, MEMBER)
    send()
    assert len(service.to(mine)) == 1


def test_a_person_takes_a_browser_away_and_it_rings_no_more(world, service, duty):
    gone, stays = chosen(duty, service), chosen(duty, service)
    page = shown(duty)
    assert page.count("Take it away") == 2
    assert [secret for secret in (gone.endpoint, text_of(gone.auth), text_of(gone.point)) if secret in page] == []
    assert duty.post(DOOR, {"drop": Browser.objects.get(endpoint=gone.endpoint).ref}).status_code == 302
    opened(world, MEMBER)
    send()
    assert [len(service.to(one)) for one in (gone, stays)] == [0, 1]


def test_a_browser_that_says_itself_again_is_kept_once_with_its_new_keys(world, service, duty, teller):
    before = chosen(duty, service)
    renewed = service.browser()
    renewed.endpoint = before.endpoint
    assert duty.post(DOOR, {"subscription": renewed.subscription()}).status_code == 302
    told(world)
    send()
    assert len(service.to(renewed)) == 1


def test_a_person_has_at_most_ten(world, service, duty):
    for _ in range(10):
        chosen(duty, service)
    answer = duty.post(DOOR, {"subscription": service.browser().subscription()})
    assert (answer.status_code, Browser.objects.count()) == (422, 10)
    assert "take one away first" in answer.content.decode()


# ── What a browser says of itself


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"endpoint": "http://10.0.0.7/x"}, "in a network that http may go to"),
        ({"endpoint": "https://169.254.169.254/latest"}, "Write an address on the internet"),
        ({"endpoint": "https://user:word@push.example/x"}, "load the page again"),
        ({"endpoint": "https://push.example/" + "x" * 500}, "more than 500 signs"),
        ({"endpoint": 7}, "load the page again"),
        ({"endpoint": "https://ex℀mple.com/x"}, "load the page again"),
        ({"endpoint": "https://push.example\\@evil.example/x"}, "load the page again"),
        ({"endpoint": "https://[::1/x"}, "load the page again"),
        ({"endpoint": "https://push.example:99999/x"}, "with the port 443"),
        ({"p256dh": text_of(b"\4" + bytes(64))}, "no point of P-256"),
        ({"p256dh": text_of(b"\4" * 64)}, "no point of P-256"),
        ({"p256dh": "not base64url!"}, "load the page again"),
        ({"auth": text_of(bytes(15))}, "not 16 bytes long"),
        ({"auth": None}, "load the page again"),
    ],
)
def test_what_is_no_subscription_is_refused_with_what_to_do(world, service, duty, other, sentence):
    answer = duty.post(DOOR, {"subscription": service.browser().subscription(**other)})
    assert (answer.status_code, Browser.objects.count()) == (422, 0)
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("said", ["", "[]", "7", "null", "{", '{"endpoint": "https://push.example/x"}', '{"keys": []}'])
def test_what_is_no_json_of_a_browser_is_refused(world, service, duty, said):
    assert duty.post(DOOR, {"subscription": said}).status_code == 422
    assert Browser.objects.count() == 0


def test_only_https_is_asked_where_no_network_was_opened(world, service, duty, settings):
    settings.MITRA_PUSH_INTO = []
    answer = duty.post(DOOR, {"subscription": service.browser().subscription()})
    assert "Write an address that begins with https://" in answer.content.decode()
    said = service.browser().subscription(endpoint="https://push.example/x")
    assert duty.post(DOOR, {"subscription": said}).status_code == 302


def test_an_address_inside_is_refused_again_when_it_is_told(world, service, duty, teller, settings):
    chosen(duty, service)
    settings.MITRA_PUSH_INTO = []
    told(world)
    send()
    assert (service.came, Sending.objects.get().state) == ([], "bounced")


def test_a_form_of_another_site_changes_nothing(world, service):
    client = signed_in(world.people["th-named"], enforce_csrf_checks=True)
    assert client.post(DOOR, {"subscription": service.browser().subscription()}).status_code == 403
    assert (client.get(DOOR).status_code, Browser.objects.count()) == (405, 0)


def test_the_worker_is_the_same_for_everybody_and_kept_by_no_cache(world, duty):
    ours, public = duty.get("/push.js"), Client().get("/push.js")
    assert ours.content == public.content
    assert (ours["Content-Type"], ours["Cache-Control"]) == ("text/javascript; charset=utf-8", "no-cache")
    assert b"caches" not in ours.content
    assert b"fetch" not in ours.content
