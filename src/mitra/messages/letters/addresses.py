"""Addresses, ids and the instant, as the fields of a mail say them (RFC 5322, section 3).

Structure is read first and words after it: no encoded word becomes an address (RFC 2047, section 5).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.core.text.domains import domain

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 500
"""Addresses or ids of one field."""
LONGEST: Final = 254
_TOKEN: Final = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"|\\.|[()<>,;:]|[^"\\()<>,;:]+|["\\]',
    re.DOTALL,
)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_LOCAL: Final = re.compile(r'[^\s<>()\[\]\\,;:"@]+|"[^"\\]+"')
_ID: Final = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID: Final = re.compile(r"[^<>\s,;]+@[^<>\s,;]+")


class Mailbox(NamedTuple):
    """One entry of an address field."""

    name: str
    """As written, its encoded words unread."""
    address: str
    """'' where what stands there is no address."""


def outside_comments(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the tokens of a structured field, and whether each stands outside its comments, which may nest."""
    depth = 0
    for sign in _TOKEN.findall(text):
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        else:
            yield sign, depth == 0


def mailboxes(text: str) -> list[Mailbox]:
    """Return the entries of an address field, groups opened, at most MOST."""
    found: list[Mailbox] = []
    phrase: list[str] = []
    comment: list[str] = []
    angle: list[str] | None = None
    is_open = False
    for sign, is_outside in (*outside_comments(text), (",", True)):
        if not is_outside:
            comment.append(sign)
        elif sign == "<" and angle is None:
            angle, is_open = [], True
        elif sign == ">":
            is_open = False
        elif is_open and angle is not None and sign not in ",;":
            angle.append(sign)
        elif sign in ",;" and not (is_open and sign == ","):
            found.extend(_mailbox(phrase, comment, angle))
            phrase, comment, angle, is_open = [], [], None, False
            if len(found) >= MOST:
                break
        elif sign == ":" and not is_open:
            phrase = []  # what stood before names a group (RFC 5322, 3.4)
        else:
            phrase.append(sign)
    return found


def _mailbox(phrase: list[str], comment: list[str], angle: list[str] | None) -> Iterator[Mailbox]:
    spoken = "".join(map(_unquoted, phrase)).strip()
    if angle is not None:
        route_and_address = "".join(angle)
        yield Mailbox(spoken or "".join(comment).strip(), address(route_and_address.rpartition(":")[2]))
    elif spoken:
        yield Mailbox("".join(comment).strip(), address("".join(phrase)))


def _unquoted(sign: str) -> str:
    return _ESCAPED.sub(r"\1", sign[1:-1] if len(sign) > 1 and sign[0] == '"' == sign[-1] else sign)


def address(text: str) -> str:
    """Return an addr-spec with its domain in one spelling, or '' for anything else."""
    local, at, host = text.strip().rpartition("@")
    if not at or len(text) > LONGEST or not _LOCAL.fullmatch(local) or not local.isprintable():
        return ""
    name = domain(host) if host == host.strip(" \t*.") else None
    return f"{local}@{name}" if name and len(local) + len(name) < LONGEST else ""


def ids(text: str) -> list[str]:
    """Return the ids of a field without their angle brackets; one that has none counts too (RFC 5322, 3.6.4)."""
    found = _ID.findall(text) or _BARE_ID.findall(text[:500])
    return list(filter(str.isprintable, found[:MOST]))


def instant(text: str) -> datetime | None:
    """Return the instant of a Date field in UTC, or None; `-0000` says no zone and is UTC (RFC 5322, 3.3)."""
    try:
        said = parsedate_to_datetime(text[:100])
        return (said.replace(tzinfo=UTC) if said.tzinfo is None else said).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
