"""What a finder yields, and the edges of words that all finders share.

A finder reads the whole refanged text once and yields what it is sure of.  Its expressions begin with a literal or a
set of characters and repeat possessively or within a bound, so no text makes them slow.
"""

from __future__ import annotations

from typing import NamedTuple

_SENTENCE_ENDS = ".,;:!?*"


class Hit(NamedTuple):
    """A value in the refanged text."""

    start: int
    end: int
    kind: str
    value: str


def stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether no Latin letter or digit touches the place; other scripts may."""
    return not (_joins(text[start - 1 : start]) or _joins(text[end : end + 1]))


def _joins(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def end_of_url(text: str, start: int, end: int) -> int:
    """Return the end of a URL before what closes its sentence or the parentheses around it."""
    unclosed = text.count(")", start, end) - text.count("(", start, end)
    while end > start:
        last = text[end - 1]
        if last == ")" and unclosed > 0:
            unclosed -= 1
        elif last not in _SENTENCE_ENDS:
            break
        end -= 1
    return end
