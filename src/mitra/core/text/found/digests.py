"""Finder of digests: a length of hexadecimal digits tells the algorithm, unless a word before it tells another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitra.core.text.found.hit import Hit, stands_alone
from mitra.core.text.hashes import BY_LENGTH, algorithm, digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.core.text.defang import Refanged

_HEX = re.compile(r"[0-9A-Fa-f]{32,}+")
_LABEL = re.compile(r"(imphash|import hash|authentihash|ja3s|ja3|jarm|sha3-(?:224|256|384|512))[\s:=|`\u2013-]{1,12}\Z")
_FUZZY = re.compile(
    r"(?P<ssdeep>[0-9]{1,9}:[A-Za-z0-9/+]{6,64}:[A-Za-z0-9/+]{6,64})|(?P<tlsh>T1[0-9A-Fa-f]{70})",
)
_LOOK_BACK = 32


def digests(plain: Refanged) -> Iterator[Hit]:
    """Yield digests of files and fingerprints of sessions."""
    text = plain.text
    for match in _HEX.finditer(text):
        kinds = BY_LENGTH.get(match.end() - match.start())
        if kinds is None or not stands_alone(text, *match.span()):
            continue
        label = _LABEL.search(text[max(0, match.start() - _LOOK_BACK) : match.start()].lower())
        named = algorithm(label[1].replace(" ", "").replace("importhash", "imphash")) if label else None
        yield Hit(match.start(), match.end(), named if named in kinds else kinds[0], match[0].lower())
    for match in _FUZZY.finditer(text):
        kind = match.lastgroup or ""
        value = digest(kind, match[0])
        if value is not None and stands_alone(text, *match.span()):
            yield Hit(match.start(), match.end(), kind, value)
