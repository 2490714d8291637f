"""The other side of web push: a push service on 127.0.0.1, and a browser that reads what was sealed for it.

It unseals by the formulas of RFC 8291, 3.4, written out over plain HMAC; nothing of ours takes part.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def text_of(said):
    return urlsafe_b64encode(said).rstrip(b"=").decode()


def bytes_of(said):
    return urlsafe_b64decode(said + "=" * (-len(said) % 4))


@dataclass
class FakeBrowser:
    """A browser as a push service and a page know it."""

    endpoint: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    @property
    def point(self):
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, **other):
        """What the browser's own script says of it, with something else in the place of what is named."""
        said = {"endpoint": self.endpoint, "p256dh": text_of(self.point), "auth": text_of(self.auth), **other}
        keys = {"p256dh": said["p256dh"], "auth": said["auth"]}
        return json.dumps({"endpoint": said["endpoint"], "expirationTime": None, "keys": keys})

    def unsealed(self, body):
        """The bytes of a message that was sealed for this browser."""
        salt, record_size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= record_size
        agreed = self.private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
        bound = one_block(one_block(self.auth, agreed), b"WebPush: info\0" + self.point + sender + b"\1")
        root = one_block(salt, bound)
        key = one_block(root, b"Content-Encoding: aes128gcm\0\1")[:16]
        nonce = one_block(root, b"Content-Encoding: nonce\0\1")[:12]
        opened = Cipher(AES(key), GCM(nonce, record[-16:])).decryptor()
        padded = opened.update(record[:-16]) + opened.finalize()
        said, delimiter = padded.rstrip(b"\0")[:-1], padded.rstrip(b"\0")[-1:]
        assert delimiter == b"\2"
        return said


def one_block(key, said):
    return hmac.digest(key, said, "sha256")


@dataclass
class Service:
    """What a push service was sent, and how it answers next: a status, and headers with it."""

    url: str = ""
    came: list = field(default_factory=list)
    """(path, headers, body) of each request."""
    answers: list = field(default_factory=list)
    answers_now: Event = field(default_factory=Event)
    """Set: a request is answered at once.  Cleared: only when it is set."""
    asked: Event = field(default_factory=Event)
    """Set by the first request."""

    def browser(self):
        """A new browser that this service reaches."""
        return FakeBrowser(f"{self.url}/push/{secrets.token_urlsafe(16)}")

    def to(self, browser):
        """What was said to a browser, as it reads it."""
        path = browser.endpoint.removeprefix(self.url)
        return [json.loads(browser.unsealed(body)) for at, _, body in self.came if at == path]


@contextmanager
def push_service():
    service = Service()
    service.answers_now.set()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.came.append((self.path, {name.lower(): said for name, said in self.headers.items()}, body))
            service.asked.set()
            service.answers_now.wait(60)
            status, headers = service.answers.pop(0) if service.answers else (201, {})
            self.send_response(status)
            for name, said in headers.items():
                self.send_header(name, said)
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.handle_error = lambda *_: None  # whoever asked was killed
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        service.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield service
        finally:
            service.answers_now.set()
            server.shutdown()
            thread.join()
