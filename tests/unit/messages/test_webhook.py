"""Webhooks as Standard Webhooks 1.0.0 says: checked by its own library, and by receivers that answer as they like."""

from base64 import b64decode, b64encode
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mitra.client.outward import Answer, Policy
from mitra.messages.channels.webhook import deliver, judge, new_secret, sign, wait_of

POLICY = Policy(allowed=(ip_network("127.0.0.0/8"),), allows_http=True, deadline_seconds=0.5, answer_bytes=4096)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@contextmanager
def receiver(status, headers=None, body=b""):
    """A receiver that answers so, and keeps what it was sent."""
    taken = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            self.send_response(status, "Whatever<b>")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            """Keep the test's output clean."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook", taken
        finally:
            server.shutdown()
            thread.join(timeout=5)


def call(url, *, at=NOW, policy=POLICY):
    return deliver(url, [SECRET], "msg_1", at, b"{}", policy=policy)


def answer(status, body=b"", **headers):
    return Answer(status, body, headers, "https://hooks.example/")


def test_a_signature_is_that_of_the_standard():
    # The vector of the standard's own libraries.
    headers = sign(
        [SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", datetime.fromtimestamp(1614265330, UTC), b'{"test": 2432232314}'
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.text(), st.lists(st.binary(min_size=24, max_size=64), min_size=1, max_size=3, unique=True))
def test_every_secret_of_a_rotation_verifies(text, keys):
    secrets = ["whsec_" + b64encode(key).decode() for key in keys]
    headers = sign(secrets, "msg_1", datetime.now(UTC), text.encode())
    for secret in secrets:
        Webhook(secret).verify(text.encode(), headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secrets[0]).verify(f"{text}.".encode(), headers, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(text.encode(), headers, json_parse=False)


def test_a_time_is_that_of_its_zone():
    at = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert sign([SECRET], "msg_1", at, b"") == sign([SECRET], "msg_1", NOW, b"")


def test_a_secret_has_the_standards_shape_and_is_new():
    secrets = [new_secret() for _nth in range(8)]
    assert {(secret[:6], len(b64decode(secret[6:], validate=True))) for secret in secrets} == {("whsec_", 32)}
    assert len(set(secrets)) == 8


def test_what_is_delivered_verifies_and_a_repeat_keeps_its_id():
    first = datetime.now(UTC)
    with receiver(204) as (url, taken):
        went = [
            deliver(url, [SECRET, new_secret()], "msg_1", at, b'{"a": "\xc3\xa9"}', policy=POLICY)
            for at in (first, first + timedelta(minutes=1))
        ]
    assert [(one.state, one.said, one.retry_after, one.code) for one in went] == [
        ("delivered", "204 No Content", 0, "")
    ] * 2
    for body, headers in taken:
        assert Webhook(SECRET).verify(body, headers) == {"a": "é"}
        assert headers["Content-Type"] == "application/json"
    assert [headers["webhook-id"] for _, headers in taken] == ["msg_1", "msg_1"]
    assert int(taken[1][1]["webhook-timestamp"]) - int(taken[0][1]["webhook-timestamp"]) == 60


@pytest.mark.parametrize(
    ("status", "state", "code"),
    [
        *((status, "delivered", "") for status in (200, 201, 202, 204, 299)),
        *((status, "deferred", "") for status in (408, 425, 429, 500, 502, 503, 504, 599, 999)),
        *((status, "bounced", "") for status in (300, 301, 302, 307, 308, 400, 401, 403, 404, 405, 413, 422)),
        (410, "bounced", "gone"),
    ],
)
def test_a_status_settles_how_it_went(status, state, code):
    went = judge(answer(status), now=NOW)
    assert (went.state, went.code, went.said.split()[0]) == (state, code, str(status))


def test_gone_is_told_from_a_real_receiver():
    with receiver(410, body=b"no more") as (url, _taken):
        went = call(url)
    assert (went.state, went.code, went.said) == ("bounced", "gone", "410 Gone: no more")


def test_a_receiver_that_wants_time_is_given_it():
    with receiver(429, {"Retry-After": "120"}) as (url, _taken):
        went = call(url)
    assert (went.state, went.retry_after) == ("deferred", 120)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(
            ("", 0),
            ("0", 0),
            ("120", 120),
            ("3600", 3600),
            ("3601", 3600),
            ("9" * 5000, 3600),
            ("-5", 0),
            ("1.5", 0),
            ("²", 0),
        ),
        *(
            ("Sun, 01 Mar 2026 12:02:00 GMT", 120),
            ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
            ("Tue, 01 Jan 2030 00:00:00 GMT", 3600),
        ),
        *(("soon", 0), ("Sun, 01 Mar 2026 12:02:00", 0), ("Sun, 99 Mar 2026 12:02:00 GMT", 0)),
    ],
)
def test_a_wait_is_read_and_bounded(said, seconds):
    assert wait_of(said, now=NOW) == seconds


@given(st.text())
def test_any_wait_is_bounded(said):
    assert 0 <= wait_of(said, now=NOW) <= 3600


@given(st.binary(max_size=3000), st.sampled_from([400, 500]))
def test_what_a_receiver_wrote_is_short_and_printable(body, status):
    said = judge(answer(status, body), now=NOW).said
    assert said.isprintable()
    assert len(said.partition(": ")[2]) <= 200
    assert said.startswith(("400 Bad Request", "500 Internal Server Error"))


def test_the_words_of_a_receivers_status_line_are_not_shown():
    with receiver(500, body=b"a\x1b[31m\r\n\xe2\x80\xaeb\xff" + b"c" * 500) as (url, _taken):
        assert call(url).said == "500 Internal Server Error: a [31m b\ufffd" + "c" * 191


def test_a_yes_that_never_ends_is_a_yes():
    with receiver(200, body=b"x" * 100_000) as (url, _taken):
        assert call(url).state == "delivered"
    with receiver(410, body=b"x" * 100_000) as (url, _taken):
        assert call(url).code == "gone"


def test_whoever_does_not_answer_is_tried_later():
    with receiver(200) as (url, _taken):
        pass
    went = call(url)
    assert (went.state, went.code, went.said) == ("deferred", "connect", "Nobody took the connection.")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "https://127.0.0.1/", "https://169.254.169.254/", "https://2130706433/"]
)
def test_what_we_do_not_ask_is_not_tried_again(url):
    went = call(url, policy=Policy())
    assert (went.state, went.code, went.said[:6]) == ("bounced", "refused", "Write ")
