"""Read a pattern by recursive descent over its tokens: one look ahead, never a step back.

Bounds: 65,536 characters, 64 parentheses deep, 4,096 comparisons (a set's constants count).  Whatever breaks the
grammar or a bound raises InvalidInput, which names the character.

The commonest shape of all, one equality with one plain string, is read by one regular expression first; it gives the
tree that the slow way gives, and tests/property/test_pattern_trees.py holds the two together.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mitra.core.stix.pattern.lexer import KEYWORDS, TIMESTAMP, Token, refusal, tokens_of
from mitra.core.stix.pattern.tree import (
    Between,
    Combined,
    Comparison,
    Constant,
    Existence,
    Expression,
    Joined,
    Observation,
    Path,
    Pattern,
    Qualified,
    Repeats,
    Step,
    Test,
    Within,
)

MAX_CHARACTERS = 65_536
MAX_DEPTH = 64
MAX_COMPARISONS = 4_096

JUST_READ = 16
"""How many patterns are remembered: each is asked for twice, whether it is right and what it speaks about."""

_PLAIN = re.compile(
    r"\[([A-Za-z_][A-Za-z0-9_-]*+):([A-Za-z_][A-Za-z0-9_]*+)(?:\.(?:([A-Za-z_][A-Za-z0-9_]*+)|'([^'\\]*+)'))?+"
    r" ?= ?'([^'\\]*+)'\]"
)
_ORDER = ("FOLLOWEDBY", "OR", "AND")
"""How observations bind, loosest first; inside the brackets there is no FOLLOWEDBY."""
_EQUAL = frozenset({"=", "!="})
_ORDERED = frozenset({"<", "<=", ">", ">="})
_WITH_STRING = frozenset({"LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"})
_TIMESTAMP = re.compile(TIMESTAMP)


@lru_cache(maxsize=JUST_READ)
def parse(text: str) -> Pattern:
    """Return the tree of a pattern; raises InvalidInput with the character and the rule."""
    if len(text) > MAX_CHARACTERS:
        raise refusal(f"a pattern may have {MAX_CHARACTERS:,} characters at most", MAX_CHARACTERS, "pattern-length")
    plain = plain_equality(text)
    if plain is not None:
        kind, keys, value = plain
        return Pattern(Observation(Comparison(Path(kind, keys), "=", (Constant("string", value),))))
    return parse_slowly(text)


@lru_cache(maxsize=JUST_READ)
def plain_equality(text: str) -> tuple[str, tuple[str, ...], str] | None:
    """Return (type, keys, value) of a pattern that is one equality with one plain string, else None."""
    plain = _PLAIN.fullmatch(text) if len(text) <= MAX_CHARACTERS else None
    if plain is None:
        return None
    kind, first, name, quoted, value = plain.groups()
    if kind in KEYWORDS or first in KEYWORDS or name in KEYWORDS:
        return None
    second = quoted if name is None else name
    return kind, (first,) if second is None else (first, second), value


def parse_slowly(text: str) -> Pattern:
    """Return the tree by the grammar alone, without the short way for the commonest shape."""
    reader = _Reader(tokens_of(text))
    expression = reader.observations(0, 0)
    reader.take("end", "the end or an operator between observations")
    return Pattern(expression)


class _Reader:
    """Where in the tokens the reading stands, and how many comparisons it has met."""

    __slots__ = ("comparisons", "here", "place", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.here = tokens[0]
        self.comparisons = 0

    def step(self) -> Token:
        token = self.here
        self.place += 1
        self.here = self.tokens[self.place] if self.place < len(self.tokens) else token
        return token

    def take(self, kind: str, expected: str) -> Token:
        if self.here.kind != kind:
            raise self.unexpected(expected)
        return self.step()

    def took(self, kind: str) -> bool:
        if self.here.kind != kind:
            return False
        self.step()
        return True

    def unexpected(self, expected: str) -> Exception:
        found = "it ends" if self.here.kind == "end" else f"{self.here.text[:40]!r} stands there"
        return refusal(f"{expected} is expected, but {found}", self.here.at)

    def deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            raise refusal(f"parentheses may stand {MAX_DEPTH} deep at most", self.here.at, "pattern-depth")
        return depth + 1

    def observations(self, level: int, depth: int) -> Expression:
        """Read observations joined by the operator of this level, or by what binds tighter."""
        if level == len(_ORDER):
            return self.observation(depth)
        terms = [self.observations(level + 1, depth)]
        while self.took(_ORDER[level]):
            terms.append(self.observations(level + 1, depth))
        return terms[0] if len(terms) == 1 else Combined(_ORDER[level], tuple(terms))

    def observation(self, depth: int) -> Expression:
        grouped = self.here.kind == "("
        inner: Expression
        if self.took("("):
            inner = self.observations(0, self.deeper(depth))
            self.take(")", "a closing parenthesis")
        else:
            self.take("[", "an opening bracket")
            inner = Observation(self.tests(1, depth))
            self.take("]", "a closing bracket")
        qualifiers: list[Within | Repeats | Between] = []
        while self.here.kind in ("WITHIN", "REPEATS", "START"):
            qualifiers.append(self.qualifier())
        return Qualified(inner, tuple(qualifiers), grouped) if qualifiers else inner

    def qualifier(self) -> Within | Repeats | Between:
        kind = self.step().kind
        if kind == "START":
            start = self.moment()
            self.take("STOP", "STOP")
            return Between(start, self.moment())
        token, amount = self.here, self.constant("a number")
        if amount.kind not in ("integer", "float") or token.text.startswith("-"):
            raise refusal("a number that is not negative is expected", token.at)
        if kind == "WITHIN":
            self.take("SECONDS", "SECONDS")
            return Within(amount)
        if not isinstance(amount.value, int):
            raise refusal("a whole number is expected", token.at)
        self.take("TIMES", "TIMES")
        return Repeats(amount.value)

    def moment(self) -> str:
        """Read t'…', or the quoted time that STIX 2.0 wrote."""
        token, moment = self.here, self.constant("a time")
        value = moment.value
        if isinstance(value, str) and (moment.kind == "timestamp" or _TIMESTAMP.fullmatch(value)):
            return value
        raise refusal("a time such as t'2026-01-31T00:00:00Z' is expected", token.at)

    def tests(self, level: int, depth: int) -> Test:
        """Read tests joined by the operator of this level, or by what binds tighter."""
        if level == len(_ORDER):
            return self.test(depth)
        terms = [self.tests(level + 1, depth)]
        while self.took(_ORDER[level]):
            terms.append(self.tests(level + 1, depth))
        return terms[0] if len(terms) == 1 else Joined(_ORDER[level], tuple(terms))

    def test(self, depth: int) -> Test:
        if self.took("("):
            inner = self.tests(1, self.deeper(depth))
            self.take(")", "a closing parenthesis")
            return inner
        self.count()
        negated = self.took("NOT")
        if self.took("EXISTS"):
            return Existence(self.path(), negated)
        if negated:
            raise self.unexpected("EXISTS")
        path = self.path()
        negated = self.took("NOT")
        return self.comparison(path, negated=negated)

    def count(self) -> None:
        self.comparisons += 1
        if self.comparisons > MAX_COMPARISONS:
            raise refusal(f"there may be {MAX_COMPARISONS:,} comparisons at most", self.here.at, "pattern-comparisons")

    def comparison(self, path: Path, *, negated: bool) -> Comparison:
        operator = self.here.kind
        if operator in _EQUAL:
            self.step()
            return Comparison(path, operator, (self.constant("a value"),), negated)
        if operator in _ORDERED:
            self.step()
            token, constant = self.here, self.constant("a value")
            if constant.kind == "boolean":
                raise refusal("true and false have no order", token.at)
            return Comparison(path, operator, (constant,), negated)
        if operator in _WITH_STRING:
            self.step()
            token, constant = self.here, self.constant("a quoted string")
            if constant.kind != "string":
                raise refusal("a quoted string is expected", token.at)
            return Comparison(path, operator, (constant,), negated)
        self.take("IN", "a comparison")
        return Comparison(path, "IN", self.set_of_constants(), negated)

    def set_of_constants(self) -> tuple[Constant, ...]:
        self.take("(", "an opening parenthesis")
        constants: list[Constant] = []
        if self.took(")"):
            return ()
        while True:
            self.count()
            constants.append(self.constant("a value"))
            if not self.took(","):
                break
        self.take(")", "a comma or a closing parenthesis")
        return tuple(constants)

    def constant(self, expected: str) -> Constant:
        constant = self.here.constant
        if constant is None:
            raise self.unexpected(expected)
        self.step()
        return constant

    def path(self) -> Path:
        if self.here.kind not in ("name", "hyphenated"):
            raise self.unexpected("the type of an object")
        kind = self.step().text
        self.take(":", "a colon")
        steps: list[Step] = [self.key()]
        while self.here.kind in (".", "["):
            steps.append(self.key() if self.step().kind == "." else self.index())
        return Path(kind, tuple(steps))

    def key(self) -> str:
        token = self.here
        if token.kind == "name":
            return self.step().text
        if token.constant is not None and token.constant.kind == "string":
            return str(self.constant("a key").value)
        raise self.unexpected("the name of a property (quoted when it has a hyphen)")

    def index(self) -> int | None:
        number: int | None = None
        if not self.took("*"):
            token, constant = self.here, self.constant("a number or *")
            if constant.kind != "integer" or not isinstance(constant.value, int):
                raise refusal("a whole number or * is expected", token.at)
            number = constant.value
        self.take("]", "a closing bracket")
        return number
