"""What a pattern must keep beyond the grammar: the two rules that the OASIS validator adds.

A qualifier stands once after one observation (parentheses begin anew), and a hash that names its algorithm has
that algorithm's form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.stix.pattern.parser import parse, plain_equality
from mitra.core.stix.pattern.tree import Combined, Expression, Pattern, Qualified, comparisons_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
_WITH_WHOLE_VALUES = frozenset({"=", "!=", "IN"})
_SSDEEP = re.compile(r"[a-zA-Z0-9/+:.]{1,128}")
_HEX = re.compile(r"[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class PatternProblem:
    """One broken rule: its code and a sentence for the sender."""

    rule: str
    message: str


def problems_in(text: str) -> tuple[PatternProblem, ...]:
    """Return the rules that a pattern breaks although it can be read; raises InvalidInput where it cannot."""
    plain = plain_equality(text)
    if plain is None:
        return problems_of(parse(text))
    _, keys, value = plain
    return tuple(map(_not_a_hash, _malformed_hashes(keys, (value,)))) if "hashes" in keys else ()


def problems_of(pattern: Pattern) -> tuple[PatternProblem, ...]:
    """Return the rules that a pattern breaks although it can be read."""
    repeated = (
        PatternProblem("pattern-qualifier-twice", f"{name} stands twice after one observation.")
        for name in _repeated_qualifiers(pattern.expression)
    )
    malformed = (
        _not_a_hash(found)
        for comparison in comparisons_of(pattern)
        if "hashes" in comparison.path.steps and comparison.operator in _WITH_WHOLE_VALUES
        for found in _malformed_hashes(comparison.path.keys, (each.value for each in comparison.constants))
    )
    return (*repeated, *malformed)


def _not_a_hash(found: tuple[str, str]) -> PatternProblem:
    algorithm, value = found
    return PatternProblem("pattern-hash", f"{value[:140]!r} is not a {algorithm} hash.")


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


def _malformed_hashes(keys: tuple[str, ...], values: Iterable[object]) -> Iterator[tuple[str, str]]:
    """Yield the algorithm and each of the values at a path within `hashes` that is none of its hashes."""
    if keys[-1] == "hashes":
        return
    algorithm = keys[-1].upper().replace("-", "")
    for value in values:
        if isinstance(value, str) and not _is_hash(algorithm, value):
            yield keys[-1], value


def _is_hash(algorithm: str, value: str) -> bool:
    if algorithm == "SSDEEP":
        return _SSDEEP.fullmatch(value) is not None
    length = _HEX_LENGTHS.get(algorithm)
    return length is None or (len(value) == length and _HEX.fullmatch(value) is not None)
