"""The tree of one STIX pattern: frozen values, equal when the patterns mean the same by the grammar.

White space, comments and parentheses that change nothing are not kept; `==` is `=` and `<>` is `!=`.  A chain of
one operator is one node, so only real nesting makes the tree deeper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

Step = str | int | None
"""A step of a path: a key, a list index, or None for `[*]`."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal.  `kind` keeps apart what Python would call equal: 1, 1.0 and true."""

    kind: str
    """string, integer, float, boolean, hex, binary or timestamp."""
    value: str | int | bool | Decimal | bytes


@dataclass(frozen=True, slots=True)
class Path:
    """Where in an object a value stands: `file:hashes.'SHA-256'` is ("file", ("hashes", "SHA-256"))."""

    type: str
    steps: tuple[Step, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys alone, without list indexes."""
        return tuple(step for step in self.steps if isinstance(step, str))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One property held against one constant, or against several for IN."""

    path: Path
    operator: str
    """=, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET or ISSUPERSET."""
    constants: tuple[Constant, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Existence:
    """EXISTS: the property is there, whatever its value."""

    path: Path
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Tests on one observation joined by AND or OR."""

    operator: str
    terms: tuple[Test, ...]


Test = Comparison | Existence | Joined


@dataclass(frozen=True, slots=True)
class Observation:
    """What stands in one pair of square brackets."""

    test: Test


@dataclass(frozen=True, slots=True)
class Combined:
    """Observations combined by AND, OR or FOLLOWEDBY."""

    operator: str
    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """WITHIN n SECONDS."""

    seconds: Constant


@dataclass(frozen=True, slots=True)
class Repeats:
    """REPEATS n TIMES."""

    times: int


@dataclass(frozen=True, slots=True)
class Between:
    """START t'…' STOP t'…'."""

    start: str
    stop: str


@dataclass(frozen=True, slots=True)
class Qualified:
    """An observation expression with its qualifiers, in the order written."""

    inner: Expression
    qualifiers: tuple[Within | Repeats | Between, ...]
    grouped: bool = False
    """Written in parentheses; then a kind of qualifier may stand twice."""


Expression = Observation | Combined | Qualified


@dataclass(frozen=True, slots=True)
class Pattern:
    """One whole pattern."""

    expression: Expression


def comparisons_of(pattern: Pattern) -> Iterator[Comparison]:
    """Yield every comparison, in the order written."""
    waiting: list[Expression | Test] = [pattern.expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Comparison):
            yield node
        elif isinstance(node, Observation):
            waiting.append(node.test)
        elif isinstance(node, Qualified):
            waiting.append(node.inner)
        elif isinstance(node, Joined | Combined):
            waiting.extend(reversed(node.terms))
