"""STIX timestamps: RFC 3339 in UTC, written with `Z`, with as many digits of a second as their author wanted.

Text is what a record keeps; these functions say what instant it means and compare without losing digits.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from mitra.core.errors import InvalidInput

_TIMESTAMP = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]{1,40})?Z"
)


def parse_time(text: str, *, path: str = "") -> datetime:
    """Return the instant, to the microsecond (further digits are cut off, a leap second is the next one).

    Raises InvalidInput (`timestamp`) for any other form of writing, and for days that no calendar has.
    """
    if _TIMESTAMP.fullmatch(text):
        is_leap_second = text[17:19] == "60"
        try:
            moment = datetime.fromisoformat(text[:17] + "59" + text[19:] if is_leap_second else text)
            return moment + timedelta(seconds=1) if is_leap_second else moment
        except (ValueError, OverflowError):
            pass
    message = f"“{text[:40]}” is not a STIX timestamp; write it as 2026-01-31T13:05:00.000Z."
    raise InvalidInput(message, path=path, rule="timestamp")


def is_time(text: object) -> bool:
    """Return whether the value is a STIX timestamp."""
    try:
        return isinstance(text, str) and parse_time(text) is not None
    except InvalidInput:
        return False


def format_time(moment: datetime, *, digits: int = 3) -> str:
    """Return the instant as STIX writes it, cut (not rounded) to that many digits of a second, at most 6."""
    written = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return (written[: 20 + digits] if digits else written[:19]) + "Z"


def digits_of(text: str) -> int:
    """Return how many digits of a second the timestamp was written with."""
    return len(text) - 21 if len(text) > 20 else 0


def time_key(text: str) -> tuple[str, str]:
    """Return what orders timestamps as their instants, to the last digit written; equal instants give equal keys."""
    return text[:19], text[20:-1].rstrip("0")
