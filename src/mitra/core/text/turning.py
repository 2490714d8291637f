"""Signs that show nothing and turn a text around: whoever takes them out, or writes them out, means these."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Final

TURNING: Final = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Embeddings, overrides and isolates (UAX #9); joiners, which Khmer and Burmese need, are none of them."""
MARKS: Final = "\u200e\u200f"
"""Marks of a direction: they turn only what has none."""
