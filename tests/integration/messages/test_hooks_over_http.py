"""Webhooks from the page where an administrator sets one up to a real server on 127.0.0.1 that checks what came."""

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from django.test import Client
from standardwebhooks import Webhook, WebhookVerificationError

from mail_world import HEADING, MEMBER, now, opened, person, send
from mitra.community.models import Person
from mitra.messages.facts import Channel
from mitra.messages.models import Hook, Sending
from mitra.messages.oncall import duty_ladder

pytestmark = pytest.mark.django_db

PAGE = "/inbox/webhooks"
METADATA = "http://169.254.169.254/latest/meta-data/"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
AGAIN = re.compile(r'name="again" value="([a-z2-7]+)"')
DROP = re.compile(r'name="drop" value="([0-9a-f]+)"')


SECRET_OF_INSIDE = "canary-of-an-internal-service"


@dataclass
class Receiver:
    """What a web server was sent, and the answers that it gives next: a status, and where that sends on to."""

    url: str = ""
    came: list = field(default_factory=list)
    """(path, headers, body) of each request."""
    answers: list = field(default_factory=list)


@contextmanager
def listening(receiver):
    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append((self.path, {name.lower(): said for name, said in self.headers.items()}, body))
            status, onward = receiver.answers.pop(0) if receiver.answers else (204, "")
            self.send_response(status)
            if onward:
                self.send_header("Location", onward)
            self.end_headers()
            if status >= 400:
                self.wfile.write(SECRET_OF_INSIDE.encode())

        do_GET = do_POST  # noqa: N815 - http.server asks so

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        receiver.url = f"http://127.0.0.1:{server.server_port}/tickets"
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def receiver(settings):
    settings.MITRA_WEBHOOKS_INTO = ["127.0.0.0/8"]
    settings.MITRA_URL = "https://hub.example"
    with listening(Receiver()) as made:
        yield made


@pytest.fixture
def admin(world):
    """The browser of an administrator of the organisation that is told."""
    return browser(world.people["th-admin"])


def browser(email):
    client = Client()
    client.force_login(Person.objects.get(email=email))
    return client


def shown(client):
    return client.get(PAGE).content.decode()


def set_up(admin, receiver):
    """Set a webhook up on the page; return its secret as that showed it."""
    answer = admin.post(PAGE, {"url": receiver.url})
    assert answer.status_code == 200
    (secret,) = set(SECRET.findall(answer.content.decode()))  # beside it a button that copies it
    return secret


def later(minutes):
    return lambda: now() + timedelta(minutes=minutes)


def verified(secret, request):
    """The body of a request, as the standard's own library takes it, and its id."""
    _, headers, body = request
    return Webhook(secret).verify(body, headers), headers["webhook-id"]


def test_a_secret_is_shown_once_and_verifies_what_comes_of_a_case_without_a_word_of_it(world, receiver, admin):
    secret = set_up(admin, receiver)
    assert SECRET.findall(shown(admin)) == []
    made = opened(world, MEMBER)
    send()
    (request,) = receiver.came
    path, headers, body = request
    said, _ = verified(secret, request)
    assert (path, said["type"]) == ("/tickets", "cases.asked")
    assert set(said["data"]) == {"message", "severity", "url", "tlp", "number", "answer_by"}
    assert (said["data"]["tlp"], said["data"]["severity"]) == ("TLP:AMBER+STRICT", 5)
    assert said["data"]["number"] == made.number
    assert said["data"]["url"].startswith("https://hub.example/")
    canaries = (HEADING, *HEADING.split(), "malicious-code", "infected-system")
    told = f"{json.dumps(said, ensure_ascii=False)} {body.decode()} {headers}"
    assert [word for word in canaries if word in told] == []
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 44).verify(body, headers)
    assert "arrived" in shown(admin)


def test_a_server_that_breaks_is_tried_again_later_under_the_same_id(world, receiver, admin):
    secret = set_up(admin, receiver)
    receiver.answers = [(500, "")]
    opened(world, MEMBER)
    send()
    assert "does not answer" in shown(admin)
    send()
    assert len(receiver.came) == 1
    send(later(2))
    first, second = (verified(secret, request) for request in receiver.came)
    assert second == first
    stamps = [headers["webhook-timestamp"] for _, headers, _ in receiver.came]
    assert int(stamps[1]) - int(stamps[0]) >= 119
    assert Sending.objects.get(channel=Channel.WEBHOOK).state == "delivered"
    assert "does not answer" not in shown(admin)


def test_a_server_that_is_gone_is_called_no_more(world, receiver, admin):
    set_up(admin, receiver)
    receiver.answers = [(410, "")]
    opened(world, MEMBER)
    assert hooks_of(world) != []
    send()
    assert "wants no more" in shown(admin)
    assert hooks_of(world) == []
    opened(world, MEMBER)
    send(later(60))
    assert len(receiver.came) == 1


@pytest.mark.parametrize("status", [410, 500])
def test_whoever_names_an_internal_address_reads_nothing_of_what_stands_there(world, receiver, admin, status):
    set_up(admin, receiver)
    receiver.answers = [(status, "")]
    opened(world, MEMBER)
    send()
    page = shown(admin)
    assert (str(status) in page, SECRET_OF_INSIDE in page) == (True, False)
    assert SECRET_OF_INSIDE not in Hook.objects.get().said + Sending.objects.get(channel=Channel.WEBHOOK).said


def hooks_of(world):
    ladder = duty_ladder(world.organisations[MEMBER], realm=0)
    return [one.to for rung in ladder for one in rung.addresses if one.channel is Channel.WEBHOOK]


@pytest.mark.parametrize("onward", [METADATA, "/elsewhere"])
def test_a_request_is_never_sent_on(world, receiver, admin, onward):
    set_up(admin, receiver)
    receiver.answers = [(302, onward)]
    opened(world, MEMBER)
    send()
    send(later(60))
    assert [path for path, _, _ in receiver.came] == ["/tickets"]
    way = Sending.objects.get(channel=Channel.WEBHOOK)
    assert (way.state, way.tries, way.said) == ("bounced", 1, "302 Found")


def test_an_address_inside_is_refused_on_the_page_and_again_when_it_is_called(world, receiver, admin):
    answer = admin.post(PAGE, {"url": METADATA})
    assert (answer.status_code, Hook.objects.count()) == (422, 0)
    set_up(admin, receiver)
    Hook.objects.update(url=METADATA)  # as one is that was set up while the operator allowed it
    opened(world, MEMBER)
    send()
    way = Sending.objects.get(channel=Channel.WEBHOOK)
    assert (way.state, way.tries) == ("bounced", 1)
    assert "in a network that http may go to" in way.said
    assert receiver.came == []


def test_send_it_again_repeats_under_the_same_id(world, receiver, admin):
    secret = set_up(admin, receiver)
    opened(world, MEMBER)
    send()
    send()
    assert len(receiver.came) == 1
    (ref,) = AGAIN.findall(shown(admin))
    assert admin.post(PAGE, {"again": ref}).status_code == 302
    send()
    first, second = (verified(secret, request) for request in receiver.came)
    assert second == first
    assert first[1] == f"msg_{ref}"


def test_another_organisations_administrator_finds_neither_hook_nor_request(world, receiver, admin):
    set_up(admin, receiver)
    opened(world, MEMBER)
    send()
    (hook,), (ref,) = DROP.findall(shown(admin)), AGAIN.findall(shown(admin))
    person("cert-my", "boss@my.example", "administrator")
    stranger = browser("boss@my.example")
    page = shown(stranger)
    assert [found for found in (hook, ref, receiver.url) if found in page] == []
    assert stranger.post(PAGE, {"drop": hook}).status_code == 404
    assert stranger.post(PAGE, {"again": ref}).status_code == 404
    send()
    assert (len(receiver.came), hooks_of(world)) == (1, [hook])


def test_in_an_exercise_nothing_of_the_real_world_is_sent_again(world, receiver, admin):
    set_up(admin, receiver)
    opened(world, MEMBER)
    send()
    (hook,), (ref,) = DROP.findall(shown(admin)), AGAIN.findall(shown(admin))
    drill = world.circles["drill-realm"]
    person(MEMBER, "boss@drill.example", "administrator", realm=drill)
    beside = browser("boss@drill.example")
    assert [found for found in (hook, ref, receiver.url) if found in shown(beside)] == []
    assert [beside.post(PAGE, {word: one}).status_code for word, one in (("again", ref), ("drop", hook))] == [404, 404]
    assert beside.post(PAGE, {"turn": hook}).status_code == 404
    send()
    assert len(receiver.came) == 1


def test_whoever_does_not_manage_the_organisation_sees_none_and_sets_none_up(world, receiver):
    analyst = browser(world.people["cert-th"])
    assert analyst.get(PAGE).status_code == 403
    assert analyst.post(PAGE, {"url": receiver.url}).status_code == 403
    assert Hook.objects.count() == 0
