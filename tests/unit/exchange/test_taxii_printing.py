import json
from datetime import UTC, datetime

import orjson
import pytest

from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import Tlp
from mitra.core.stix.markings import TLP2_IDS
from mitra.core.stix.printing import print_record
from mitra.exchange.taxii.printing import date_headers, print_error, print_manifest, print_objects, print_versions
from mitra.store.facts import FeedRow

START = datetime(2026, 3, 1, 12, 0, 0, 1, tzinfo=UTC)
STATEMENT = "marking-definition--11111111-1111-4111-8111-111111111111"
OBJECTS = [
    {"type": "tool", "id": "tool--1", "name": "เครื่องมือ", "modified": "2026-01-01T00:00:00.000Z", "x_score": 0.1},
    {"type": "ipv4-addr", "id": "ipv4-addr--2", "value": "203.0.113.7"},
    {"type": "tool", "id": "tool--3", "object_marking_refs": [STATEMENT], "modified": "2026-01-01T00:00:00Z"},
    {"type": "tool", "id": "tool--4", "name": 'ឈ្មោះ "q" \\ \u2028', "created": "2026-01-01T00:00:00Z"},
]


def row(seq, obj, tlp=Tlp.GREEN):
    printed = print_record(obj)
    version = obj.get("modified", obj.get("created", ""))
    at = micros(START) + seq
    return FeedRow(seq, at, seq, obj["id"], version, printed.raw, printed.marking_at, int(tlp))


ROWS = [row(seq, obj) for seq, obj in enumerate(OBJECTS, start=1)]


@pytest.mark.parametrize("tlp", [Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT])
def test_objects_are_those_that_came_in_but_for_their_tlp(tlp):
    page = json.loads(print_objects([row(1, obj, tlp) for obj in OBJECTS], ""))

    assert page["more"] is False
    assert "next" not in page
    for served, given in zip(page["objects"], OBJECTS, strict=True):
        others = given.get("object_marking_refs", [])
        assert served == {**given, "object_marking_refs": [TLP2_IDS[tlp.label], *others]}


def test_stored_bytes_stand_in_the_page_unchanged_around_the_marking():
    body = print_objects(ROWS, "")

    assert all(one.raw[: one.marking_at] in body and one.raw[one.marking_at :] in body for one in ROWS)


def test_more_and_next_stand_on_every_paged_resource():
    for printed in (print_objects, print_manifest, print_versions):
        page = json.loads(printed(ROWS, "a-cursor"))
        assert (page["more"], page["next"]) == (True, "a-cursor")


def test_an_empty_page_is_an_empty_object():
    assert {printed([], "") for printed in (print_objects, print_manifest, print_versions)} == {b"{}"}
    assert date_headers([]) == {}


def test_a_manifest_tells_modified_else_created_else_when_it_was_added():
    page = orjson.loads(print_manifest(ROWS, ""))

    assert [line["version"] for line in page["objects"]] == [
        "2026-01-01T00:00:00.000Z",
        "2026-03-01T12:00:00.000003Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z",
    ]
    assert page["objects"][0] == {
        "id": "tool--1",
        "date_added": "2026-03-01T12:00:00.000002Z",
        "version": "2026-01-01T00:00:00.000Z",
        "media_type": "application/stix+json;version=2.1",
    }


def test_headers_say_from_when_to_when():
    assert date_headers(ROWS) == {
        "X-TAXII-Date-Added-First": "2026-03-01T12:00:00.000002Z",
        "X-TAXII-Date-Added-Last": "2026-03-01T12:00:00.000005Z",
    }


def test_an_error_has_a_title_and_its_status_as_text():
    assert json.loads(print_error(406, "Not acceptable", "Accept it.")) == {
        "title": "Not acceptable",
        "description": "Accept it.",
        "http_status": "406",
    }
