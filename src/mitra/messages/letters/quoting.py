"""Part an answer from the mail that it answers, by marks that mail programs write in any language.

What is quoted in one piece is put aside.  Where somebody answers between the quoted lines, all stays as it is: the
answers would say nothing without them.  A mail that is sent on was not answered and stays whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

READ: Final = 100_000
"""Signs that are looked through."""
_QUOTE: Final = re.compile(r" ?>")
_RULE: Final = re.compile(r"_{10,}\s*")
_ORIGINAL: Final = re.compile(
    r"-{2,}\s*(?:original message|original appointment|ข้อความต้นฉบับ|ข้อความเดิม|thư gốc|tin nhắn gốc"
    r"|pesan asli|mesej asal|សារដើម|ຂໍ້ຄວາມຕົ້ນສະບັບ|မူရင်းစာ|mensagem original|message d'origine|ursprüngliche nachricht"
    r"|原始邮件|原邮件|原始郵件)\s*-{2,}",
    re.IGNORECASE,
)
_FROM: Final = re.compile(
    r"\*?(?:from|จาก|từ|dari|daripada|ពី|ຈາກ|မှ|mula kay|mula sa|de|von|发件人|寄件者|寄件人)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"[^:：]{1,20}[:：]")
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_DIGIT: Final = re.compile(r"\d")
_ATTRIBUTION_ENDS: Final = (":", "：")
_LONGEST_LINE: Final = 400
_SENT_ON: Final = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|转发|轉寄)\s*[:：]", re.IGNORECASE)


def part_quoted(text: str, subject: str) -> tuple[str, str]:
    """Return (what was written, what was quoted)."""
    lines = text[:READ].split("\n")
    end = len(lines) if _SENT_ON.match(subject) else _original_begins(lines)
    blocks = _blocks(lines[:end])
    if len(blocks) != 1:
        return _text(lines[:end]), _text(lines[end:])
    begin, after = blocks[0]
    begin = _with_attribution(lines, begin)
    return _text([*lines[:begin], *lines[after:end]]), _text([*lines[begin:after], *lines[end:]])


def _text(lines: list[str]) -> str:
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _original_begins(lines: list[str]) -> int:
    """Return the line from which on a program put the mail that is answered, unmarked, below the answer."""
    for at, line in enumerate(lines):
        if len(line) > _LONGEST_LINE:
            continue
        if _ORIGINAL.fullmatch(line.strip()) or (_FROM.match(line) and _is_head(lines[at + 1 : at + 6])):
            return _with_rule(lines, at)
    return len(lines)


def _is_head(lines: list[str]) -> bool:
    """Return whether lines go on as the head of a mail does: an instant next, and a name before each colon."""
    named = [line for line in lines if _NAMED.match(line)]
    return len(named) >= 2 and named[0] == lines[0] and any(map(_DIGIT.search, named))


def _with_rule(lines: list[str], at: int) -> int:
    """Return where the ruler above a quoted head begins, if there is one."""
    above = at - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.fullmatch(lines[above]) else at


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """Return (first, behind the last) of each run of quoted lines, empty lines between them included."""
    blocks: list[tuple[int, int]] = []
    behind = 0
    for at, line in enumerate(lines):
        if _QUOTE.match(line):
            if blocks and not any(each.strip() for each in lines[behind:at]):
                blocks[-1] = (blocks[-1][0], at + 1)
            else:
                blocks.append((at, at + 1))
            behind = at + 1
    return blocks


def _with_attribution(lines: list[str], begin: int) -> int:
    """Return where the words “on …, … wrote:” above a quotation begin: one line or two that end with a colon."""
    above = begin - 1
    while above >= 0 and begin - above <= 2 and not lines[above].strip():
        above -= 1
    if above < 0 or not lines[above].rstrip().endswith(_ATTRIBUTION_ENDS):
        return begin
    if _DIGIT.search(lines[above]) or "@" in lines[above]:
        starts_mid = above > 0 and lines[above - 1].strip() and not _has_instant(lines[above])
        return above - 1 if starts_mid and _has_instant(lines[above - 1]) else above
    return above - 1 if above > 0 and _DIGIT.search(lines[above - 1]) else begin


def _has_instant(line: str) -> bool:
    return len(_DIGIT.findall(line)) >= 4
