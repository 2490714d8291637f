"""Make a malicious value harmless to read, and read what others made harmless.

`refang(defang(value, kind)) == value` for every normalised value (tests/property/test_defang.py).  What may stand in
the path of a URL as itself, such as `(dot)`, is undone only before the path.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

_BRACKETS = re.compile(
    r"""[\[({](?:
      (?<=\[):(?P<slashes>//?)?\](?P<after>//)?
    | (?P<word>[ \t]?(?:\.|[dD][oO][tT]|(?P<at>@|[aA][tT]))[ \t]?(?P<closing>[\])}])[ \t]{0,2})
    | (?<=\[)(?P<half>\.)(?=[0-9A-Za-z])
    )""",
    re.VERBOSE,
)
_HALVES = re.compile(r"\.\](?=[0-9A-Za-z])")
_SCHEMES = re.compile(r"[hHfF](?:(?:[xX]{2}|[tT][xX]|[xX][tT]|\*\*|__)[pP](?P<secure>[sS]?)|[xX][pP][sS]?)(?=:/|\[:)")
"""Each begins with a literal or a set of characters: searching skips to the next of these."""
_LEFT = frozenset("-_]:")
_RIGHT = frozenset("-_/[")


@dataclass(frozen=True, slots=True)
class Refanged:
    """Text without defanging, and how its places relate to the text as written."""

    text: str
    places: tuple[tuple[int, int], ...]
    """(place here, place as written) at the end of each change, ascending."""


def refang(text: str) -> str:
    """Return the text with usual ways of defanging undone."""
    return refanged(text).text


def refanged(text: str) -> Refanged:
    """Return the same with places, so that a value found in it can be shown as written."""
    marks = sorted(chain.from_iterable(each.finditer(text) for each in (_BRACKETS, _HALVES, _SCHEMES)), key=_place)
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    urls = _Urls(text)
    done = length = 0
    for mark in marks:
        start = _start_of(mark, done)
        plain = _plain(mark, start, urls) if start >= done else None
        if plain is None:
            continue
        parts += (text[done:start], plain)
        length += start - done + len(plain)
        done = mark.end()
        places.append((length, done))
    return Refanged("".join((*parts, text[done:])), tuple(places)) if places else Refanged(text, ())


def _place(mark: re.Match[str]) -> int:
    return mark.start()


def place_as_written(text: Refanged, place: int) -> int:
    """Return where in the text as written a place of the refanged text stands."""
    nearest = bisect_right(text.places, place, key=itemgetter(0)) - 1
    if nearest < 0:
        return place
    here, written = text.places[nearest]
    return written + place - here


class _Urls:
    """Tell whether a place stands in the path of a URL, asked in ascending order, in time linear over all."""

    __slots__ = ("in_path", "seen", "slashes", "text", "word")

    def __init__(self, text: str) -> None:
        self.text = text
        self.seen = self.word = 0
        self.slashes = -1
        self.in_path = False

    def path_holds(self, at: int) -> bool:
        text, seen = self.text, self.seen
        space = max(text.rfind(sign, seen, at) for sign in " \t\r\n")
        if space >= 0:
            self.word, self.slashes, self.in_path = space + 1, -1, False
        if self.slashes < 0:
            self.slashes = text.find("://", max(self.word, seen - 2), at)
        if self.slashes >= 0 and not self.in_path:
            self.in_path = text.find("/", max(self.slashes + 3, seen), at) >= 0
        self.seen = max(seen, at)
        return self.in_path


def _start_of(mark: re.Match[str], done: int) -> int:
    """Return where a mark begins, with up to two spaces before `[dot]` and its like."""
    start = mark.start()
    if mark.re is not _BRACKETS or not mark["word"] or start < done:
        return start
    head = mark.string[max(done, start - 2) : start]
    return start - len(head) + len(head.rstrip(" \t"))


def _plain(mark: re.Match[str], start: int, urls: _Urls) -> str | None:
    """Return what a mark stands for, or None where it must be left as it is."""
    if mark.re is _SCHEMES:
        return None if urls.path_holds(start) else _scheme(mark)
    if mark.re is _HALVES or mark["half"]:
        return "." if mark.string[start - 1 : start].isalnum() else None
    if not mark["word"]:
        return "://" if mark["slashes"] or mark["after"] else ":"
    if mark["closing"] != "]" and urls.path_holds(start):
        return None
    sign = "@" if mark["at"] else "."
    stands_for_itself = mark[0] == f"[{sign}]" and start == mark.start()
    return sign if stands_for_itself or _joins(mark, start) else None


def _scheme(mark: re.Match[str]) -> str | None:
    """Return the scheme that is meant, where a word begins."""
    before = mark.string[mark.start() - 1 : mark.start()]
    if before.isascii() and before.isalnum():
        return None
    return "ftp" if mark["secure"] is None else f"http{mark['secure'].lower()}"


def _joins(mark: re.Match[str], start: int) -> bool:
    """Return whether a mark stands between two words; `(at)` at the end of a sentence joins nothing."""
    left = mark.string[start - 1 : start]
    right = mark.string[mark.end() : mark.end() + 1]
    return (left.isalnum() or left in _LEFT) and (right.isalnum() or right in _RIGHT)


def defang(value: str, kind: str) -> str:
    """Return a value as it is shown for reading: nobody opens it by a slip of the finger."""
    if kind == "url":
        return _defang_url(value)
    if kind == "email-addr":
        local, _, host = value.rpartition("@")
        return f"{local}[@]{_defang_host(host)}"
    if kind in ("domain-name", "url-host", "ipv4-addr", "ipv6-addr"):
        return _defang_host(value)
    return value


def _defang_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    shown = {"http": "hxxp", "https": "hxxps", "ftp": "fxp"}.get(scheme, scheme)
    opened = f"[{_defang_host(host[1:])}" if host.startswith("[") else host.replace(".", "[.]")
    return f"{shown}://{user}{at}{opened}{slash}{path}"


def _defang_host(host: str) -> str:
    return host.replace(".", "[.]").replace(":", "[:]")


def was_defanged(text: Refanged, start: int, end: int) -> bool:
    """Return whether something between two places of the refanged text had been made harmless."""
    return bisect_right(text.places, end, key=itemgetter(0)) > bisect_right(text.places, start, key=itemgetter(0))
