"""Tell which addresses a text mentions, and which one a question is: whole, in one spelling, however they are written.

By its words alone `login[.]evil[.]org` would be four that may stand anywhere in a text.  A mention is what
`found.find_values` sees.  A URL's scheme is left out, for many write none; whoever asks for a host is answered by the
URLs and the e-mail addresses on it too.

Promise: what is asked alone is among the mentions of every text that has it, in any spelling in which it is found
there (tests/property/test_mentions.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from mitra.core.text.defang import refang
from mitra.core.text.found import find_values
from mitra.core.text.urls import host_of
from mitra.core.text.values import candidates

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.text.found import FoundValue

READ: Final = 100_000
"""Characters of one text that are read: about as far as its words are found, and 40 ms."""
_SIGN: Final = re.compile(r"[.:@+＋\[({0-9-](?=\S|[ \t][.@adAD])")
_SHAPE: Final = re.compile(
    r"[.:](?!\s|\Z)|[@+＋]|[A-Z]{2}[0-9]{2}|[\[({][ \t]?[.:@aAdD]"
    r"|[Aa][Ss][Nn0-9]|[Cc][Vv][Ee]|[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-"
)
_RUN: Final = re.compile(r"[0-9A-Za-z]{25}")
"""A sign and a shape, or a long run, stands in every value that is found.  Looking whether costs a twentieth of reading
the text, and most prose has neither."""


def mentions_of(text: str) -> set[str]:
    """Return every address that a text mentions, and the hosts of those that have one."""
    if not may_mention(text):
        return set()
    return {mention for value in find_values(text[:READ]) for mention in _mentions(value)}


def may_mention(text: str) -> bool:
    """Return False only for a text in which nothing can be found."""
    return ((_SIGN.search(text) and _SHAPE.search(text)) or _RUN.search(text)) is not None


def mention_asked(text: str) -> str:
    """Return the address that a question is, nothing beside it but quotes and stops; `''` where it is words.

    Asked alone, more is an address than in a text: `Evil.Org` there may be where two sentences meet.
    """
    found = _alone(text)
    if found is None:
        kind, value = next(iter(candidates(refang(text))), ("", ""))
        found = None if kind == "mac-addr" else _alone(value)  # twelve digits in a row may begin a hash
    return "" if found is None else next(_mentions(found))


def _alone(text: str) -> FoundValue | None:
    """Return the value that a text is, or None where it has none, or more."""
    found = find_values(text) if may_mention(text) else []
    if len(found) != 1:
        return None
    rest = text[: found[0].start] + text[found[0].end :]
    return None if any(map(str.isalnum, rest)) else found[0]


def _mentions(value: FoundValue) -> Iterator[str]:
    """Yield how a value is kept, and its host."""
    if value.kind == "url":
        yield value.value.partition("://")[2]
        host = host_of(value.value)
        if host is not None:
            yield host[1]
    else:
        yield value.value
        if value.kind == "email-addr":
            yield value.value.rpartition("@")[2]
