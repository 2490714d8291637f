"""Turn an HTML report into text that a person would read, for `found.find_values` to search.

Scripts, styles and comments go, block elements become lines, entities are resolved.  Nothing is fetched, built or
executed.  Each character is looked at a bounded number of times: a tag or comment that nobody closes ends the text,
as it does in a browser.  Markdown needs none of this: it is text, and the targets of its links are in it.
"""

from __future__ import annotations

import html
import re

from mitra.core.errors import InvalidInput

MAX_CHARACTERS = 16_000_000

_NAME = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)")
_TAG_END = re.compile(r"(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+>")
_UNREAD = frozenset({"script", "style", "template", "noscript", "svg", "head"})
_INLINE_NAMES = (
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strong sub sup time"
    " tt u var wbr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_SPACES = re.compile(r"[ \t]+")
_LINES = re.compile(r"\s*\n\s*")


def looks_like_html(text: str) -> bool:
    """Return whether a text is an HTML page or a part of one rather than prose with an angle bracket."""
    return re.search(r"<(?:!doctype html|html|head|body|div|p|table|span|a\s)", text[:4_096], re.IGNORECASE) is not None


def text_of_html(source: str) -> str:
    """Return the readable text, a line a block; raises InvalidInput when the page is too large."""
    if len(source) > MAX_CHARACTERS:
        raise InvalidInput(f"A page may have {MAX_CHARACTERS:,} characters at most.", rule="report-size")
    parts: list[str] = []
    at, length = 0, len(source)
    while at < length:
        angle = source.find("<", at)
        if angle < 0:
            parts.append(source[at:])
            break
        parts.append(source[at:angle])
        written, at = _markup(source, angle)
        parts.append(written)
    text = _SPACES.sub(" ", html.unescape("".join(parts)).replace("\u00ad", "").replace("\r", "\n"))
    return _LINES.sub("\n", text).strip()


def _markup(source: str, angle: int) -> tuple[str, int]:
    """Return what stands for the markup at an angle bracket, and where reading goes on."""
    if source.startswith("<!--", angle):
        return "", _after(source.find("-->", angle + 4), 3, source)
    if source.startswith(("<!", "<?"), angle):
        return "", _after(source.find(">", angle), 1, source)
    name = _NAME.match(source, angle)
    if name is None:
        return "&lt;", angle + 1
    element = name[2].lower()
    end = _TAG_END.match(source, name.end())
    if end is None:
        return "", len(source)
    if element in _UNREAD and not name[1] and not source.startswith("/>", end.end() - 2):
        return "\n", _after_element(source, element, end.end())
    return ("" if element in _INLINE else " " if element in ("td", "th") else "\n"), end.end()


def _after(found: int, width: int, source: str) -> int:
    return len(source) if found < 0 else found + width


def _after_element(source: str, element: str, start: int) -> int:
    closing = re.compile(rf"</{element}\b[^>]*+>", re.IGNORECASE).search(source, start)
    return len(source) if closing is None else closing.end()
