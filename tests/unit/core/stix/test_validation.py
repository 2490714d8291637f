import json
import socket

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.stix.validation import MOST_PROBLEMS, Validator
from mitra.exchange.intake.schemas import stix_validator
from mitra.vendor import vendor_path

INDICATOR = {
    "type": "indicator",
    "spec_version": "2.1",
    "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
    "created": "2026-01-31T13:05:00.000Z",
    "modified": "2026-01-31T13:05:00.000Z",
    "name": "ไฟล์อันตราย",
    "labels": ["a", "b"],
    "pattern": "[domain-name:value = 'example.com']",
    "pattern_type": "stix",
    "valid_from": "2026-01-31T13:05:00Z",
}
MARKING = "marking-definition--d771aceb-3148-4315-b4b4-130b888533d0"
UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
FILE = {"type": "file", "id": f"file--{UUID}", "name": "a"}


def first(obj):
    problem = stix_validator().problems(obj)[0]
    return problem.rule, problem.path


def custom(kind, **more):
    return {
        **{name: INDICATOR[name] for name in ("spec_version", "created", "modified")},
        "type": kind,
        "id": f"{kind}--{UUID}",
        **more,
    }


@pytest.mark.parametrize(
    "obj",
    [
        INDICATOR,
        INDICATOR | {"lang": "zh-Hant-TW", "x_custom": {"a": []}, "valid_until": "2026-01-31T13:05:00.001Z"},
        INDICATOR | {"granular_markings": [{"marking_ref": MARKING, "selectors": ["id", "labels.[1]", "name"]}]},
        INDICATOR | {"object_marking_refs": [MARKING], "pattern_type": "yara", "pattern": "rule x {}"},
        FILE,
        FILE | {"spec_version": "2.1", "hashes": {"SHA-256": "aa" * 32, "sha256": "x"}},
        custom("x-mitra-case"),
        custom("my-type", extensions={f"extension-definition--{UUID}": {"extension_type": "new-sdo"}}),
        {"type": "x-sim-card", "id": f"x-sim-card--{UUID}", "number": "+855 12 345 678"},
        {
            "type": "my-sco",
            "id": f"my-sco--{UUID}",
            "created": "2026-01-31T13:05:00Z",
            "extensions": {f"extension-definition--{UUID}": {"extension_type": "new-sco"}},
        },
        {"type": "process", "id": f"process--{UUID}", "pid": 7},
        {
            "type": "software",
            "id": f"software--{UUID}",
            "name": "W",
            "languages": ["km", "th"],
            "cpe": "cpe:2.3:a:v:p\\+:1.0:*:*:*:*:*:*:-",
        },
        {"type": "email-addr", "id": f"email-addr--{UUID}", "value": "ស្រី@example.com"},
        {"type": "email-addr", "id": f"email-addr--{UUID}", "value": "a[at]b[.]c", "defanged": True},
    ],
    ids=lambda obj: obj["type"],
)
def test_valid_objects_have_no_problems(obj):
    assert stix_validator().problems(obj) == ()
    stix_validator().check(obj)


@pytest.mark.parametrize(
    ("obj", "rule", "path"),
    [
        ({}, "stix-required", "/type"),
        ({"type": 3}, "stix-required", "/type"),
        ({"type": "bundle", "objects": []}, "bundle-within", "/type"),
        ({name: value for name, value in INDICATOR.items() if name != "pattern"}, "stix-required", "/pattern"),
        (INDICATOR | {"id": f"malware--{UUID}"}, "id-type", "/id"),
        (INDICATOR | {"id": "indicator--1"}, "id-form", "/id"),
        (INDICATOR | {"modified": "31 Jan 2026"}, "timestamp", "/modified"),
        (INDICATOR | {"valid_from": "2026-02-30T00:00:00Z"}, "timestamp", "/valid_from"),
        (INDICATOR | {"modified": "2026-01-31T13:04:59.999Z"}, "time-order", "/modified"),
        (INDICATOR | {"valid_until": "2026-01-31T13:05:00.000Z"}, "time-order", "/valid_until"),
        (INDICATOR | {"confidence": 101}, "stix-range", "/confidence"),
        (INDICATOR | {"name": 3}, "stix-type", "/name"),
        (INDICATOR | {"labels": []}, "stix-empty", "/labels"),
        (INDICATOR | {"Bad-Name": 1}, "stix-name", ""),
        (INDICATOR | {"severity": 1}, "stix-alternatives", ""),
        (INDICATOR | {"spec_version": "2.0"}, "spec-version", "/spec_version"),
        (INDICATOR | {"spec_version": "3"}, "stix-choice", "/spec_version"),
        (INDICATOR | {"lang": "not a language"}, "language", "/lang"),
        (INDICATOR | {"object_marking_refs": [f"identity--{UUID}"]}, "marking-ref", "/object_marking_refs/0"),
        (
            INDICATOR | {"external_references": [{"source_name": "cve", "external_id": "CVE-1"}]},
            "stix-form",
            "/external_references/0/external_id",
        ),
        (
            INDICATOR | {"granular_markings": [{"marking_ref": MARKING, "selectors": ["name", "labels.[2]"]}]},
            "selector",
            "/granular_markings/0/selectors/1",
        ),
        (
            INDICATOR | {"granular_markings": [{"marking_ref": MARKING, "selectors": ["nothing"]}]},
            "selector",
            "/granular_markings/0/selectors/0",
        ),
        (custom("unheard-of"), "unknown-type", "/type"),
        (
            custom(
                "unheard-of", extensions={f"extension-definition--{UUID}": {"extension_type": "property-extension"}}
            ),
            "unknown-type",
            "/type",
        ),
        (custom("x-case") | {"id": f"x-other--{UUID}"}, "id-type", "/id"),
        (custom("x_case"), "unknown-type", "/type"),
        (custom("x-ca_se"), "stix-form", "/type"),
        ({"type": "file", "id": f"file--{UUID}"}, "stix-required", ""),
        (FILE | {"hashes": {"SHA-256": "aa"}}, "stix-form", "/hashes/SHA-256"),
        (FILE | {"ctime": "2026-02-30T00:00:00Z"}, "timestamp", "/ctime"),
        (FILE | {"parent_directory_ref": f"file--{UUID}"}, "reference-type", "/parent_directory_ref"),
        ({"type": "process", "id": "process--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f", "pid": 7}, "id-version", "/id"),
        ({"type": "email-addr", "id": f"email-addr--{UUID}", "value": "A <a@example.com>"}, "email-form", "/value"),
    ],
)
def test_problem_names_its_rule_and_place(obj, rule, path):
    assert first(obj) == (rule, path)
    with pytest.raises(InvalidInput) as caught:
        stix_validator().check(obj)
    assert (caught.value.rule, caught.value.path) == (rule, path)


def test_marking_cannot_mark_itself():
    marking = {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": MARKING,
        "created": INDICATOR["created"],
        "definition_type": "statement",
        "definition": {"statement": "© CERT"},
    }
    assert stix_validator().problems(marking) == ()
    assert first(marking | {"object_marking_refs": [MARKING]}) == ("marking-circle", "/object_marking_refs/0")
    granular = [{"marking_ref": MARKING, "selectors": ["created"]}]
    assert first(marking | {"granular_markings": granular}) == ("marking-circle", "/granular_markings/0/marking_ref")


def test_problems_are_few_and_short_whatever_is_sent():
    hostile = INDICATOR | {"labels": [3] * 1000, "X" * 100_000: 1, "external_references": [{"x" * 9000: 1}] * 500}
    problems = stix_validator().problems(hostile)
    assert 0 < len(problems) <= MOST_PROBLEMS
    assert all(len(problem.message) < 300 for problem in problems)


def test_pattern_is_asked_of_whoever_knows_patterns():
    def refuse(text):
        raise InvalidInput(f"no: {text}", rule="pattern-syntax")

    validator = Validator(_schemas(), check_pattern=refuse)
    [problem] = validator.problems(INDICATOR)
    assert (problem.rule, problem.path) == ("pattern-syntax", "/pattern")
    assert validator.problems(INDICATOR | {"pattern_type": "sigma"}) == ()
    assert validator.problems(FILE) == ()


def test_validator_wants_a_schema_for_every_type():
    schemas = {name: schema for name, schema in _schemas().items() if name != "indicator.json"}
    with pytest.raises(ValueError, match="indicator"):
        Validator(schemas)


def test_nothing_is_fetched(monkeypatch):
    def no_network(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    validator = Validator(_schemas())
    assert validator.problems(INDICATOR) == ()


def _schemas():
    folders = [each for each in vendor_path("stix21-schemas").iterdir() if each.is_dir()]
    return {each.name: json.loads(each.read_text()) for folder in folders for each in folder.iterdir()}
