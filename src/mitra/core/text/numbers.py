"""Numbers that people say to one another: short random words, equal for all readers and counting nothing.

`TH-7K3M` is a prefix and signs that are not taken for one another, on paper, by telephone, in a hurry (Crockford's base
32).  What is read comes back in one spelling: small letters, O for 0, I or L for 1, with or without hyphens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from typing import Final

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 4
"""A million numbers a prefix; whoever draws one that is taken draws again, one sign longer each time."""
_LOOKS_LIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_PREFIX: Final = re.compile(r"[A-Z]{2,4}", re.ASCII)
_NUMBER: Final = re.compile(r"([A-Z]{2,4})[ -]?([0-9A-Z]{4,8})", re.ASCII)


def number_of(prefix: str, drawn: bytes, *, length: int = LENGTH) -> str:
    """Return the number that random bytes make, one byte a sign; raises ValueError for a prefix or too few bytes."""
    if not _PREFIX.fullmatch(prefix) or len(drawn) < length:
        message = f"{prefix!r} and {len(drawn)} bytes make no number of {length} signs."
        raise ValueError(message)
    return f"{prefix}-{''.join(SIGNS[byte % len(SIGNS)] for byte in drawn[:length])}"


def read_number(text: str) -> str:
    """Return a number as it was said, in its one spelling; raises InvalidInput for what is none."""
    found = _NUMBER.fullmatch(text.strip().upper())
    signs = found[2].translate(_LOOKS_LIKE) if found else ""
    if found is None or any(sign not in SIGNS for sign in signs):
        message = f"“{text[:40]}” is no number; write it as TH-7K3M."
        raise InvalidInput(message, rule="number")
    return f"{found[1]}-{signs}"
