"""One-time links: what one says, how it is written in an address, and whether it may be followed now.

What whoever sends one may rely on:

* a link says what for, about what and until when, and holds 32 random bytes; only the SHA-256 of it all is kept, so
  who reads the database follows no link;
* a token that was read prints the very text it was read from: one link has one address;
* about a link that is not the kept one nothing is told, not even whether it is over;
* looking acts on nothing: the page that a link opens asks, and only its POST uses the link up.  Mail scanners look.

The subject stands in the address as plain text: name a row by its number, never a person by an e-mail address.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from typing import Final

SECRET_BYTES: Final = 32
MOST_SUBJECT_BYTES: Final = 200
LONGEST: Final = 400
"""Signs of a printed token, more than any has."""
_FIRST: Final = b"\x01"
"""The form of what follows, should there be another one some day."""
_EXPIRES_BYTES: Final = 5
"""Seconds since 1970, far beyond the year 9999."""
_HEAD_BYTES: Final = len(_FIRST) + _EXPIRES_BYTES + SECRET_BYTES
_PURPOSE: Final = re.compile(r"[a-z]+(?:-[a-z]+)*", re.ASCII)
_LONGEST_PURPOSE: Final = 40
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNKNOWN: Final = "This link leads nowhere; copy all of it, or ask for a new one."


@dataclass(frozen=True, slots=True)
class Token:
    """A link as it was sent.  `expires_at` is an aware instant of whole seconds.

    Raises InvalidInput for a purpose that is no code (`confirm-address`), a subject that is too long or no text, an
    instant before 1970, and for other than 32 random bytes.
    """

    purpose: str
    subject: str
    expires_at: datetime
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.purpose) > _LONGEST_PURPOSE or not _PURPOSE.fullmatch(self.purpose):
            raise InvalidInput("Name what the link is for by a code.", path="/purpose", rule="link-purpose")
        if len(self.subject.encode(errors="replace")) > MOST_SUBJECT_BYTES or not _is_text(self.subject):
            message = f"Name what the link is about in at most {MOST_SUBJECT_BYTES} bytes of text."
            raise InvalidInput(message, path="/subject", rule="link-subject")
        if self.expires_at.microsecond or self.expires_at < _EPOCH:
            raise InvalidInput("Let the link end at a whole second.", path="/expires_at", rule="link-end")
        if len(self.secret) != SECRET_BYTES:
            raise InvalidInput(f"A link holds {SECRET_BYTES} random bytes.", path="/secret", rule="link-secret")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a link: its digest, and when it was used up, if it was."""

    digest: bytes
    used_at: datetime | None = None


def print_token(token: Token) -> str:
    """Return a token as it stands in an address: base64url without padding."""
    return base64.urlsafe_b64encode(_bytes_of(token)).rstrip(b"=").decode()


def read_token(text: str) -> Token:
    """Return what an address says; InvalidInput (`link`) for anything that `print_token` would print otherwise."""
    token = _token_of(_decoded(text))
    if print_token(token) != text:
        raise _refused()
    return token


def digest_of(token: Token) -> bytes:
    """Return what is kept of a token, and by which it is looked up."""
    return hashlib.sha256(_bytes_of(token)).digest()


def check(kept: Kept, token: Token, now: datetime, *, purpose: str) -> str | None:
    """Return why a link may not be followed for this purpose now, as a sentence; None where it may."""
    is_kept = hmac.compare_digest(kept.digest, digest_of(token))
    if not is_kept or token.purpose != purpose:
        return _UNKNOWN
    if kept.used_at is not None:
        return "This link was used already, and it works once; ask for a new one if you need it again."
    if now >= token.expires_at:
        return "The time of this link is over; ask for a new one."
    return None


def _bytes_of(token: Token) -> bytes:
    seconds = (token.expires_at - _EPOCH) // timedelta(seconds=1)
    said = f"{token.purpose} {token.subject}".encode()
    return _FIRST + seconds.to_bytes(_EXPIRES_BYTES, "big") + token.secret + said


def _decoded(text: str) -> bytes:
    if len(text) > LONGEST or not text.isascii():
        raise _refused()
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise _refused() from None


def _token_of(data: bytes) -> Token:
    seconds, secret, said = data[1 : 1 + _EXPIRES_BYTES], data[1 + _EXPIRES_BYTES : _HEAD_BYTES], data[_HEAD_BYTES:]
    try:
        purpose, _, subject = said.decode().partition(" ")
        expires_at = _EPOCH + timedelta(seconds=int.from_bytes(seconds, "big"))
        return Token(purpose, subject, expires_at, secret)
    except (InvalidInput, OverflowError, UnicodeDecodeError):
        raise _refused() from None


def _is_text(subject: str) -> bool:
    return subject.isprintable() and subject != ""


def _refused() -> InvalidInput:
    return InvalidInput(_UNKNOWN, path="/token", rule="link")
