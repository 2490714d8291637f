"""STIX 2.1 part 9 (patterning): the cases of the OASIS validator and matcher, and the validator itself as oracle."""

from __future__ import annotations

import json

import pytest
from stix2patterns.validator import run_validator

from mitra.core.errors import InvalidInput
from mitra.core.stix.pattern import parse, print_pattern, problems_of
from shared_data import SHARED

FOLDER = SHARED / "stix-patterns"
VALIDATED = json.loads((FOLDER / "validator-cases.json").read_text())
MATCHED = json.loads((FOLDER / "matcher-cases.json").read_text())["cases"]


def is_valid(text):
    try:
        return not problems_of(parse(text))
    except InvalidInput:
        return False


@pytest.mark.parametrize("case", VALIDATED, ids=lambda case: f"{case['stix_version']} {case['pattern'][:60]}")
def test_the_verdict_of_the_published_cases_is_ours(case):
    assert is_valid(case["pattern"]) == case["valid"]


@pytest.mark.parametrize("case", MATCHED, ids=lambda case: case["pattern"][:60])
def test_a_pattern_that_the_matcher_runs_can_be_read_and_no_other(case):
    """A MatcherException comes from matching values, which is not reading: such patterns are read."""
    if case.get("error") == "ParseException":
        with pytest.raises(InvalidInput):
            parse(case["pattern"])
    else:
        tree = parse(case["pattern"])
        assert parse(print_pattern(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "[file:hashes.'SHA-256' = 'f00']",
        "[file:hashes.MD5 = '79054025255fb1a26e4bc422aef54eb4'] WITHIN 5 SECONDS WITHIN 6 SECONDS",
        "([file:size = 1]) WITHIN 5 SECONDS WITHIN 6 SECONDS",
        "([file:size = 1] WITHIN 5 SECONDS) WITHIN 6 SECONDS",
        "([file:size = 1] AND [file:size = 2]) REPEATS 5 TIMES REPEATS 6 TIMES",
        "[file:size = 1] START t'2016-06-01T00:00:00Z' STOP t'2016-07-01T00:00:00Z' WITHIN 1.5 SECONDS",
        "[EXISTS file:name]",
        "[NOT EXISTS file:name OR file:size NOT IN ()]",
        "[a:b /* why */ = 1] // to the end",
        "[a:b = 1 /* never closed]",
        "[a:'b''c' = 1]",
        "[a:b.'c\\'d' = 'e\\\\']",
        "[ipv4-addr:value ISSUBSET '198.51.100.0/24' AND ipv4-addr:value NOT ISSUPERSET '1.1.1.1']",
    ],
)
def test_the_oasis_validator_agrees_on_what_its_cases_leave_out(text):
    assert is_valid(text) == (run_validator(text, "2.1") == [])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "[file:hashes.MD5 IN ('79054025255fb1a26e4bc422aef54eb4')]",
            "the validator takes the set's brackets for digits",
        ),
        ("[file:hashes.MD5 MATCHES '^f00']", "a regular expression is not a hash and need not look like one"),
        ("/* why */ [a:b = 1]", "the grammar allows a comment anywhere; the validator looks for a bracket first"),
    ],
)
def test_differences_from_the_oasis_validator_are_these(text, why):
    assert run_validator(text, "2.1") != []
    assert is_valid(text), why


def test_times_as_stix_2_0_quoted_them_are_read():
    old = "[a:b = 1] START '2016-06-01T00:00:00Z' STOP '2016-07-01T00:00:00Z'"
    new = "[a:b = 1] START t'2016-06-01T00:00:00Z' STOP t'2016-07-01T00:00:00Z'"
    assert parse(old) == parse(new)
    with pytest.raises(InvalidInput):
        parse("[a:b = 1] START 'yesterday' STOP 'today'")
