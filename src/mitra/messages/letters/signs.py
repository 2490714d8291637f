"""Signs that nobody sees, or that turn others around, are taken out; a long text ends between two written signs.

What stays: the joiners and spaces of no width by which Khmer, Lao, Burmese, Persian and pictures are written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from mitra.core.text.turning import MARKS, TURNING

if TYPE_CHECKING:
    from typing import Final

_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN: Final = dict.fromkeys(
    [
        *(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"),
        *map(ord, TURNING),
        *range(0x206A, 0x2070),  # what was deprecated beside isolates
        *range(0xFFF9, 0xFFFC),  # annotations between lines
        *range(0xE0000, 0xE0080),  # tags: whole sentences that only machines read
        *range(0xD800, 0xE000),  # halves of a sign
        0xFEFF,
        0xFFFE,
        0xFFFF,
    ]
)
_UNSEEN_IN_LINE: Final = dict.fromkeys((*map(ord, MARKS), 0x061C))
_PATHS: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))
_MOST_MARKS: Final = 30
"""On one letter, as in Unicode's Stream-Safe Text Format (UAX #15, section 13): composing more is quadratic."""
_FURTHEST_BACK: Final = 200
_VIRAMA: Final = 9
"""The combining class of what puts the next consonant below: Khmer coeng, Burmese virama and their like."""
_JOINER: Final = "\u200d"
_AFTER: Final = frozenset("\u200c\u200d\u0e33\u0eb3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
"""Joiners, Thai and Lao AM, skin tones: no marks by their category, yet never first."""
_AHEAD: Final = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
"""Vowels that Thai and Lao write before their consonant."""


def readable(text: str) -> str:
    """Return a text of lines without what nobody sees, composed (NFC)."""
    return _composed(_ENDS.sub("\n", text).translate(_UNSEEN))


def one_line(text: str, longest: int) -> str:
    """Return the same as one line of single spaces, cut."""
    within = cut(_ENDS.sub(" ", text[: longest * 10]).translate(_UNSEEN).translate(_UNSEEN_IN_LINE), longest * 2)
    return cut(_composed(" ".join(within.split())), longest).rstrip()


def file_name(text: str, longest: int) -> str:
    """Return a name by which a file may be shown or kept: no path, no dots at its ends; its ending stays when cut."""
    name = one_line(text, longest * 10).translate(_PATHS).strip(". ")
    if len(name) <= longest:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return cut(name, longest)
    return f"{cut(stem, longest - len(ending) - 1)}.{ending}"


def cut(text: str, longest: int) -> str:
    """Return at most so many signs of a text, no mark parted from its letter and no stack, flag or picture in two."""
    if len(text) <= longest:
        return text
    end = longest
    while end > max(0, longest - _FURTHEST_BACK) and _hangs(text[end - 1], text[end]):
        end -= 1
    return text[:end]


def _hangs(before: str, after: str) -> bool:
    """Return whether the second of two signs belongs to the first."""
    if after in _AFTER or before == _JOINER or before in _AHEAD or unicodedata.category(after)[0] == "M":
        return True
    return unicodedata.combining(before) == _VIRAMA or (_is_half_flag(before) and _is_half_flag(after))


def _is_half_flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", _with_few_marks(text))


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
