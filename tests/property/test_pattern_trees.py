"""What holds for every pattern: printing is undone by parsing, the short way is the long way, and OASIS agrees."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stix2patterns.exceptions import ParseException
from stix2patterns.v21.pattern import Pattern as OasisPattern

from mitra.core.errors import InvalidInput
from mitra.core.stix.pattern import Pattern, parse, print_pattern
from mitra.core.stix.pattern.lexer import KEYWORDS, escaped
from mitra.core.stix.pattern.parser import parse_slowly
from mitra.core.stix.pattern.tree import (
    Between,
    Combined,
    Comparison,
    Constant,
    Existence,
    Joined,
    Observation,
    Path,
    Qualified,
    Repeats,
    Within,
)

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(lambda name: name not in KEYWORDS)
TYPES = st.one_of(NAMES, st.from_regex(r"[a-z][a-z0-9]{0,5}-[a-z0-9-]{0,6}", fullmatch=True))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MOMENTS = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0"))
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30).map(lambda number: Constant("integer", number)),
    st.decimals(-10, 10, places=3).map(lambda number: Constant("float", number)),
)
ORDERABLE = st.one_of(
    NUMBERS,
    TEXT.map(lambda text: Constant("string", text)),
    st.binary(max_size=6).map(lambda raw: Constant("hex", raw)),
    st.binary(min_size=1, max_size=6).map(lambda raw: Constant("binary", raw)),
    MOMENTS.map(lambda moment: Constant("timestamp", moment)),
)
CONSTANTS = st.one_of(ORDERABLE, st.booleans().map(lambda truth: Constant("boolean", truth)))
STEPS = st.one_of(NAMES, TEXT, st.integers(-3, 300), st.none())
PATHS = st.builds(
    lambda kind, first, rest: Path(kind, (first, *rest)),
    TYPES,
    st.one_of(NAMES, TEXT),
    st.lists(STEPS, max_size=3),
)


def compare(operators, constants):
    return st.builds(Comparison, PATHS, st.sampled_from(operators), constants, st.booleans())


COMPARISONS = st.one_of(
    compare(["=", "!="], st.tuples(CONSTANTS)),
    compare(["<", "<=", ">", ">="], st.tuples(ORDERABLE)),
    compare(["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"], st.tuples(TEXT.map(lambda text: Constant("string", text)))),
    compare(["IN"], st.lists(CONSTANTS, max_size=3).map(tuple)),
    st.builds(Existence, PATHS, st.booleans()),
)


def chain_of(node, operators, children):
    """Return a strategy of chains whose terms are not chains of the same operator at their left edge only."""
    return st.builds(node, st.sampled_from(operators), st.lists(children, min_size=2, max_size=3).map(tuple))


TESTS = st.recursive(COMPARISONS, lambda inner: chain_of(Joined, ["AND", "OR"], inner), max_leaves=5)
QUALIFIERS = st.one_of(
    NUMBERS.map(lambda number: Within(Constant(number.kind, abs(number.value)))),
    st.integers(0, 9).map(Repeats),
    st.builds(Between, MOMENTS, MOMENTS),
)
EXPRESSIONS = st.recursive(
    TESTS.map(Observation),
    lambda inner: st.one_of(
        chain_of(Combined, ["AND", "OR", "FOLLOWEDBY"], inner),
        st.builds(Qualified, inner, st.lists(QUALIFIERS, min_size=1, max_size=2).map(tuple), st.just(True)),
    ),
    max_leaves=4,
)
PATTERNS = EXPRESSIONS.map(Pattern)


def oasis_reads(text: str) -> bool:
    try:
        OasisPattern(text)
    except ParseException:
        return False
    return True


def mitra_reads(text: str) -> bool:
    try:
        parse(text)
    except InvalidInput:
        return False
    return True


@given(PATTERNS)
@settings(max_examples=150, deadline=None)
def test_parsing_undoes_printing_and_oasis_reads_what_is_printed(pattern):
    printed = print_pattern(pattern)
    assert parse(printed) == pattern
    assert oasis_reads(printed)


WORDS = "AND OR NOT IN LIKE EXISTS FOLLOWEDBY WITHIN SECONDS REPEATS TIMES START STOP LAST true null a-b ab"
LITERALS = "t'2020-01-01T00:00:00Z' t'2020-13-01T00:00:00Z' h'0a' h'0' h'' b'QQ==' b'Q' b'' 'x' 5 -1 +2 1.5 .5 0 00"
SIGNS = "= != <> == <= ( ) [ ] : . , * ' \\ // /* */ é - [0] [*]"
PIECES = st.sampled_from([*WORDS.split(), *LITERALS.split(), *SIGNS.split(), " ", "\n"])


@given(PATTERNS, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), PIECES), min_size=1, max_size=2))
@settings(max_examples=200, deadline=None)
def test_a_damaged_pattern_gets_the_verdict_of_oasis(pattern, damages):
    text = print_pattern(pattern)
    for where, width, piece in damages:
        at = int(where * len(text))
        text = text[:at] + piece + text[at + width :]
    assert mitra_reads(text) == oasis_reads(text)


@given(st.lists(PIECES, max_size=12).map("".join))
@settings(max_examples=150, deadline=None)
def test_a_heap_of_tokens_in_brackets_gets_the_verdict_of_oasis(heap):
    assert mitra_reads(f"[a:b = 1 {heap}]") == oasis_reads(f"[a:b = 1 {heap}]")


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused_with_its_place(text):
    if not mitra_reads(text):
        with pytest.raises(InvalidInput, match="at character") as refused:
            parse(text)
        assert refused.value.rule.startswith("pattern-")


@given(
    TYPES,
    st.one_of(NAMES, st.sampled_from(sorted(KEYWORDS))),
    st.one_of(st.none(), NAMES, st.sampled_from(sorted(KEYWORDS))),
    st.one_of(st.none(), TEXT),
    TEXT,
    st.sampled_from(["=", " = ", " =", "= "]),
)
@example("file", "hashes", None, "SHA-256", "aa", " = ")
@settings(max_examples=200, deadline=None)
def test_the_short_way_gives_what_the_grammar_gives(kind, first, name, quoted, value, sign):
    second = f".{name}" if name is not None else "" if quoted is None else f".'{escaped(quoted)}'"
    text = f"[{kind}:{first}{second}{sign}'{escaped(value)}']"
    try:
        slow = parse_slowly(text)
    except InvalidInput:
        with pytest.raises(InvalidInput):
            parse(text)
    else:
        assert parse(text) == slow


@pytest.mark.parametrize(("one", "other"), [("1", "true"), ("1", "1.0"), ("h'41'", "b'QQ=='"), ("'a'", "b'YQ=='")])
def test_literals_of_different_kinds_are_different_trees(one, other):
    assert parse(f"[a:b = {one}]") != parse(f"[a:b = {other}]")


def test_numbers_keep_every_digit():
    constant = Constant("float", Decimal("0.1000000000000000055511151231257827"))
    text = "[a:b = 0.1000000000000000055511151231257827]"
    assert parse(text) == Pattern(Observation(Comparison(Path("a", ("b",)), "=", (constant,))))
    assert print_pattern(parse(text)) == text
