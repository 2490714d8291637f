"""Whatever strangers send ends in a Result or an InvalidInput: never in another error, never half-written."""

import base64
import contextlib
import json

import pytest
from sharing_world import GREEN, bundle, counts, reads, share

from exchange_node import indicator, make_node
from mitra.core.errors import InvalidInput
from mitra.exchange.facts import Terms
from shared_data import SHARED


@pytest.fixture
def node(transactional_db, empty_store):
    return make_node()


def texts():
    cases = json.loads((SHARED / "json-parsing" / "json-test-suite.json").read_text())
    return [base64.b64decode(case["data_b64"]) for case in cases if "data_b64" in case]


def test_json_test_suite_ends_in_results(node):
    good = json.dumps(indicator(1)).encode()
    for number, data in enumerate(texts()):
        with contextlib.suppress(InvalidInput):
            share("cert-th", data if number % 2 else b'{"objects":[' + good + b"," + data + b"]}")
    assert set(reads("cert-th")) == {indicator(1)["id"]}


@pytest.mark.parametrize(
    "change",
    [
        {"id": 7},
        {"id": None},
        {"id": "indicator--nonsense"},
        {"id": "malware--00000000-0000-4000-8000-000000000001"},
        {"type": ["indicator"]},
        {"type": {}},
        {"created_by_ref": 5},
        {"created_by_ref": ["identity--x"]},
        {"object_marking_refs": "marking"},
        {"object_marking_refs": [5]},
        {"granular_markings": {"a": 1}},
        {"granular_markings": [5]},
        {"labels": 5},
        {"labels": ["tlp:purple"]},
        {"modified": "yesterday"},
        {"modified": 5},
        {"pattern": 5},
        {"pattern": "[" * 5_000},
        {"pattern_type": 5},
        {"spec_version": 2.1},
        {"spec_version": "9.9"},
        {"external_references": {}},
        {"extensions": []},
        {"revoked": "yes"},
        {"confidence": 1e400},
        {
            "type": "observed-data",
            "spec_version": "2.0",
            "objects": {"0": {"type": "file", "parent_directory_ref": "0"}},
        },
        {"type": "observed-data", "spec_version": "2.0", "objects": [1]},
        {"type": "report", "object_refs": "x"},
        {"type": "report", "object_refs": [None, 5]},
        {"type": "marking-definition", "definition": 5, "definition_type": 7},
        {"type": "bundle", "objects": 5},
    ],
)
@pytest.mark.parametrize("terms", [GREEN, Terms(), Terms(is_inbox=True)])
def test_malformed_object_is_refused_and_its_neighbours_are_not(node, change, terms):
    bad = indicator(1) | change
    report = share("cert-th", [indicator(2), bad, indicator(3)], terms)
    assert counts(report) == {"accepted": 2, "refused": 1}
    assert report.results[0].path.startswith("/objects/1")
    assert report.results[0].rule


def test_expression_that_would_explode_is_kept_and_never_run(node):
    slow = indicator(1, pattern="[domain-name:value MATCHES '" + "(a+)+" * 1_000 + "']")
    assert counts(share("cert-th", [slow])) == {"accepted": 1}


def test_object_without_anything_is_refused(node):
    for obj in ({}, {"type": "indicator"}, {"objects": []}):
        report = share("cert-th", [indicator(2), obj])
        assert counts(report) == {"accepted": 1, "refused": 1} or counts(report) == {"duplicate": 1, "refused": 1}


@pytest.mark.parametrize("data", [b"{}", b'{"type":"bundle"}', b"[]", b'{"objects":[]}', b"5", b'"x"', b"hello there"])
def test_nothing_to_share_is_an_error_or_a_refusal(node, data):
    with contextlib.suppress(InvalidInput):
        assert set(counts(share("cert-th", data))) <= {"refused"}


def test_every_cut_of_a_bundle_leaves_whole_objects(node):
    whole = bundle(indicator(1), indicator(2))
    for length in range(1, len(whole), 37):
        with contextlib.suppress(InvalidInput):
            share("cert-th", whole[:length])
    assert set(reads("cert-th")) <= {indicator(1)["id"], indicator(2)["id"]}
