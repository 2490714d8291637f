"""What an act commits to: its body's bytes, their salted commitment, and the public entry of the log.

The entry shows a commitment, a coarse time and a version, nothing else: kind, audience and actor live in the body.
Deleting salt and body erases what was said; the commitment stays, so the tree above it can still be computed.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

SALT_BYTES = 32
STEP_SECONDS = 10
ENTRY_BYTES = 512
LIMIT = 2**53 - 1


def canonical_body(body: Mapping[str, object]) -> bytes:
    """Return the RFC 8785 bytes of an act's body.

    Sorted keys are RFC 8785 here because a body has ASCII keys, no fractions and no integer beyond 2^53 - 1; whatever
    else is in it raises ValueError, as it is the program that wrote it, never a sender.
    """
    _refuse_what_prints_twice(body)
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)


def commit(body: bytes, salt: bytes) -> bytes:
    """Return SHA-256(salt ‖ body): two equal bodies give unrelated commitments."""
    if len(salt) != SALT_BYTES:
        message = f"A salt has {SALT_BYTES} bytes, not {len(salt)}."
        raise ValueError(message)
    return sha256(salt + body).digest()


def salt_of_aside(seed: bytes) -> bytes:
    """Return the salt under which an act commits to what only its author's organisation is told."""
    return hmac.digest(seed, b"aside", "sha256")


def coarse_time(at: datetime) -> int:
    """Return the Unix time of an act, floored to ten seconds."""
    return int(at.timestamp()) // STEP_SECONDS * STEP_SECONDS


def entry(commitment: bytes, coarse: int) -> bytes:
    """Return the bytes that stand in the log for an act, at most 512; their leaf is SHA-256(0x00 ‖ entry)."""
    data = orjson.dumps({"c": b64encode(commitment).decode(), "t": coarse, "v": 1}, option=orjson.OPT_SORT_KEYS)
    if len(data) > ENTRY_BYTES:
        message = f"An act's entry has at most {ENTRY_BYTES} bytes, not {len(data)}; it is never cut."
        raise ValueError(message)
    return data


def _refuse_what_prints_twice(value: object) -> None:
    """Raise ValueError for a value that two printers of canonical JSON could write differently."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                message = f"The body of an act has ASCII keys, not {key!r}."
                raise ValueError(message)
            _refuse_what_prints_twice(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_what_prints_twice(inner)
    elif isinstance(value, int):
        if abs(value) > LIMIT:
            message = f"{value} is beyond 2^53 - 1."
            raise ValueError(message)
    elif value is not None and not isinstance(value, str):
        message = f"The body of an act holds text, whole numbers, truth values, lists and maps, not {value!r}."
        raise ValueError(message)
