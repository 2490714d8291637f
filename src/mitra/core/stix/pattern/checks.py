"""What a pattern must keep beyond the grammar: the two rules that the OASIS validator adds.

A qualifier stands once after one observation (parentheses begin anew), and a hash that names its algorithm has
that algorithm's form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.stix.pattern.tree import Combined, Comparison, Expression, Pattern, Qualified, comparisons_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEX_LENGTHS = {
    "MD5": 32,
    "RIPEMD160": 40,
    "SHA1": 40,
    "SHA224": 56,
    "SHA256": 64,
    "SHA384": 96,
    "SHA512": 128,
    "SHA3224": 56,
    "SHA3256": 64,
    "SHA3384": 96,
    "SHA3512": 128,
    "WHIRLPOOL": 128,
}
_SSDEEP = re.compile(r"[a-zA-Z0-9/+:.]{1,128}")
_HEX = re.compile(r"[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class PatternProblem:
    """One broken rule: its code and a sentence for the sender."""

    rule: str
    message: str


def problems_of(pattern: Pattern) -> tuple[PatternProblem, ...]:
    """Return the rules that a pattern breaks although it can be read."""
    repeated = (
        PatternProblem("pattern-qualifier-twice", f"{name} stands twice after one observation.")
        for name in _repeated_qualifiers(pattern.expression)
    )
    malformed = (
        PatternProblem("pattern-hash", f"{value[:140]!r} is not a {algorithm} hash.")
        for comparison in comparisons_of(pattern)
        for algorithm, value in _malformed_hashes(comparison)
    )
    return (*repeated, *malformed)


def _repeated_qualifiers(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Combined):
        for term in expression.terms:
            yield from _repeated_qualifiers(term)
    elif isinstance(expression, Qualified):
        yield from _repeated_qualifiers(expression.inner)
        names = [type(qualifier).__name__ for qualifier in expression.qualifiers]
        if not expression.grouped and len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            yield {"Within": "WITHIN", "Repeats": "REPEATS", "Between": "START … STOP"}[twice]


def _malformed_hashes(comparison: Comparison) -> Iterator[tuple[str, str]]:
    keys = comparison.path.keys
    if "hashes" not in keys or keys[-1] == "hashes" or comparison.operator not in ("=", "!=", "IN"):
        return
    algorithm = keys[-1].upper().replace("-", "")
    for constant in comparison.constants:
        if isinstance(constant.value, str) and not _is_hash(algorithm, constant.value):
            yield keys[-1], constant.value


def _is_hash(algorithm: str, value: str) -> bool:
    if algorithm == "SSDEEP":
        return _SSDEEP.fullmatch(value) is not None
    length = _HEX_LENGTHS.get(algorithm)
    return length is None or (len(value) == length and _HEX.fullmatch(value) is not None)
