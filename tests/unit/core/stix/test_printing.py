import json
from hashlib import sha256

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.stix.canonical import canonical
from mitra.core.stix.markings import OPENCTI_AMBER_STRICT, TLP1_IDS, TLP2_IDS
from mitra.core.stix.printing import print_record, splice

RED = TLP2_IDS["TLP:RED"]
OTHER = "marking-definition--d771aceb-3148-4315-b4b4-130b888533d0"


@pytest.mark.parametrize(
    ("obj", "raw", "served"),
    [
        ({}, "{}", '{"object_marking_refs":["RED"]}'),
        ({"a": 1}, '{"a":1}', '{"a":1,"object_marking_refs":["RED"]}'),
        ({"a": {}}, '{"a":{}}', '{"a":{},"object_marking_refs":["RED"]}'),
        ({"b": []}, '{"b":[]}', '{"b":[],"object_marking_refs":["RED"]}'),
        ({"type": "x"}, '{"type":"x"}', '{"object_marking_refs":["RED"],"type":"x"}'),
        ({"z": 2, "a": 1}, '{"a":1,"z":2}', '{"a":1,"object_marking_refs":["RED"],"z":2}'),
        ({"ž": 2, "a": 1}, '{"a":1,"ž":2}', '{"a":1,"object_marking_refs":["RED"],"ž":2}'),
        (
            {"e": {"type": 1}, "type": 2},
            '{"e":{"type":1},"type":2}',
            '{"e":{"type":1},"object_marking_refs":["RED"],"type":2}',
        ),
        (
            {"object_marking_refs": ["m"], "a": 1},
            '{"a":1,"object_marking_refs":["m"]}',
            '{"a":1,"object_marking_refs":["RED","m"]}',
        ),
    ],
)
def test_record_is_canonical_before_and_after_the_splice(obj, raw, served):
    printed = print_record(obj)
    assert printed.raw.decode() == raw
    assert splice(printed.raw, printed.marking_at, "TLP:RED").decode() == served.replace("RED", RED)
    assert splice(printed.raw, printed.marking_at, RED) == splice(printed.raw, printed.marking_at, "TLP:RED")


def test_all_well_known_tlp_references_go_and_others_stay():
    refs = [*TLP1_IDS.values(), OTHER, *TLP2_IDS.values(), OPENCTI_AMBER_STRICT]
    printed = print_record({"type": "x", "object_marking_refs": refs})
    assert json.loads(printed.raw) == {"type": "x", "object_marking_refs": [OTHER]}


def test_digest_is_of_the_bytes_and_the_same_for_every_tlp():
    granular = [{"selectors": ["name"], "marking_ref": RED}]
    plain = print_record({"type": "x", "name": "តាម", "granular_markings": granular})
    marked = print_record({"object_marking_refs": [RED], "name": "តាម", "type": "x", "granular_markings": granular})
    assert plain == marked
    assert plain.digest == sha256(plain.raw).digest()
    assert json.loads(plain.raw)["granular_markings"] == granular


def test_printing_leaves_the_object_alone():
    obj = {"type": "x", "object_marking_refs": [RED]}
    print_record(obj)
    assert obj == {"type": "x", "object_marking_refs": [RED]}


def test_markings_that_are_no_list_are_refused():
    with pytest.raises(InvalidInput) as caught:
        print_record({"object_marking_refs": "x"})
    assert (caught.value.rule, caught.value.path) == ("markings", "/object_marking_refs")


@pytest.mark.parametrize("value", [2**53, -(2**53), [2**64], 1e18, [2.0**53], float("nan"), float("inf")])
def test_canonical_refuses_numbers_that_json_cannot_say(value):
    with pytest.raises(InvalidInput) as caught:
        canonical({"n": value})
    assert caught.value.rule == "json-number"


def test_canonical_refuses_what_is_not_json():
    with pytest.raises(InvalidInput):
        canonical({"n": object()})


def test_canonical_sorts_names_by_utf16_unit():
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()
