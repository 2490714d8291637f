"""What a node asks that other people named, at real servers that are slow, endless, broken, or lead elsewhere."""

import socket
import ssl
import struct
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mitra.client import outward
from mitra.client.outward import Policy, Refused, Unreachable, send

HERE, ELSEWHERE = "127.0.0.2", "127.0.0.1"
"""A loopback address that the policy opens, and one that it does not."""
POLICY = Policy(allowed=(ip_network(f"{HERE}/32"),), allows_http=True, deadline_seconds=0.5, answer_bytes=4096)
BEGUN = b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: "1"\r\n\r\nhello'
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Door:
    """A server on one address that talks as it is told, and keeps what it was asked."""

    port: int
    asked: list[bytes] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    @property
    def url(self):
        return f"http://{HERE}:{self.port}/"


@contextmanager
def door(talk, *, address=HERE):
    """Open a server whose talk(line, door) is a whole conversation; conversations are one after the other."""
    listening = socket.create_server((address, 0))
    opened = Door(listening.getsockname()[1])

    def serve():
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            with line, suppress(OSError):
                line.settimeout(5)
                talk(line, opened)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield opened
    finally:
        opened.over.set()
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(timeout=5)
        assert not thread.is_alive()


def hear(line, opened):
    """Read one request, its body by its Content-Length."""
    heard = b""
    while b"\r\n\r\n" not in heard:
        heard += line.recv(65_536) or b"\r\n\r\n"
    head, _, body = heard.partition(b"\r\n\r\n")
    length = next((int(said[15:]) for said in head.split(b"\r\n") if said.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += line.recv(65_536)
    opened.asked.append(head + b"\r\n\r\n" + body)


def says(*parts, every=0.0):
    """Talk by hearing a request and saying these parts."""

    def talk(line, opened):
        hear(line, opened)
        for part in parts:
            line.sendall(part)
            opened.over.wait(every)

    return talk


def drips(first, drop, *, every=0.02):
    """Talk by saying the first, and then drop after drop without an end."""

    def talk(line, opened):
        hear(line, opened)
        line.sendall(first)
        while not opened.over.wait(every):
            line.sendall(drop)

    return talk


def is_silent(line, opened):
    hear(line, opened)
    opened.over.wait(5)


def does_not_read(_line, opened):
    opened.over.wait(5)


def resets(line, opened):
    hear(line, opened)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def moved(to):
    return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to.encode() + b"\r\n\r\n"


def failing(url, *, method="POST", policy=POLICY, **asked):
    """Ask in vain; return the error, having seen that the deadline was kept."""
    began = time.monotonic()
    with pytest.raises(Unreachable) as unreached:
        send(method, url, policy=policy, **asked)
    assert time.monotonic() - began < policy.deadline_seconds + 0.3
    return unreached.value


def test_an_answer_comes_back_with_what_is_needed_of_it():
    with door(
        says(b'HTTP/1.1 201 Created\r\nContent-Length: 2\r\nRetry-After: 7\r\nSet-Cookie: a=b\r\nETag: "1"\r\n\r\nok')
    ) as it:
        answer = send("POST", it.url + "x?y=z", content=b"body", headers={"webhook-id": "msg_1"}, policy=POLICY)
    assert answer == outward.Answer(201, b"ok", {"etag": '"1"', "retry-after": "7"}, it.url + "x?y=z")
    head, _, body = it.asked[0].partition(b"\r\n\r\n")
    assert (head.split(b"\r\n")[0], body) == (b"POST /x?y=z HTTP/1.1", b"body")
    assert sorted(head.split(b"\r\n")[1:]) == [
        b"Accept-Encoding: identity",
        b"Connection: close",
        b"Content-Length: 4",
        b"Host: 127.0.0.2:%d" % it.port,
        b"User-Agent: Mitra",
        b"webhook-id: msg_1",
    ]


def test_a_slow_answer_within_the_deadline_is_an_answer():
    with door(says(*(bytes([byte]) for byte in WHOLE), every=0.002)) as it:
        assert send("POST", it.url, content=b"", policy=POLICY).body == b"ok"


@pytest.mark.parametrize(
    ("talk", "code", "body"),
    [
        (is_silent, "deadline", None),
        (drips(b"HT", b"T"), "deadline", None),
        (drips(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), "deadline", None),
        (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "deadline", None),
        (drips(BEGUN, b""), "deadline", b"hello"),
        (drips(BEGUN[:-5], b"o"), "deadline", b"o"),
        (drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\no\r\n"), "deadline", b"o"),
        (drips(BEGUN[:-5], b"o" * 1000, every=0), "too-long", b"o"),
        (drips(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 100, every=0), "too-long", None),
        (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, every=0), "too-long", None),
        (says(), "protocol", None),
        (resets, "protocol", None),
        (says(b"HTTP/1.1 200 OK\r\nContent-"), "protocol", None),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"), "protocol", b"hello"),
        (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "protocol", None),
        (says(b"\x00\xff\r\n\r\n" * 20), "protocol", None),
        (says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok"), "protocol", None),
    ],
)
def test_whoever_does_not_answer_is_left_in_time(talk, code, body):
    with door(talk) as it:
        error = failing(it.url, content=b"body")
    assert error.code == code
    assert (error.answer is None) is (body is None)
    if error.answer is not None:
        assert (error.answer.status, error.answer.body[: len(body)]) == (200, body)
        assert len(error.answer.body) <= POLICY.answer_bytes


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_of_just_so_many_bytes_is_read(head):
    def of(size):
        return (head % size if b"%" in head else head) + b"o" * size

    room = POLICY.answer_bytes - len(of(1000)) + 1000
    with door(says(of(room))) as it:
        assert len(send("POST", it.url, policy=POLICY).body) == room
    with door(says(of(room + 1))) as it:
        assert failing(it.url).code == "too-long"


def test_whoever_does_not_read_is_left_in_time():
    with door(does_not_read) as it:
        assert failing(it.url, content=b"x" * 20_000_000).code == "deadline"


def test_nobody_at_home_is_told_as_that():
    with socket.create_server((HERE, 0)) as gone:
        port = gone.getsockname()[1]
    assert failing(f"http://{HERE}:{port}/").code == "connect"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_write_is_never_sent_on(status):
    with door(says(WHOLE)) as other, door(says(moved(other.url).replace(b"302", b"%d" % status))) as it:
        answer = send("POST", it.url, content=b"body", policy=POLICY)
    assert (answer.status, answer.headers, other.asked) == (status, {"location": other.url}, [])


@pytest.mark.parametrize(
    "to",
    [
        *(
            "http://127.0.0.1:{port}/",
            "http://169.254.169.254/latest",
            "http://[::1]:{port}/",
            "http://0.0.0.0:{port}/",
        ),
        *("http://2130706433:{port}/", "http://0177.0.0.1:{port}/", "http://0x7f.1:{port}/", "//127.1:{port}/"),
        *("http://[::ffff:127.0.0.1]:{port}/", "http://localhost:{port}/", "http://[::]:{port}/", "gopher://{here}/"),
        *("http://user@{here}/", "http://{here}:25/", "http://[", "file:///etc/passwd"),
    ],
)
def test_a_read_is_not_sent_inside(to):
    with door(says(WHOLE), address=ELSEWHERE) as inner:
        with door(says(moved(to.format(port=inner.port, here=HERE)))) as it, pytest.raises(Refused):
            send("GET", it.url, policy=POLICY)
        assert (len(it.asked), inner.asked) == (1, [])


def test_a_read_is_sent_on_three_times():
    with ExitStack() as open_doors:
        last = open_doors.enter_context(door(says(WHOLE)))
        hops = [last]
        for _nth in range(4):
            hops.append(open_doors.enter_context(door(says(moved(hops[-1].url)))))
        assert send("GET", hops[3].url, policy=POLICY).url == last.url
        with pytest.raises(Refused, match="more than 3 times"):
            send("GET", hops[4].url, policy=POLICY)


def test_the_deadline_is_that_of_all_hops():
    with door(says(b"", moved("/again"), every=0.2)) as it:
        assert failing(it.url, method="GET").code == "deadline"


def test_another_origin_does_not_see_our_headers():
    secret = {"Authorization": "Bearer x", "X-Key": "y", "Accept": "text/plain"}
    with door(says(WHOLE)) as other, door(says(moved(other.url))) as it:
        send("GET", it.url, headers=secret, policy=POLICY)
    assert (b"Bearer" in it.asked[0], b"X-Key" in it.asked[0]) == (True, True)
    assert (b"Bearer" in other.asked[0], b"X-Key" in other.asked[0]) == (False, False)
    assert b"Accept: text/plain" in other.asked[0]


def test_a_hop_within_an_origin_keeps_our_headers():
    talks = [says(WHOLE), says(moved("/there"))]

    def talk(line, opened):
        talks.pop()(line, opened)

    with door(talk) as it:
        assert send("GET", it.url, headers={"Authorization": "Bearer x"}, policy=POLICY).url == it.url + "there"
    assert b"Bearer" in it.asked[1]


def test_a_name_is_resolved_once_an_exchange():
    answers = [[HERE], [ELSEWHERE]]
    with door(says(WHOLE)) as it:
        url = f"http://rebinding.example:{it.port}/"
        assert send("POST", url, policy=POLICY, resolve=lambda _host, _port: answers.pop(0)).status == 200
        with pytest.raises(Refused):
            send("POST", url, policy=POLICY, resolve=lambda _host, _port: answers.pop(0))
    assert b"Host: rebinding.example:%d" % it.port in it.asked[0]
    assert len(it.asked) == 1


def test_no_proxy_of_the_surroundings_is_asked(monkeypatch):
    with door(says(WHOLE)) as proxy, door(says(WHOLE)) as it:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        send("POST", it.url, policy=POLICY)
    assert (len(it.asked), proxy.asked) == (1, [])


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A certificate for hooks.example, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key(), serial_number=1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("keys") / "hooks.pem"
    as_pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*as_pem) + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def trusted(keys, monkeypatch):
    """A node that trusts this certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(keys))
    outward.trust.cache_clear()
    yield
    outward.trust.cache_clear()


def encrypted(keys, talk, names):
    """Talk over TLS, and keep the names that were asked for."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys)
    context.sni_callback = lambda _line, name, _context: names.append(name)

    def over_tls(line, opened):
        with context.wrap_socket(line, server_side=True) as inner:
            talk(inner, opened)

    return over_tls


def named(host, opened):
    return {"url": f"https://{host}:{opened.port}/", "resolve": lambda _host, _port: [HERE]}


def test_the_name_stays_in_sni_and_host(keys, trusted):
    names = []
    with door(encrypted(keys, says(WHOLE), names)) as it:
        assert send("POST", **named("hooks.example", it), policy=POLICY).body == b"ok"
    assert names == ["hooks.example"]
    assert b"Host: hooks.example:%d" % it.port in it.asked[0]


@pytest.mark.parametrize(
    ("host", "why"), [("other.example", "Hostname mismatch"), ("127.0.0.2", "IP address mismatch")]
)
def test_a_certificate_of_another_name_is_not_trusted(keys, trusted, host, why):
    with door(encrypted(keys, says(WHOLE), [])) as it:
        error = failing(**named(host, it))
    assert (error.code, why in str(error), it.asked) == ("tls", True, [])


def test_a_certificate_of_nobody_we_know_is_not_trusted(keys):
    with door(encrypted(keys, says(WHOLE), [])) as it:
        error = failing(**named("hooks.example", it), policy=replace(POLICY, deadline_seconds=2.0))
    assert (error.code, it.asked) == ("tls", [])


@pytest.mark.parametrize("talk", [lambda line, _opened: line.sendall(WHOLE), lambda line, _opened: line.close()])
def test_no_tls_is_told_as_that(talk, trusted):
    with door(talk) as it:
        assert failing(**named("hooks.example", it)).code == "tls"


def drips_a_record(line, opened):
    line.sendall(b"\x16\x03\x03\x40\x00")
    while not opened.over.wait(0.02):
        line.sendall(b"\x02")


@pytest.mark.parametrize("talk", [does_not_read, drips_a_record])
def test_a_handshake_ends_by_the_deadline(talk, trusted):
    with door(talk) as it:
        assert failing(**named("hooks.example", it)).code == "deadline"


@pytest.mark.parametrize(
    ("talk", "code"), [(drips(BEGUN, b"o"), "deadline"), (drips(BEGUN, b"o" * 1000, every=0), "too-long")]
)
def test_an_encrypted_answer_ends_by_the_same_bounds(keys, trusted, talk, code):
    with door(encrypted(keys, talk, [])) as it:
        error = failing(**named("hooks.example", it))
    assert (error.code, error.answer.status) == (code, 200)
