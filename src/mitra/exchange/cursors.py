"""Seal a reader's position so that it can be handed out, and open it again.

A position counts what its reader may not see, so it never leaves the node in the clear.  Four promises:

* a cursor shows nothing: the sealed text has one length, whatever the position;
* it serves only the question that it was made for: another organisation, another filter or one changed letter, and it
  does not open;
* it may be used again and again, by any process of the node, for `GOOD_FOR`;
* it is no right: what is read from a position is decided anew.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.facts import Filter

GOOD_FOR = timedelta(days=14)
"""OpenCTI keeps a `next` for hours, people keep a page open over a long weekend."""

PLAIN = struct.Struct(">QI")
"""The position, and the minute in which it was sealed."""


def seal(kind: str, position: int, *, binding: bytes, now: datetime) -> str:
    """Return the position as text that only `open_cursor` with the same kind and binding can read."""
    plain = PLAIN.pack(position, int(now.timestamp()) // 60)
    sealed = AESSIV(settings.MITRA_SECRETS["cursors"]).encrypt(plain, [kind.encode(), binding])
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_cursor(kind: str, text: str, *, binding: bytes, now: datetime) -> int:
    """Return the position; raise InvalidInput when the text was not sealed for this question, or long ago."""
    try:
        sealed = urlsafe_b64decode(text.encode("ascii") + b"==")
        plain = AESSIV(settings.MITRA_SECRETS["cursors"]).decrypt(sealed, [kind.encode(), binding])
        position, minute = PLAIN.unpack(plain)
    except (ValueError, InvalidTag, struct.error) as broken:
        raise refusal() from broken
    # Base64 has several spellings of the same bytes; only the one that was handed out is taken back.
    if urlsafe_b64encode(sealed).rstrip(b"=").decode() != text:
        raise refusal()
    if now.timestamp() - minute * 60 > GOOD_FOR.total_seconds():
        raise refusal()
    return int(position)


def bind(viewer: Viewer, only: Filter, *also: str) -> bytes:
    """Return what a cursor is tied to: the organisation that reads, its realm, and every filter."""
    parts = [
        viewer.organisation,
        viewer.realm,
        sorted(only.types),
        sorted(only.stix_ids),
        sorted(map(int, only.tlps)),
        sorted(only.by),
        sorted(only.circles),
        only.versions,
        only.added_after.isoformat() if only.added_after else None,
        only.words,
        sorted(only.without_types),
        only.embargo_ends_by.isoformat() if only.embargo_ends_by else None,
        also,
    ]
    return orjson.dumps(parts)


def refusal() -> InvalidInput:
    """Return the one answer to every cursor that does not open."""
    return InvalidInput(
        "This page mark is not valid here; start again from the first page.", path="next", rule="cursor"
    )
