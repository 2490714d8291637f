"""A page of HTML as a person would read it aloud: no scripts, no styles, quotations marked as in plain text.

One pass without looking back; a tag, comment or script that never ends takes the rest with it, as in a browser.  Where
a link leads is told beside its words, for words can say anything.  Nothing is fetched.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

LONGEST: Final = 200_000
"""Signs of text that are made of one page."""
_MARK: Final = re.compile(r"<(?:!--|(/?)([a-zA-Z][a-zA-Z0-9:]*)|[!?/])")
_HREF: Final = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_LONG_NUMBER: Final = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
_SPACE: Final = re.compile(r"[ \t\r\n\f\xa0]+")
_UNREAD: Final = frozenset({"script", "style", "title", "template", "xml", "svg", "math", "object", "iframe"})
_BLOCK_NAMES: Final = (
    "address article aside center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol"
    " p pre section table tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_NAMES.split())
_CELLS: Final = frozenset({"td", "th"})
_ENDS: Final = {name: re.compile(f"</{name}[\\s>/]", re.IGNORECASE) for name in _UNREAD}


def text_of(page: str) -> str:
    """Return the text of a page."""
    made, at = _Text(), 0
    while made.length < LONGEST:
        mark = _MARK.search(page, at)
        made.say(page[at : mark.start() if mark else len(page)])
        if mark is None:
            break
        name = (mark[2] or "").lower()
        ending = "-->" if mark[0] == "<!--" else ">"
        end = page.find(ending, mark.end())
        if end < 0:
            break
        if name in _UNREAD and not mark[1]:
            over = _ENDS[name].search(page, end)
            if over is None:
                break
            at = over.start()
            continue
        made.tag(name, page[mark.end() : end], is_end=bool(mark[1]))
        at = end + len(ending)
    made.end_line()
    return "\n".join(made.lines)


class _Text:
    """The lines so far, the line that is being written, and how deep it stands in quotations."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.length = 0
        self.depth = 0
        self.link = ("", 0)

    def say(self, written: str) -> None:
        if not written:
            return
        said = _SPACE.sub(" ", unescape(_LONG_NUMBER.sub("\ufffd", written)))
        if said.strip() or self.line:
            self.line.append(said)

    def tag(self, name: str, rest: str, *, is_end: bool) -> None:
        if name == "br":
            self.end_line(is_kept=True)
        elif name == "blockquote":
            self.end_line()
            self.depth = max(0, self.depth - 1) if is_end else min(self.depth + 1, 20)
        elif name in _BLOCKS:
            self.end_line()
            if name == "li" and not is_end:
                self.line.append("• ")
        elif name in _CELLS and self.line:
            self.line.append(" ")
        elif name == "a":
            self._link(rest, is_end=is_end)

    def _link(self, rest: str, *, is_end: bool) -> None:
        """Tell where a link leads, where its words do not."""
        if not is_end:
            found = _HREF.search(rest)
            href = unescape(found[1] or found[2] or found[3] or "").strip() if found else ""
            self.link = (href if href.lower().startswith(("http://", "https://")) else "", len(self.line))
            return
        href, begun = self.link
        if href and href.rstrip("/") not in "".join(self.line[begun:]):
            self.line.append(f" <{href}>")
        self.link = ("", 0)

    def end_line(self, *, is_kept: bool = False) -> None:
        said = _SPACE.sub(" ", "".join(self.line)).strip()
        self.line = []
        if said or is_kept:
            self.lines.append("> " * self.depth + said)
            self.length += len(said) + 1
