"""The head of a mail or of a part: its fields as text (RFC 5322), their words (RFC 2047) and parameters (RFC 2231).

Every pattern here runs in linear time: after each failure what was looked at is behind.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from mitra.messages.letters.charsets import decoded, guessed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.messages.letters.broken import Broken

MOST_LINES: Final = 5_000
MOST_ALIKE: Final = 20
"""Fields of one name that are read."""
MOST_PARAMETERS: Final = 200
LONGEST_BYTES: Final = 20_000
"""Of one field; what is longer is cut."""
_FIELD: Final = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,200})[ \t]*:(.*)", re.DOTALL)
_NO_FIELD: Final = re.compile(rb"(?:>?From |[ \t])")
_BLANK: Final = re.compile(rb"\n\r?\n")
_WORD: Final = re.compile(r"=\?([A-Za-z0-9_.:+*'-]{1,60})\?([bBqQ])\?([^?]*)\?=")
_PARAMETER: Final = re.compile(r';\s*([^\s=;"]+)\s*=\s*("[^"\\]*(?:\\.[^"\\]*)*"?|[^;]*)', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_SECTION: Final = re.compile(r"([^*]+)\*([0-9]{1,3})(\*?)")
_NOT_BASE64: Final = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_FILL: Final = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one head, by their lower-case names, in the order of the head."""

    raw: dict[str, list[bytes]] = field(default_factory=dict)

    def all(self, name: str) -> list[str]:
        """Return the fields of this name, at most MOST_ALIKE, unfolded; encoded words stay as they are."""
        return [self._text(value) for value in self.raw.get(name, ())[:MOST_ALIKE]]

    def first(self, name: str) -> str:
        """Return the first field of this name, or ''."""
        found = self.raw.get(name)
        return self._text(found[0]) if found else ""

    def count(self, name: str) -> int:
        """Return how often a field stands there."""
        return len(self.raw.get(name, ()))

    def _text(self, value: bytes) -> str:
        """Return text also of 8-bit bytes: who writes a head in them means the charset of the text below."""
        if value.isascii():
            return value.decode()
        told = self.raw.get("content-type")
        charset = parameters(guessed(told[0])).named.get("charset", "") if told else ""
        try:
            return value.decode()
        except UnicodeDecodeError:
            return decoded(value, charset)[0] if charset else guessed(value)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a structured field says: its main word in lower case, and what is named beside it."""

    main: str
    named: dict[str, str]


def read_fields(data: bytes, start: int, end: int, broken: Broken) -> tuple[Fields, int]:
    """Return the head that begins at `start`, and where the body begins."""
    raw: dict[str, list[bytes]] = {}
    lines: list[bytes] = []
    at, count = start, 0
    while at < end:
        stop = data.find(b"\n", at, end)
        stop = end if stop < 0 else stop + 1
        line = data[at : min(stop, at + LONGEST_BYTES)].rstrip(b"\r\n")
        if not line:
            at = stop
            break
        if count >= MOST_LINES:
            broken.note("headers-too-many")
            blank = _BLANK.search(data, at, end)
            at = blank.end() if blank else end
            break
        is_folded = line[:1] in b" \t"
        if not is_folded and not _FIELD.match(line) and not _NO_FIELD.match(line):
            broken.note("header-broken")
            break
        if not is_folded:
            _keep(lines, raw, broken)
            lines = []
        lines.append(line)
        at, count = stop, count + 1
    _keep(lines, raw, broken)
    return Fields(raw), at


def _keep(lines: list[bytes], raw: dict[str, list[bytes]], broken: Broken) -> None:
    found = _FIELD.match(b"".join(lines))  # RFC 5322, 2.2.3: folds go, the space after them stays
    if found is None:
        return
    if len(found[2]) > LONGEST_BYTES:
        broken.note("header-too-long")
    raw.setdefault(found[1].decode("ascii").lower(), []).append(found[2][:LONGEST_BYTES].strip())


def in_words(text: str, broken: Broken) -> str:
    """Return a field's text with its encoded words read (RFC 2047), wherever they stand.

    Words that follow one another in one charset are read as one: programs part a sign between two of them.
    """
    if "=?" not in text:
        return text
    said: list[str] = []
    for charset, data in _runs(text):
        if isinstance(data, str):
            said.append(data)
            continue
        part, defect = decoded(data, charset)
        said.append(part)
        if defect:
            broken.note(defect)
    return "".join(said)


def _runs(text: str) -> Iterator[tuple[str, str | bytes]]:
    """Yield plain text, and (charset, bytes) of neighbouring words; spaces between two words are none (6.2)."""
    charset, data, at = "", b"", 0
    for word in _WORD.finditer(text):
        gap, at = text[at : word.start()], word.end()
        named = word[1].partition("*")[0].lower()
        if data and (gap.strip() or named != charset):
            yield charset, data
            data = b""
            if gap.strip():
                yield "", gap
        elif gap.strip() or not charset:
            yield "", gap
        charset, data = named, data + _unpacked(word[2].lower(), word[3])
    if data:
        yield charset, data
    yield "", text[at:]


def _unpacked(how: str, written: str) -> bytes:
    data = written.encode("utf-8", "replace")
    return unpack_base64(data)[0] if how == "b" else binascii.a2b_qp(data, header=True)


def unpack_base64(data: bytes) -> tuple[bytes, bool]:
    """Return what base64 holds and whether it was whole; what cannot be there is passed over (RFC 2045, 6.8)."""
    signs = data.translate(None, _NOT_BASE64)
    body, _, after = signs.partition(b"=")
    is_whole = not after.strip(b"=") and len(body) % 4 != 1
    is_whole = is_whole and len(signs) == len(data.translate(None, _FILL))
    body = body[: len(body) - 1] if len(body) % 4 == 1 else body
    return binascii.a2b_base64(body + b"=" * (-len(body) % 4)), is_whole


def parameters(value: str) -> Parameters:
    """Return a field's main word and parameters; those in pieces or of a charset are put together (RFC 2231)."""
    main, _, _ = value.partition(";")
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in islice(_PARAMETER.finditer(value), MOST_PARAMETERS):
        said, key = _unquoted(found[2].strip()), found[1].lower()
        piece = _SECTION.fullmatch(key)
        if piece:
            pieces.setdefault(piece[1], {}).setdefault(int(piece[2]), (said, piece[3] == "*"))
        elif key.endswith("*"):
            pieces.setdefault(key[:-1], {})[0] = (said, True)
        else:
            plain.setdefault(key, said)
    plain.update((name, _joined(parts)) for name, parts in pieces.items())
    return Parameters(main.strip().lower(), plain)


def _unquoted(written: str) -> str:
    if not written.startswith('"'):
        return written
    return _ESCAPED.sub(r"\1", written[1:].removesuffix('"'))


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    """Return a parameter of pieces in their order; the first says charset'language' where any is escaped."""
    charset, data = "", b""
    for number in sorted(pieces):
        said, is_escaped = pieces[number]
        if number == 0 and is_escaped and said.count("'") >= 2:
            charset, _, said = said.split("'", 2)
        data += unquote_to_bytes(said) if is_escaped else said.encode("utf-8", "replace")
    return decoded(data, charset or "utf-8")[0]
