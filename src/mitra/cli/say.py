"""Say something: one JSON value a line for machines, plain lines and small tables for people."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

import orjson
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn a line's direction; joiners, which Khmer and Burmese need, are none of them."""

console = Console(soft_wrap=True, highlight=False, markup=False)


def line(value: object) -> None:
    """Write one JSON value and a newline, at once."""
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()


def shown(text: str) -> str:
    """Return a text whose control signs are written out: what others wrote steers nobody's terminal."""
    return "".join(repr(sign)[1:-1] if is_control(sign) else sign for sign in text)


def is_control(sign: str) -> bool:
    """Return whether a sign steers a terminal or a line's direction, and shows nothing itself."""
    return sign in TURNING or unicodedata.category(sign) == "Cc"


def words(text: str = "") -> None:
    """Write a line for a person."""
    console.print(shown(text))


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, as `1 member` and `1,204 members`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a small table for a person."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*map(shown, row))
    console.print(drawn)
