"""The dates that positions carry: microseconds since 1970, one for each share, ascending with its number.

A date never tells how many positions lie between two that a reader sees, hence random gaps, which the caller draws.
The last date of a commit lies on a whole millisecond: a client that floors a date to milliseconds loses nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MILLISECOND = 1_000
LARGEST_GAP = 16


REPLAY_STEP = 16
"""Microseconds from one replayed share to the next, on the average."""


def replay_span(n: int) -> int:
    """Return how many microseconds an arrival of `n` shares needs beyond the last date given out."""
    return REPLAY_STEP * n


def replay_date(start: int, n: int, k: int, drawn: int) -> int:
    """Return the date of the k-th of `n` replayed shares, from 0; `drawn` is a keyed number from 0 to 15 for it.

    Ascending in k, and computed rather than kept: an arrival of a million shares is one row.  The last one is
    `start + replay_span(n)`, which lies on a whole millisecond.
    """
    return start + (replay_span(n) if k == n - 1 else REPLAY_STEP * k + drawn)


def replayed_by(start: int, n: int, date: int, drawn: Callable[[int], int]) -> int:
    """Return how many of an arrival's dates are not after this one; `drawn(k)` gives what `replay_date` was given."""
    if date >= start + replay_span(n):
        return n
    k = (date - start) // REPLAY_STEP
    if k < 0:
        return 0
    return min(k + (replay_date(start, n, k, drawn(k)) <= date), n - 1)


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
