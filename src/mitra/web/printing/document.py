"""What a printed page says, as plain values; how it looks is the template's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Tlp

MOST_BLOCKS: Final = 2_000
MOST_SIGNS: Final = 400_000
"""Of all blocks together: some two hundred sheets."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, as they were written."""

    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """A machine's value, letter by letter."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms and what they are."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A head, and rows as long as it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Value | Facts | Table


@dataclass(frozen=True, slots=True)
class Attached:
    """The bytes that a sheet is a picture of."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """One document."""

    title: str
    tlp: Tlp
    blocks: tuple[Block, ...]
    printed_at: datetime
    printed_for: str
    """Who printed it: organisation and person."""
    origin: str
    """The node, by its name."""
    reference: str = ""
    """Where it is found again."""
    language: str = "en"
    attached: Attached | None = None

    def check(self) -> None:
        """Raise InvalidInput for more than anybody prints."""
        signs = sum(len(str(block)) for block in self.blocks)
        if len(self.blocks) > MOST_BLOCKS or signs > MOST_SIGNS:
            message = f"This would be more than {MOST_SIGNS // 2_000} sheets; print a part of it, or export it."
            raise InvalidInput(message, rule="too-large")
