"""What a person would read of a mail, and what came along with it.

Plain text is preferred wherever the sender wrote both.  What is not read is listed as an attachment: hashed, never
opened.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from mitra.messages.letters import markup
from mitra.messages.letters.charsets import decoded
from mitra.messages.letters.facts import Attachment
from mitra.messages.letters.fields import in_words, parameters
from mitra.messages.letters.signs import file_name, readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.messages.letters.broken import Broken
    from mitra.messages.letters.parts import Part

READ_BYTES: Final = 1 << 20
"""Of one part; longer ones are cut."""
READ: Final = 200_000
"""Signs of all parts together."""
MOST_ATTACHMENTS: Final = 100
LONGEST_NAME: Final = 120
_REPORTED: Final = re.compile(r"message/(?!external-body).*|text/rfc822-headers")
_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n){2,}")


class Body:
    """What was found in one tree of parts."""

    def __init__(self, root: Part, broken: Broken) -> None:
        self.broken = broken
        self.along: list[Part] = []
        self.read = 0
        self.text = _EMPTY_LINES.sub("\n\n", readable(self._text(root)))

    def attachments(self) -> tuple[Attachment, ...]:
        """Return what came along, the first MOST_ATTACHMENTS."""
        if len(self.along) > MOST_ATTACHMENTS:
            self.broken.note("attachments-too-many")
        return tuple(_attachment(part, self.broken) for part in self.along[:MOST_ATTACHMENTS])

    def _text(self, part: Part) -> str:
        if part.media_type == "multipart/alternative" and part.children:
            return self._best(part.children)
        if part.media_type == "multipart/report":
            return self._all(each for each in part.children if not _REPORTED.fullmatch(each.media_type))
        if part.children:
            return self._all(part.children)
        if not is_read(part):
            self.along.append(part)
            return ""
        return self._leaf(part)

    def _all(self, parts: Iterable[Part]) -> str:
        return "\n\n".join(filter(None, map(self._text, parts)))

    def _best(self, children: tuple[Part, ...]) -> str:
        """Return plain text where there is any, else the richest that has words (RFC 2046, 5.1.4)."""
        plain = [each for each in children if each.media_type == "text/plain"]
        ordered = [*plain, *reversed([each for each in children if each not in plain])]
        for at, child in enumerate(ordered):
            text = self._text(child)
            if text.strip():
                return text + self._rest(ordered[at + 1 :])
        return ""

    def _rest(self, parts: list[Part]) -> str:
        """Note what came along in parts that say the same once more; return no text."""
        self.along.extend(
            leaf for part in parts for leaf in part.walk() if not leaf.children and not is_read(leaf) and _is_leaf(leaf)
        )
        return ""

    def _leaf(self, part: Part) -> str:
        if self.read >= READ:
            return ""
        text, defect = decoded(part.content(self.broken)[:READ_BYTES], part.declared.named.get("charset", ""))
        if defect:
            self.broken.note(defect)
        if part.media_type == "text/html":
            text = markup.text_of(text)
        elif part.declared.named.get("format", "").lower() == "flowed":
            text = _unflowed(text, is_split=part.declared.named.get("delsp", "").lower() == "yes")
        self.read += len(text)
        return text[:READ].strip("\r\n")


def is_read(part: Part) -> bool:
    """Return whether a part is text to be read, and none that was attached (RFC 2183)."""
    if part.media_type not in {"text/plain", "text/html"}:
        return False
    shown = parameters(part.fields.first("content-disposition"))
    return shown.main != "attachment" and not _name(part)


def _is_leaf(part: Part) -> bool:
    return not part.media_type.startswith("multipart/")


def _name(part: Part) -> str:
    shown = parameters(part.fields.first("content-disposition")).named
    return shown.get("filename") or part.declared.named.get("name", "")


def _attachment(part: Part, broken: Broken) -> Attachment:
    data = part.content(broken)
    name = file_name(in_words(_name(part), broken), LONGEST_NAME)
    return Attachment(name, part.media_type, len(data), hashlib.sha256(data).hexdigest())


def _unflowed(text: str, *, is_split: bool) -> str:
    """Return text whose lines end where paragraphs do (RFC 3676, 4): a space at a line's end says that it goes on."""
    made: list[str] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:].removeprefix(" ")
        goes_on = said.endswith(" ") and said != "-- "
        said = said[:-1] if goes_on and is_split else said
        if depth == open_depth and said != "-- ":
            made.append(said)
        else:
            made.append("\n" * bool(made) + (">" * depth + " " if depth else "") + said)
        open_depth = depth if goes_on else -1
    return "".join(made)
