"""The dates that positions carry: microseconds since 1970, one for each share, ascending with its number.

A date never tells how many positions lie between two that a reader sees, hence random gaps, which the caller draws.
The last date of a commit lies on a whole millisecond: a client that floors a date to milliseconds loses nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MILLISECOND = 1_000
LARGEST_GAP = 16


def micros(moment: datetime) -> int:
    """Return the instant as microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def instant(count: int) -> datetime:
    """Return the instant that so many microseconds since 1970 are; the inverse of `micros`."""
    return EPOCH + timedelta(microseconds=count)


def gaps(drawn: Iterable[int]) -> list[int]:
    """Return one gap of 1 to 16 microseconds for each random byte drawn."""
    return [1 + byte % LARGEST_GAP for byte in drawn]


def dates(last: int, between: Sequence[int]) -> tuple[int, ...]:
    """Return as many ascending dates as there are gaps, the last of them `last`.

    The first lies less than the sum of the gaps before it; whoever takes `last` at least that sum beyond the former
    last date has every date beyond it.
    """
    found: list[int] = []
    at = last
    for gap in reversed(between):
        found.append(at)
        at -= gap
    found.reverse()
    return tuple(found)
