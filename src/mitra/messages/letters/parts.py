"""A mail as a tree of parts (RFC 2046), found in its bytes without copying them.

Bounds: MOST_NESTED parts within one another and MOST_PARTS in all; what lies deeper is not looked at and told.
Python's own parser has neither, and asks of each line whether it ends any of the parts around it.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mitra.messages.letters.fields import Fields, Parameters, parameters, read_fields, unpack_base64

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.messages.letters.broken import Broken

MOST_NESTED: Final = 20
MOST_PARTS: Final = 500
_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,127}/[a-z0-9!#$&^_.+-]{1,127}")
_PLAIN: Final = Parameters("text/plain", {})
_AS_IS: Final = frozenset({"", "7bit", "8bit", "binary"})
_FIRST_DELIMITER: Final = re.compile(rb"\n--([^\s-][^\r\n]{0,69})(?=\r?\n)")
_BROKEN_QP: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its fields, and its body as a place within the mail."""

    fields: Fields
    declared: Parameters
    """Content-Type; `text/plain` where none can be read (RFC 2045, 5.2)."""
    mail: bytes = field(repr=False)
    start: int
    end: int
    children: tuple[Part, ...] = ()

    @property
    def media_type(self) -> str:
        """Return the type, as `text/plain`."""
        return self.declared.main

    def content(self, broken: Broken) -> bytes:
        """Return the body as it was before it was packed for transport (RFC 2045, section 6)."""
        data = self.mail[self.start : self.end]
        how = self.fields.first("content-transfer-encoding").partition(";")[0].strip().lower()
        if how == "base64":
            data, is_whole = unpack_base64(data)
            if not is_whole:
                broken.note("base64-broken")
        elif how == "quoted-printable":
            if _BROKEN_QP.search(data):
                broken.note("quoted-printable-broken")
            data = binascii.a2b_qp(data)
        elif how not in _AS_IS:
            broken.note("encoding-unknown")
        return data

    def walk(self) -> Iterator[Part]:
        """Yield this part and all within it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


class Splitting:
    """One mail while it is taken apart: how many parts there are so far, and what was broken."""

    def __init__(self, mail: bytes, broken: Broken) -> None:
        self.mail = mail
        self.broken = broken
        self.left = MOST_PARTS

    def part(self, start: int, end: int, depth: int = 0) -> Part:
        """Return the part that lies there."""
        self.left -= 1
        fields, body = read_fields(self.mail, start, end, self.broken)
        declared = self._declared(fields)
        children: tuple[Part, ...] = ()
        if declared.main.startswith("multipart/"):
            if depth >= MOST_NESTED:
                self.broken.note("nested-too-deep")
            else:
                children = tuple(self._children(declared, body, end, depth))
                if not children and "boundary-missing" in self.broken:
                    declared = _PLAIN
        return Part(fields, declared, self.mail, body, end, children)

    def _declared(self, fields: Fields) -> Parameters:
        told = fields.first("content-type")
        declared = parameters(told)
        if _TYPE.fullmatch(declared.main):
            return declared
        if told:
            self.broken.note("type-unreadable")
        return Parameters(_PLAIN.main, declared.named)

    def _children(self, declared: Parameters, start: int, end: int, depth: int) -> Iterator[Part]:
        """Yield the parts between delimiters; what stands before the first and after the last is no part (5.1.1)."""
        boundary = declared.named.get("boundary", "").rstrip().encode("utf-8", "replace")
        first = max(0, start - 1)  # the line break before the body belongs to the first delimiter
        delimiter = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?=\n|\Z)")
        if not boundary or not delimiter.search(self.mail, first, end):
            self.broken.note("boundary-missing")
            found = _FIRST_DELIMITER.search(self.mail, first, end)
            if found is None:
                return
            delimiter = re.compile(rb"\n--" + re.escape(found[1].rstrip()) + rb"(--)?[ \t]*\r?(?=\n|\Z)")
        begun = -1
        for found in delimiter.finditer(self.mail, first, end):
            if begun >= 0:
                yield self.part(begun, max(begun, self._before(found.start())), depth + 1)
            begun = min(found.end() + 1, end)
            if found[1]:
                return
            if self.left <= 0:
                self.broken.note("parts-too-many")
                return
        self.broken.note("boundary-unclosed")
        yield self.part(begun, end, depth + 1)

    def _before(self, line_break: int) -> int:
        return line_break - 1 if self.mail[line_break - 1 : line_break] == b"\r" else line_break
