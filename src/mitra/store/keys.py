"""Short keys for long texts: what indexes hold instead of ids and values.

They are keyed by a secret of the node, so that nobody can make two texts that meet; they mean nothing outside it.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import orjson

from mitra.core.ledger.dates import instant, micros
from mitra.core.policy.facts import Audience, Tlp
from mitra.core.stix.versions import STIX_TYPES, VERSIONED_TYPES, version_key

if TYPE_CHECKING:
    from mitra.store.facts import Bytes

ID_BYTES = 8
ATOM_BYTES = 16
AUDIENCE_BYTES = 16
SHORT_VERSION = 40
"""Characters of a version that is remembered; no timestamp has more but one written to be long."""
DRAWN_AT_ONCE = 64
"""Positions whose dates one digest moves."""


class Keys:
    """The keyed digests under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._id = blake2b(key=secret, digest_size=ID_BYTES, person=b"mitra-id")
        self._atom = blake2b(key=secret, digest_size=ATOM_BYTES, person=b"mitra-atom")
        self._date = blake2b(key=secret, person=b"mitra-date")
        self._drawn = lru_cache(maxsize=64)(self._draw)

    def of_id(self, stix_id: str) -> int:
        """Return a 64-bit number for a STIX id; whoever compares numbers compares the ids too."""
        digest = self._id.copy()
        digest.update(stix_id.encode())
        return int.from_bytes(digest.digest(), "big", signed=True)

    def of_atom(self, value: str) -> bytes:
        """Return the 16-byte key of a normalised value."""
        digest = self._atom.copy()
        digest.update(value.encode())
        return digest.digest()

    def drawn(self, position: int) -> int:
        """Return the number from 0 to 15 that moves a replayed position's date."""
        block, nth = divmod(position, DRAWN_AT_ONCE)
        return self._drawn(block)[nth]

    def _draw(self, block: int) -> bytes:
        digest = self._date.copy()
        digest.update(block.to_bytes(8, "big"))
        return bytes(byte & 0x0F for byte in digest.digest())


def audience_bytes(audience: Audience) -> bytes:
    """Return an audience as canonical JSON: what an act's tree commits to, and what tells audiences apart."""
    embargo = audience.embargo_until
    return orjson.dumps(
        {
            "circles": sorted(audience.circles),
            "embargo": None if embargo is None else micros(embargo),
            "realm": audience.realm,
            "room": audience.room,
            "tlp": int(audience.tlp),
        },
        option=orjson.OPT_SORT_KEYS,
    )


def audience_key(written: bytes) -> bytes:
    """Return the 16-byte key of an audience's canonical bytes."""
    return blake2b(written, digest_size=AUDIENCE_BYTES).digest()


def audience_of(room: str, realm: int, tlp: int, circles: str, embargo: int | None) -> Audience:
    """Return the audience that a row says; the inverse of what `models.Audience` keeps."""
    members = frozenset(map(int, circles.split(","))) if circles else frozenset()
    return Audience(Tlp(tlp), members, room, realm, None if embargo is None else instant(embargo))


def order_of(version: str) -> str:
    """Return a text that sorts versions of one id from old to new; two spellings of one instant give equal texts."""
    return _order_of_short(version) if len(version) <= SHORT_VERSION else ".".join(version_key(version))


@lru_cache(maxsize=1_024)
def _order_of_short(version: str) -> str:
    """Remember it: intake asks twice for each object of a batch, and feeds write many at one instant."""
    return ".".join(version_key(version)) if version else ""


def version_of(record: Bytes) -> str:
    """Return what orders this record among those of its id; `''` for a type without versions."""
    if record.type in STIX_TYPES and record.type not in VERSIONED_TYPES:
        return ""
    return order_of(record.modified)
