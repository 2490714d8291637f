"""Hostile patterns are refused at once, with the character and the rule."""

from __future__ import annotations

from contextlib import suppress
from time import process_time

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.stix.pattern import MAX_CHARACTERS, MAX_COMPARISONS, MAX_DEPTH, comparisons_of, parse, problems_of


def refusal_of(text):
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    return refused.value


@pytest.mark.parametrize(
    ("text", "at", "rule"),
    [
        ("", 1, "pattern-syntax"),
        ("file:size = 1", 1, "pattern-syntax"),
        ("[file:size = ]", 14, "pattern-syntax"),
        ("[file:size ~ 1]", 12, "pattern-syntax"),
        ("[file:size = 'a]", 14, "pattern-syntax"),
        ("[a:b = 1", 9, "pattern-syntax"),
        ("[a:b = 1] within 2 seconds", 11, "pattern-syntax"),
        ("[a:b = 1] WITHIN -2 SECONDS", 18, "pattern-syntax"),
        ("[a:b = 1] REPEATS 2.5 TIMES", 19, "pattern-syntax"),
        ("[a:b < true]", 8, "pattern-syntax"),
        ("[a:b = 01]", 8, "pattern-syntax"),
        (f"[a:b = {'9' * 401}]", 8, "pattern-number"),
        ("[a:b = 'ក' AND c-d:e = ខ]", 24, "pattern-syntax"),
        (f"[a:b = '{'x' * MAX_CHARACTERS}']", MAX_CHARACTERS + 1, "pattern-length"),
        ("(" * (MAX_DEPTH + 1) + "[a:b = 1]", MAX_DEPTH + 2, "pattern-depth"),
        ("[" + "(" * (MAX_DEPTH + 1) + "a:b = 1", MAX_DEPTH + 3, "pattern-depth"),
        ("[a:b IN (" + "1," * MAX_COMPARISONS + "1)]", 10 + 2 * (MAX_COMPARISONS - 1), "pattern-comparisons"),
    ],
)
def test_a_refusal_names_the_character_and_the_rule(text, at, rule):
    refused = refusal_of(text)
    assert (refused.rule, refused.path) == (rule, "/pattern")
    assert f"at character {at:}:" in refused.message


def test_the_deepest_pattern_allowed_is_read():
    text = "(" * 32 + "[" + "(" * 32 + "a:b = 1" + ")" * 32 + "]" + ")" * 32
    assert [comparison.operator for comparison in comparisons_of(parse(text))] == ["="]


def test_parentheses_side_by_side_do_not_add_up():
    parse(" AND ".join(["([a:b = 1])"] * 500))


@pytest.mark.parametrize(
    "text",
    [
        "0" * 60_000,
        "[a:b = 0" + "0" * 60_000,
        "[a:b = '" + "\\\\" * 30_000,
        "[a:b = '" + "\\'" * 30_000,
        "b'" * 30_000,
        "[a:b = b'" + "A" * 60_000,
        "/*" * 30_000,
        "/**" * 20_000,
        "//" * 30_000,
        "h'" + "0" * 60_000,
        "(" * 60_000,
        "[" * 60_000,
        "a" * 60_000,
        "[a:b" + ".c" * 30_000 + " = 1]",
        "[a:b" + "[*]" * 20_000 + " = 1]",
        "[a:b = 1" + " OR a:b = 1" * 4_000 + "]",
        "[a:b = 1]" + " FOLLOWEDBY [a:b = 1]" * 3_000,
        "[a:b = 1]" + " WITHIN 1 SECONDS" * 3_500,
        "t'2020-01-01T00:00:00." + "0" * 60_000,
        "+" * 60_000,
    ],
    ids=lambda text: f"{text[:24]}… {len(text)}",
)
def test_no_text_takes_long(text):
    """Generous for a busy machine: the whole is tens of milliseconds; going back would take minutes."""
    start = process_time()
    with suppress(InvalidInput):
        parse(text)
    assert process_time() - start < 2


def test_problems_say_which_rule_is_broken():
    pattern = parse("[file:hashes.MD5 = 'f00'] REPEATS 2 TIMES REPEATS 3 TIMES")
    assert [problem.rule for problem in problems_of(pattern)] == ["pattern-qualifier-twice", "pattern-hash"]
