"""Say something: one JSON value a line for machines, plain lines and small tables for people."""

from __future__ import annotations

import sys
import unicodedata
from contextlib import contextmanager
from typing import TYPE_CHECKING

import orjson
from rich.console import Console
from rich.table import Table

from mitra.core.text.turning import TURNING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

console = Console(soft_wrap=True, highlight=False, markup=False)


def line(value: object) -> None:
    """Write one JSON value and a newline, at once."""
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()


def lines(values: Iterable[object]) -> None:
    """Write many JSON values, a line each, as they come."""
    for value in values:
        sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
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


@contextmanager
def doing(what: str, *, is_shown: bool) -> Iterator[Callable[[str], None]]:
    """Show a person at a terminal which of many things is done now, while they are; the value names the next one."""
    if not is_shown:
        yield lambda _name: None
        return
    with Console(stderr=True, markup=False).status(what) as status:
        yield lambda name: status.update(f"{what}: {shown(name)}")
