"""Web push from the page where a person chooses it to a push service on 127.0.0.1 and a browser that reads it."""

import json
from datetime import UTC, timedelta

import pytest
from py_vapid import Vapid02

from browsers_world import PAGE, TITLE, chosen, shown, signed_in, told
from clock_world import World
from mail_world import HEADING, MEMBER, now, opened, person, send
from mitra.core.policy.facts import Tlp
from mitra.messages.channels.pushing import write_push
from mitra.messages.facts import Channel, Described
from mitra.messages.models import Browser, Sending
from mitra.messages.oncall import duty_ladder
from push_world import bytes_of
from sender_process import start_sender

pytestmark = pytest.mark.django_db

WAIT_SECONDS = 60


def ladder_of_browsers(world):
    ladder = duty_ladder(world.organisations[MEMBER], realm=0)
    return [one for rung in ladder for one in rung.addresses if one.channel is Channel.PUSH]


# ── Out


def test_who_is_asked_into_a_case_hears_it_in_the_browser_without_a_word_of_it(world, service, duty):
    browser = chosen(duty, service)
    made = opened(world, MEMBER)
    send()
    ((path, headers, body),) = service.came
    (said,) = service.to(browser)
    ref = said["tag"]
    assert path == browser.endpoint.removeprefix(service.url)
    assert said["heading"].startswith("[TLP:AMBER+STRICT] ")
    assert said["body"].startswith(f"{made.number} (S5)\nAnswer by ")
    assert (said["url"], said["stays"]) == (f"/inbox/{ref}", True)
    assert duty.get(said["url"]).status_code == 200
    canaries = (HEADING, *HEADING.split(), "malicious-code", "infected-system")
    told = f"{json.dumps(said, ensure_ascii=False)} {headers}"
    assert [word for word in canaries if word in told] == []
    assert made.number.encode() not in body, "it is not sealed"
    way = Sending.objects.get(channel=Channel.PUSH)
    assert (way.state, way.said, way.tries) == ("sent", "201 Created", 1)
    assert "browser" in duty.get(said["url"]).content.decode()


def test_it_says_to_the_push_service_what_the_rfcs_ask_for_and_vouches_by_the_key_of_the_page(world, service, duty):
    chosen(duty, service)
    opened(world, MEMBER)
    send()
    ((_, headers, body),) = service.came
    assert (headers["content-encoding"], headers["ttl"], headers["urgency"]) == ("aes128gcm", "86400", "high")
    assert headers["topic"] == Sending.objects.get(channel=Channel.PUSH).token
    assert len(headers["topic"]) <= 32
    assert len(body) <= 4096
    assert Vapid02.verify(headers["authorization"])
    token, _, key = headers["authorization"].removeprefix("vapid t=").partition(",k=")
    assert f'data-push-key="{key}"' in shown(duty)
    claims = json.loads(bytes_of(token.split(".")[1]))
    assert (claims["aud"], claims["sub"]) == (service.url, "https://hub.example")
    assert 0 < claims["exp"] - now().timestamp() <= 24 * 3600


@pytest.mark.parametrize(
    ("tlp", "heading", "body"),
    [
        (Tlp.CLEAR, "[TLP:CLEAR] Something was told", f"{TITLE}\nTH-7K3M"),
        (Tlp.AMBER, "[TLP:AMBER] Something was told", f"{TITLE}\nTH-7K3M"),
        (Tlp.AMBER_STRICT, "[TLP:AMBER+STRICT] Something was told", "TH-7K3M"),
        (None, "Something was told", "TH-7K3M"),
    ],
)
def test_it_says_what_the_subject_of_a_mail_may_say(world, service, duty, teller, tlp, heading, body):
    browser = chosen(duty, service)
    told(world, tlp=tlp)
    send()
    (said,) = service.to(browser)
    assert (said["heading"], said["body"], said["stays"]) == (heading, body, False)


def test_nothing_at_red_goes_out_at_all(world, service, duty, teller):
    chosen(duty, service)
    told(world, tlp=Tlp.RED, severity=5)
    send()
    assert service.came == []


def test_what_would_be_said_at_red_has_neither_words_nor_number(world, service, duty, teller):
    chosen(duty, service)
    told(world, tlp=Tlp.RED)
    said = json.loads(write_push(Sending.objects.get(), Described(TITLE, "/somewhere")))
    assert (said["heading"], said["body"]) == ("[TLP:RED] Something was told", "")


def test_words_that_are_too_long_for_a_push_service_stay_in_the_portal(world, service, duty, teller, monkeypatch):
    browser = chosen(duty, service)
    monkeypatch.setattr("browsers_world.TITLE", "ຍາວ" * 1000)
    told(world)
    send()
    (said,) = service.to(browser)
    assert said["body"] == "TH-7K3M"


def test_it_keeps_the_quiet_hours_of_mail_and_rings_who_wants_no_mail(world, service, duty, teller):
    browser = chosen(duty, service)
    hour = now().astimezone(UTC).hour
    quiet = {"quiet_from": str(hour), "quiet_to": str((hour + 2) % 24), "wakes_from": "4"}
    assert duty.post(PAGE, {"by_mail": "no", **quiet}).status_code == 302
    told(world, key="little", severity=2)
    told(world, key="grave", severity=4)
    send()
    assert [said["body"] for said in service.to(browser)] == [f"{TITLE}\nTH-7K3M (S4)"]
    send(lambda: now() + timedelta(hours=2, minutes=1))
    assert len(service.to(browser)) == 2
    assert not Sending.objects.filter(channel=Channel.MAIL, to=world.people["th-named"]).exists()


def test_each_person_hears_in_its_own_browsers_and_all_are_found_in_one_statement(
    world, service, duty, django_assert_num_queries
):
    person(MEMBER, "night@th.example")
    first, second = chosen(duty, service), chosen(duty, service)
    with django_assert_num_queries(4):
        assert len(ladder_of_browsers(world)) == 2
    third = chosen(signed_in("night@th.example"), service)
    with django_assert_num_queries(4):
        assert len(ladder_of_browsers(world)) == 3
    opened(world, MEMBER)
    send()
    assert [len(service.to(one)) for one in (first, second, third)] == [1, 1, 1]


def test_what_is_urgent_rings_again_under_the_same_topic_until_somebody_answers(world, service, duty, teller):
    chosen(duty, service)
    time, quarter = World(now() + timedelta(seconds=1)), timedelta(minutes=15)
    told(world, severity=5, answer_by=time.now + quarter)
    for _ in range(4):
        send(lambda: time.now)
        time.advance(quarter)
    topics = [headers["topic"] for _, headers, _ in service.came]
    assert (len(topics), len(set(topics))) == (3, 1)


# ── What a push service answers


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten_and_the_next_ones_are_told_at_once(world, service, duty, teller, status):
    person(MEMBER, "boss@th.example", "administrator")
    chosen(duty, service)
    boss = chosen(signed_in("boss@th.example"), service)
    service.answers = [(status, {})]
    told(world, answer_by=now() + timedelta(hours=1))
    send()
    assert [row.state for row in Sending.objects.filter(rung=0, channel=Channel.PUSH)] == ["bounced"]
    assert Browser.objects.get().endpoint == boss.endpoint
    assert "since" not in shown(duty)
    assert len(service.to(boss)) == 1


@pytest.mark.parametrize(("status", "wait"), [(429, 1800), (503, 1800), (500, 0)])
def test_a_push_service_that_is_busy_is_asked_again_when_it_says(world, service, duty, teller, status, wait):
    browser = chosen(duty, service)
    service.answers = [(status, {"Retry-After": str(wait)} if wait else {})]
    told(world)
    begin = now()
    send(lambda: begin)
    way = Sending.objects.get()
    assert (way.state, way.next_at - begin) == ("deferred", timedelta(seconds=max(60, wait)))
    send(lambda: begin + timedelta(seconds=max(60, wait) - 1))
    assert len(service.came) == 1
    send(lambda: begin + timedelta(seconds=max(60, wait) + 1))
    assert (len(service.to(browser)), Sending.objects.get().state) == (2, "sent")
    assert len({headers["topic"] for _, headers, _ in service.came}) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 403, 413])
def test_a_push_service_that_refuses_is_not_asked_again_and_the_browser_stays(world, service, duty, teller, status):
    chosen(duty, service)
    service.answers = [(status, {"Location": "/elsewhere"})]
    told(world)
    send()
    send(lambda: now() + timedelta(days=1))
    assert (len(service.came), Sending.objects.get().state, Browser.objects.count()) == (1, "bounced", 1)


def test_a_push_service_that_does_not_answer_is_asked_later(world, service, duty, teller):
    chosen(duty, service)
    Browser.objects.update(endpoint="http://127.0.0.1:1025/push/nobody")
    told(world)
    send()
    way = Sending.objects.get()
    assert (way.state, way.said) == ("deferred", "its push service does not answer")


def test_a_sender_killed_before_it_noted_tells_once_more_under_the_same_topic(world, service, duty, settings):
    browser = chosen(duty, service)
    opened(world, MEMBER)
    service.answers_now.clear()
    process = start_sender(Channel.PUSH, settings)
    try:
        assert service.asked.wait(WAIT_SECONDS)
    finally:
        process.kill()
        process.wait()
    service.answers_now.set()
    ways = Sending.objects.filter(channel=Channel.PUSH)
    assert ways.get().state == Sending.SENDING
    send()
    send()
    first, second = (headers["topic"] for _, headers, _ in service.came)
    assert second == first
    assert len({said["tag"] for said in service.to(browser)}) == 1
    assert (ways.get().state, ways.get().tries) == ("sent", 2)
