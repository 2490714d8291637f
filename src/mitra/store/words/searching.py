"""Answer a search from whichever index: the nearest first and then the newest, a page at a time, counted to a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.store.facts import Findings, Spot
from mitra.store.words.lexemes import matches_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mitra.store.facts import Share
    from mitra.store.words.lexemes import Match

    Numbers = Callable[[Match, int | None, int], list[int]]
    """Given a match, a number that answers lie below, and how many at the most: their numbers, newest first."""

COUNTED: Final = 100
"""Counting stops here: a page says “more than 100” rather than let somebody wait."""


def search(
    text: str, numbers: Numbers, read: Callable[[Sequence[int]], Sequence[Share]], *, after: Spot | None, limit: int
) -> Findings:
    """Return a page of what answers a text, from behind a spot, and how many answer."""
    matches = matches_of(text)
    counted = _collect(matches, numbers, None, COUNTED + 1)
    following = [spot for spot in counted if after is None or spot > (after.nearness, -after.seq)]
    if len(following) <= limit and len(counted) > COUNTED:
        following = _collect(matches, numbers, after, limit + 1)
    page = following[:limit]
    shares = {share.seq: share for share in read([-negated for _, negated in page])}
    last = page[-1] if len(following) > limit else None
    return Findings(
        tuple(shares[-negated] for _, negated in page if -negated in shares),
        None if last is None else Spot(last[0], -last[1]),
        min(len(counted), COUNTED),
        is_exact=len(counted) <= COUNTED,
    )


def _collect(matches: Sequence[Match], numbers: Numbers, after: Spot | None, most: int) -> list[tuple[int, int]]:
    """Return answers in their order, as (nearness, the number negated)."""
    found: list[tuple[int, int]] = []
    for nearness, match in enumerate(matches):
        if after is not None and nearness < after.nearness:
            continue
        before = after.seq if after is not None and nearness == after.nearness else None
        found += [(nearness, -seq) for seq in numbers(match, before, most - len(found))]
        if len(found) >= most:
            break
    return found
