"""Web push as its RFCs write it: sealed for one browser (8291 in 8188), vouched for by this node (8292).

Pure: keys, salt and time are passed in, so that the vector of RFC 8291 holds byte for byte.  What the push service of
a browser's maker learns is that this node told this browser something, when, how urgent it is and how long at most.
"""

from __future__ import annotations

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha512
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mitra.messages.rules import URGENT

if TYPE_CHECKING:
    from datetime import datetime

CURVE: Final = ec.SECP256R1()
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""How many points P-256 has (SP 800-186, 3.2.1.3)."""
RECORD_BYTES: Final = 4096
LONGEST_BYTES: Final = 3993
"""What a push service must take at least, without header, delimiter and tag (RFC 8291, 4)."""
PADDED_TO_BYTES: Final = 1024
"""Shorter messages are all as long as this, so that their length says nothing."""
KEEP_SECONDS: Final = 86_400
"""How long a push service keeps what it cannot deliver yet: whoever opens its telephone next morning still hears it."""
VOUCHED_FOR: Final = timedelta(hours=12)
"""At most 24 hours (RFC 8292, 2)."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a browser gave us to seal by: a point of P-256 and a secret of 16 bytes."""

    p256dh: bytes
    auth: bytes


@cache
def key_of_node(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the key by which a node vouches for itself: from more bits than the order has (FIPS 186-5, A.2.1)."""
    number = int.from_bytes(sha512(b"mitra push key\0" + seed).digest())
    return ec.derive_private_key(number % (ORDER - 1) + 1, CURVE)


def public_text(seed: bytes) -> str:
    """Return the node's public key as a browser takes it, so that it heeds messages of this node alone."""
    return to_text(point_of(key_of_node(seed).public_key()))


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def find_point(said: bytes) -> ec.EllipticCurvePublicKey | None:
    """Return the public key that 65 bytes are, or None where they are no point of the curve."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, said) if len(said) == 65 else None
    except ValueError:
        return None


def to_text(said: bytes) -> str:
    """Return bytes in base64url without padding."""
    return urlsafe_b64encode(said).rstrip(b"=").decode("ascii")


def from_text(said: str) -> bytes:
    """Return the bytes of base64url, padded or not; raises ValueError."""
    bare = said.rstrip("=")
    return b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


def seal(
    said: bytes, to: Keys, *, sender: ec.EllipticCurvePrivateKey, salt: bytes, padded_to: int = PADDED_TO_BYTES
) -> bytes:
    """Return a message as only this browser reads it; `sender` and `salt` are of this message alone.

    1. Agree on a secret with the browser's key, bound to both keys and the browser's own secret (8291, 3.3 and 3.4).
    2. Derive from it the key and the nonce of the one record (8188, 2.2 and 2.3).
    3. Pad the message, seal it, and put salt, record size and our public key before it (8188, 2 and 2.1).
    """
    if len(said) > LONGEST_BYTES:
        raise ValueError("A message by web push is at most 3993 bytes long.")
    theirs, ours = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, to.p256dh), point_of(sender.public_key())
    agreed = _derived(sender.exchange(ec.ECDH(), theirs), to.auth, b"WebPush: info\0" + to.p256dh + ours, 32)

    key = _derived(agreed, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(agreed, salt, b"Content-Encoding: nonce\0", 12)

    record = (said + b"\x02").ljust(padded_to, b"\0")
    header = salt + RECORD_BYTES.to_bytes(4, "big") + bytes([len(ours)]) + ours
    return header + AESGCM(key).encrypt(nonce, record, None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def vouch(endpoint: str, key: ec.EllipticCurvePrivateKey, *, contact: str, now: datetime) -> str:
    """Return the Authorization by which a push service knows this node, and whom to write to (RFC 8292, 3)."""
    where = urlsplit(endpoint)
    claims = {
        "aud": f"{where.scheme}://{where.netloc}",
        "exp": int((now + VOUCHED_FOR).timestamp()),
        "sub": contact,
    }
    signed = f"{to_text(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{to_text(orjson.dumps(claims))}"
    r, s = decode_dss_signature(key.sign(signed.encode("ascii"), ec.ECDSA(SHA256())))
    signature = to_text(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature},k={to_text(point_of(key.public_key()))}"


def urgency_of(severity: int) -> str:
    """Return how much of a telephone's battery a message is worth (RFC 8030, 5.3)."""
    if severity >= URGENT:
        return "high"
    return "normal" if severity >= 2 else "low"
