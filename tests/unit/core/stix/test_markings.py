import json

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Pap, Tlp
from mitra.core.stix.canonical import canonical
from mitra.core.stix.markings import (
    LEVEL_OF_ID,
    LEVELS,
    PAP_LEVELS,
    TLP1_IDS,
    TLP2_DEFINITIONS,
    TLP2_IDS,
    is_tlp_definition,
    other_markings,
    own_pap,
    own_tlp,
    strictest,
    tlp_of_definition,
)
from shared_data import SHARED

STATEMENT = "marking-definition--d771aceb-3148-4315-b4b4-130b888533d0"


def test_levels_are_those_of_policy_in_the_same_order():
    assert [level.label for level in Tlp] == list(LEVELS)
    assert [level.label for level in Pap] == list(PAP_LEVELS)


def test_definitions_are_the_published_ones_in_canonical_bytes():
    published = json.loads((SHARED / "tlp2" / "tlp2-marking-definitions.stix21.json").read_text())["objects"]
    assert [json.loads(TLP2_DEFINITIONS[level]) for level in LEVELS] == published
    assert all(canonical(json.loads(each)) == each for each in TLP2_DEFINITIONS.values())
    assert all(is_tlp_definition(each) for each in published)


@pytest.mark.parametrize(
    ("obj", "level"),
    [
        ({}, None),
        ({"object_marking_refs": [STATEMENT]}, None),
        ({"object_marking_refs": [TLP1_IDS["TLP:CLEAR"]]}, "TLP:CLEAR"),
        ({"object_marking_refs": [TLP1_IDS["TLP:AMBER"]]}, "TLP:AMBER"),
        ({"object_marking_refs": [TLP2_IDS["TLP:GREEN"], TLP2_IDS["TLP:AMBER+STRICT"]]}, "TLP:AMBER+STRICT"),
        ({"object_marking_refs": ["marking-definition--826578e1-40ad-459f-bc73-ede076f81f37"]}, "TLP:AMBER+STRICT"),
        (
            {
                "object_marking_refs": [TLP2_IDS["TLP:GREEN"]],
                "granular_markings": [{"selectors": ["name"], "marking_ref": TLP1_IDS["TLP:RED"]}],
            },
            "TLP:RED",
        ),
        ({"labels": ["tlp:white", "TLP:AMBER+STRICT", "other"]}, "TLP:AMBER+STRICT"),
        ({"labels": "tlp:red", "object_marking_refs": "x", "granular_markings": [3]}, None),
    ],
)
def test_own_level_is_the_strictest_said(obj, level):
    assert own_tlp(obj) == level


def test_known_definitions_add_levels_but_cannot_lower_the_well_known():
    known = {STATEMENT: "TLP:RED", TLP2_IDS["TLP:RED"]: "TLP:CLEAR"}
    assert own_tlp({"object_marking_refs": [STATEMENT]}, known=known) == "TLP:RED"
    assert own_tlp({"object_marking_refs": [TLP2_IDS["TLP:RED"]]}, known=known) == "TLP:RED"


def test_what_looks_like_a_level_and_is_none_is_refused_by_name():
    with pytest.raises(InvalidInput, match="TLP:purple") as caught:
        own_tlp({"labels": ["x", "tlp:purple"]})
    assert (caught.value.rule, caught.value.path) == ("unknown-tlp", "/labels/1")
    with pytest.raises(InvalidInput, match="PAP:purple") as caught:
        own_pap({"labels": ["pap:purple"]})
    assert (caught.value.rule, caught.value.path) == ("unknown-pap", "/labels/0")


def test_pap_is_the_strictest_label():
    assert own_pap({"labels": ["PAP:GREEN", "pap:white"]}) == "PAP:GREEN"
    assert own_pap({"labels": ["PAP:AMBER", "PAP:RED"]}) == "PAP:RED"
    assert own_pap({}) is None


@pytest.mark.parametrize(
    ("definition", "level"),
    [
        ({"definition_type": "statement", "definition": {"statement": "© CERT"}}, None),
        ({"definition_type": "tlp", "definition": {"tlp": "amber+strict"}}, "TLP:AMBER+STRICT"),
        ({"definition_type": "TLP", "definition": {"TLP": "TLP:CLEAR"}}, "TLP:CLEAR"),
        ({"name": "TLP:GREEN", "definition_type": "statement", "definition": {"statement": "x"}}, "TLP:GREEN"),
    ],
)
def test_definitions_of_ones_own_are_understood(definition, level):
    assert tlp_of_definition({"type": "marking-definition", "id": STATEMENT, **definition}) == level


@pytest.mark.parametrize(
    "definition",
    [
        {"definition_type": "tlp", "definition": {"tlp": "purple"}},
        {"name": "TLP:PURPLE"},
        {"extensions": {"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {"tlp_2_0": "purple"}}},
    ],
)
def test_definition_of_an_unknown_level_is_refused(definition):
    with pytest.raises(InvalidInput, match=r"(?i)tlp:purple"):
        tlp_of_definition({"type": "marking-definition", "id": STATEMENT, **definition})


def test_other_markings_are_content():
    refs = [STATEMENT, TLP2_IDS["TLP:RED"], STATEMENT]
    assert other_markings({"object_marking_refs": refs}) == (STATEMENT,)
    assert not is_tlp_definition({"type": "marking-definition", "id": STATEMENT})
    assert not is_tlp_definition({"type": "indicator", "id": next(iter(LEVEL_OF_ID))})
    assert strictest([]) is None
