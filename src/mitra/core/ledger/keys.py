"""The keys that sign notes: verifier keys as one line of text (vkeys), signing keys from a seed, and how each signs.

A key signs in one way only, told by its kind, which is part of its ID: so one seed with two kinds makes two keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mitra.core.errors import InvalidInput
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.lines import decode_base64, encode_base64, is_key_name

KEY_ID_BYTES = 4
SEED_BYTES = 32
MAX_TIME = 2**63 - 1
_TIME_BYTES = 8
_SUBTREE = b"subtree/v1\n\x00"


class Kind(IntEnum):
    """How a key signs: the byte before it in a vkey."""

    ED25519 = 0x01
    ECDSA = 0x02
    COSIGNATURE = 0x04
    COSIGNATURE_ML_DSA = 0x06

    @property
    def is_timed(self) -> bool:
        """Whether its signatures carry the time at which they were made, as those of witnesses do."""
        return self in {Kind.COSIGNATURE, Kind.COSIGNATURE_ML_DSA}


_KEY_BYTES = {Kind.ED25519: 32, Kind.COSIGNATURE: 32, Kind.COSIGNATURE_ML_DSA: 1_312}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the name and ID of a key, and what it signed with (a time before it, for cosignatures)."""

    name: str
    key_id: bytes
    blob: bytes


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name and kind."""

    name: str
    kind: Kind
    key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand for it in a signature line; not a safe hash."""
        named = self.key if self.kind is Kind.ECDSA else b"%s\n%c%s" % (self.name.encode(), self.kind, self.key)
        return sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as one line of text, as it is handed to whoever verifies."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.kind]) + self.key)}"

    def verify(self, text: str, signature: Signature) -> bool:
        """Return whether this key made the signature over the text; a cosignature's text must be a checkpoint."""
        try:
            at = self.time_of(signature)
            if at is None:
                self._verify_bytes(text.encode(), signature.blob)
            else:
                self._verify_bytes(_timed_message(self.kind, self.name, text, at), signature.blob[_TIME_BYTES:])
        except (InvalidSignature, InvalidInput, ValueError):
            return False
        return True

    def time_of(self, signature: Signature) -> int | None:
        """Return the Unix time that a cosignature carries, verified or not; of other kinds None."""
        return int.from_bytes(signature.blob[:_TIME_BYTES], "big") if self.kind.is_timed else None

    def _verify_bytes(self, message: bytes, blob: bytes) -> None:
        if self.kind is Kind.ECDSA:
            curve_key = load_der_public_key(self.key)
            if not isinstance(curve_key, ec.EllipticCurvePublicKey):
                raise InvalidSignature
            curve_key.verify(blob, message, ec.ECDSA(SHA256()))
        elif self.kind is Kind.COSIGNATURE_ML_DSA:
            MLDSA44PublicKey.from_public_bytes(self.key).verify(blob, message)
        else:
            Ed25519PublicKey.from_public_bytes(self.key).verify(blob, message)


@dataclass(frozen=True, slots=True)
class Proven:
    """A key whose signature holds, and the Unix time that it gave, if it gave one."""

    key: VerifierKey
    at: int | None


@dataclass(frozen=True, slots=True)
class Signer:
    """A name, a kind (not ECDSA) and a secret seed of 32 bytes."""

    name: str
    kind: Kind
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            message = "A key's name is not empty and holds neither space nor plus."
            raise InvalidInput(message, path="name", rule="key-name")
        if len(self.seed) != SEED_BYTES or self.kind is Kind.ECDSA:
            message = f"Ed25519 and ML-DSA-44 keys are made from {SEED_BYTES} secret bytes."
            raise ValueError(message)

    @property
    def key(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def sign(self, text: str, *, at: int) -> Signature:
        """Return the signature line; a cosignature signs a checkpoint and carries `at`, Unix seconds."""
        private = self._private()
        if self.kind.is_timed:
            made = private.sign(_timed_message(self.kind, self.name, text, at))
            return Signature(self.name, self.key.key_id, at.to_bytes(_TIME_BYTES, "big") + made)
        return Signature(self.name, self.key.key_id, private.sign(text.encode()))

    def _private(self) -> Ed25519PrivateKey | MLDSA44PrivateKey:
        if self.kind is Kind.COSIGNATURE_ML_DSA:
            return MLDSA44PrivateKey.from_seed_bytes(self.seed)
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def read_vkey(text: str) -> VerifierKey:
    """Return the key of a vkey; InvalidInput when it is none, of an unknown kind, or its ID is another key's."""
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    data = decode_base64(encoded)
    if not is_key_name(name) or not data or data[0] not in set(Kind):
        raise _refused()
    key = VerifierKey(name, Kind(data[0]), data[1:])
    if key.vkey != text or not _is_key(key):
        raise _refused()
    return key


def _is_key(key: VerifierKey) -> bool:
    if key.kind is not Kind.ECDSA:
        return len(key.key) == _KEY_BYTES[key.kind]
    try:
        found = load_der_public_key(key.key)
    except (ValueError, UnsupportedAlgorithm):
        return False
    return isinstance(found, ec.EllipticCurvePublicKey) and isinstance(
        found.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1
    )


def _timed_message(kind: Kind, name: str, text: str, at: int) -> bytes:
    """Return what a cosigner signs; InvalidInput when the text is no checkpoint or the time is out of bounds.

    ML-DSA-44 signs no extension lines, so anyone could add them: a checkpoint that has some is refused.
    """
    if not 0 <= at <= MAX_TIME:
        message = "A cosignature's time is from 0 to 2^63 - 1."
        raise InvalidInput(message, path="at", rule="cosignature-time")
    checkpoint = read_checkpoint(text)
    if kind is Kind.COSIGNATURE:
        return b"cosignature/v1\ntime %d\n%s" % (at, text.encode())
    if checkpoint.extensions:
        message = "ML-DSA-44 signs no extension lines: leave them out."
        raise InvalidInput(message, path="extensions", rule="cosignature-extensions")
    head = _SUBTREE + _short(name) + at.to_bytes(_TIME_BYTES, "big") + _short(checkpoint.origin)
    return head + bytes(8) + checkpoint.size.to_bytes(8, "big") + checkpoint.root


def _short(text: str) -> bytes:
    data = text.encode()
    if not 1 <= len(data) <= 255:
        message = "ML-DSA-44 cosignatures take names and origins of 1 to 255 bytes."
        raise InvalidInput(message, path="name", rule="cosignature-name")
    return bytes([len(data)]) + data


def _refused() -> InvalidInput:
    message = "This is no verifier key: name, plus, key ID in hex, plus, kind and key in base64."
    return InvalidInput(message, path="vkey", rule="vkey")
