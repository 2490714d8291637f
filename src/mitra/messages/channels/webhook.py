"""Webhooks as Standard Webhooks 1.0.0 describes them: signed requests, one a message, that say that they are repeats.

A receiver knows a repeat by its webhook-id, which stays; the time and the signatures are those of each try.  Under two
secrets, while one takes over from the other, a request is signed by both.  Asymmetric signatures (v1a) are not made.
"""

from __future__ import annotations

import hmac
import secrets as chance
from base64 import b64decode, b64encode
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from mitra.client.outward import Refused, Unreachable, send
from mitra.messages.channels.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.client.outward import Answer, Policy

PREFIX: Final = "whsec_"
KEY_BYTES: Final = 32
"""Between 24 and 64, by the standard."""
LATER: Final = frozenset({408, 425, 429})
LONGEST_WAIT_SECONDS: Final = 3600
SHOWN: Final = 200
"""How much we show of what the other side wrote."""


@dataclass(frozen=True, slots=True)
class Called(Outcome):
    """How one request went: `delivered`, `deferred` or `bounced`."""

    code: str = ""
    """`gone`: the other side wants no more; `refused`: not an address that we ask; else why nothing answered."""


def new_secret() -> str:
    """Return a secret that a receiver checks our signatures by."""
    return PREFIX + b64encode(chance.token_bytes(KEY_BYTES)).decode("ascii")


def sign(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that vouch for a body under each secret; `at` is the time of this try."""
    timestamp = str(int(at.timestamp()))
    signed = b".".join((message_id.encode("ascii"), timestamp.encode("ascii"), body))
    keys = [b64decode(secret.removeprefix(PREFIX), validate=True) for secret in secrets]
    signatures = [b64encode(hmac.digest(key, signed, "sha256")).decode("ascii") for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def deliver(url: str, secrets: Sequence[str], message_id: str, at: datetime, body: bytes, *, policy: Policy) -> Called:
    """Make one signed request; return how it went.  What began to answer is judged by its status."""
    headers = {"Content-Type": "application/json", **sign(secrets, message_id, at, body)}
    try:
        answer = send("POST", url, content=body, headers=headers, policy=policy)
    except Refused as refused:
        return Called("bounced", str(refused), code="refused")
    except Unreachable as unreached:
        if unreached.answer is None:
            return Called("deferred", str(unreached), code=unreached.code)
        answer = unreached.answer
    return judge(answer, now=at)


def judge(answer: Answer, *, now: datetime) -> Called:
    """Return what an answer means for a message ("Delivery success and failure")."""
    said = _said(answer)
    if 200 <= answer.status < 300:
        return Called("delivered", said)
    if 300 <= answer.status < 500 and answer.status not in LATER:
        return Called("bounced", said, code="gone" if answer.status == HTTPStatus.GONE else "")
    return Called("deferred", said, retry_after=wait_of(answer.headers.get("retry-after", ""), now=now))


def wait_of(said: str, *, now: datetime) -> int:
    """Return the seconds of a Retry-After, at most an hour; 0 where there is none (RFC 9110, 10.2.3)."""
    if said.isascii() and said.isdigit():
        return min(int(said[:9]), LONGEST_WAIT_SECONDS)
    try:
        seconds = (parsedate_to_datetime(said) - now).total_seconds()
    except (TypeError, ValueError):  # no date, or one without its zone
        return 0
    return int(min(max(seconds, 0), LONGEST_WAIT_SECONDS))


def _said(answer: Answer) -> str:
    """Return the status and, of an answer that is no yes, its first printable words: text, to be escaped as any."""
    known = {status.value: status.phrase for status in HTTPStatus}
    said = f"{answer.status} {known.get(answer.status, '')}".strip()
    if 200 <= answer.status < 300:
        return said
    text = answer.body[: 8 * SHOWN].decode("utf-8", "replace")
    words = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return f"{said}: {words[:SHOWN]}" if words else said
