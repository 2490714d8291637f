"""Write a tree as a pattern: `parse(print_pattern(tree)) == tree` for every tree that `parse` can give."""

from __future__ import annotations

import base64
import re
from decimal import Decimal

from mitra.core.stix.pattern.lexer import KEYWORDS, escaped
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
    Test,
    Within,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BINDS = {"FOLLOWEDBY": 0, "OR": 1, "AND": 2}


def print_pattern(pattern: Pattern) -> str:
    """Return the pattern as text, with the fewest parentheses that keep its shape."""
    return _expression(pattern.expression)


def _expression(node: Expression) -> str:
    if isinstance(node, Observation):
        return f"[{_test(node.test)}]"
    if isinstance(node, Qualified):
        inner = _expression(node.inner)
        opened = f"({inner})" if node.grouped else inner
        return " ".join([opened, *map(_qualifier, node.qualifiers)])
    return f" {node.operator} ".join(_term(node.operator, term) for term in node.terms)


def _term(operator: str, term: Expression) -> str:
    text = _expression(term)
    looser = isinstance(term, Combined) and _BINDS[term.operator] <= _BINDS[operator]
    return f"({text})" if looser else text


def _qualifier(qualifier: Within | Repeats | Between) -> str:
    if isinstance(qualifier, Within):
        return f"WITHIN {print_constant(qualifier.seconds)} SECONDS"
    if isinstance(qualifier, Repeats):
        return f"REPEATS {qualifier.times} TIMES"
    return f"START t'{qualifier.start}' STOP t'{qualifier.stop}'"


def _test(node: Test) -> str:
    if isinstance(node, Joined):
        return f" {node.operator} ".join(_joined_term(node.operator, term) for term in node.terms)
    if isinstance(node, Existence):
        return f"{'NOT ' if node.negated else ''}EXISTS {print_path(node.path)}"
    return _comparison(node)


def _joined_term(operator: str, term: Test) -> str:
    text = _test(term)
    looser = isinstance(term, Joined) and _BINDS[term.operator] <= _BINDS[operator]
    return f"({text})" if looser else text


def _comparison(node: Comparison) -> str:
    values = ", ".join(map(print_constant, node.constants))
    right = f"({values})" if node.operator == "IN" else values
    return f"{print_path(node.path)} {'NOT ' if node.negated else ''}{node.operator} {right}"


def print_path(path: Path) -> str:
    """Return an object path as text; keys are quoted only where they must be."""
    parts = [path.type, ":"]
    for place, step in enumerate(path.steps):
        if isinstance(step, str):
            plain = _NAME.fullmatch(step) and step not in KEYWORDS
            parts.append(("." if place else "") + (step if plain else f"'{escaped(step)}'"))
        else:
            parts.append("[*]" if step is None else f"[{step}]")
    return "".join(parts)


def print_constant(constant: Constant) -> str:
    """Return a literal as text."""
    match constant.value:
        case bool(value):
            return "true" if value else "false"
        case bytes(value):
            return f"h'{value.hex()}'" if constant.kind == "hex" else f"b'{base64.b64encode(value).decode()}'"
        case Decimal() as value:
            return f"{value:f}"
        case str(value):
            return f"t'{value}'" if constant.kind == "timestamp" else f"'{escaped(value)}'"
        case value:
            return str(value)
