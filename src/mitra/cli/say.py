"""Say something: one JSON value a line for machines, plain lines and small tables for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import orjson
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

console = Console(soft_wrap=True, highlight=False, markup=False)


def line(value: object) -> None:
    """Write one JSON value and a newline, at once."""
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()


def words(text: str = "") -> None:
    """Write a line for a person."""
    console.print(text)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, as `1 member` and `1,204 members`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a small table for a person."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        drawn.add_column(head, overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    console.print(drawn)
