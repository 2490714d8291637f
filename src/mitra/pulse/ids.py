"""Ids that sort by their moment (RFC 9562, version 7), made of an instant and random bytes that are passed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from mitra.core.ledger.dates import micros

if TYPE_CHECKING:
    from datetime import datetime

RANDOM_BYTES = 10
_VERSION, _VARIANT = 7 << 76, 0b10 << 62
_RAND_A, _RAND_B = (1 << 12) - 1, (1 << 62) - 1


def uuid7(at: datetime, drawn: bytes) -> UUID:
    """Return the id of this moment with these ten random bytes: 48 bits of milliseconds, then 74 random ones."""
    random = int.from_bytes(drawn, "big")
    milliseconds = micros(at) // 1_000
    return UUID(int=milliseconds << 80 | _VERSION | (random >> 62 & _RAND_A) << 64 | _VARIANT | random & _RAND_B)
