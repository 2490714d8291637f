"""What a first pass remembers: own levels, the containers' levels, nested ones, in little memory and any order."""

import random

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.core.stix.markings import TLP2_IDS
from mitra.exchange.intake.levels import MITRE, Levels


def an(kind, number, level="", **more):
    marking = {"object_marking_refs": [TLP2_IDS[level]]} if level else {}
    return {"type": kind, "id": f"{kind}--00000000-0000-4000-8000-{number:012d}", **marking, **more}


def holding(kind, number, level, *members):
    return an(kind, number, level, object_refs=[member["id"] for member in members])


def learnt(*objects, given=None):
    levels = Levels(given)
    for obj in objects:
        levels.learn_definition(obj)
        levels.learn(obj)
    levels.settle()
    return levels


def test_strictest_container_reaches_a_member():
    one = an("indicator", 1)
    levels = learnt(holding("report", 2, "TLP:GREEN", one), one, holding("grouping", 3, "TLP:AMBER", one))
    assert levels.of_container(one) is Tlp.AMBER
    assert levels.level_of(one["id"]) is Tlp.AMBER


@pytest.mark.parametrize(
    "obj", [an("identity", 1), an("marking-definition", 1), an("attack-pattern", 1, created_by_ref=MITRE)]
)
def test_container_does_not_reach_what_many_share(obj):
    assert learnt(obj, holding("report", 2, "TLP:RED", obj)).of_container(obj) is None


def test_level_goes_down_through_unmarked_containers_in_any_order():
    leaf = an("indicator", 1)
    chain = [holding("report", 2, "", leaf)]
    for number in range(3, 7):
        chain.append(holding("grouping", number, "", chain[-1]))
    chain.append(holding("report", 9, "TLP:AMBER+STRICT", chain[-1]))
    for seed in range(5):
        objects = [leaf, *chain]
        random.Random(seed).shuffle(objects)
        assert learnt(*objects).of_container(leaf) is Tlp.AMBER_STRICT


def test_containers_in_a_circle_end():
    one, two = an("report", 1), an("report", 2)
    levels = learnt(holding("report", 1, "", two), holding("report", 2, "", one), holding("report", 3, "TLP:RED", one))
    assert levels.of_container(two) is Tlp.RED


def test_observed_data_hands_down_what_its_report_says():
    address = an("ipv4-addr", 1)
    observed = holding("observed-data", 2, "", address)
    assert learnt(address, observed, holding("report", 3, "TLP:AMBER", observed)).of_container(address) is Tlp.AMBER
    assert learnt(address, observed).of_container(address) is None


def test_level_of_an_id_is_the_loosest_that_the_file_gives_it():
    levels = learnt(an("malware", 1, "TLP:RED"), an("malware", 1, "TLP:AMBER"), an("malware", 2), given=Tlp.GREEN)
    assert levels.level_of(an("malware", 1)["id"]) is Tlp.AMBER
    assert levels.level_of(an("malware", 2)["id"]) is Tlp.GREEN
    assert levels.level_of(an("malware", 3)["id"]) is None


def test_unmarked_without_a_level_is_amber_strict():
    assert learnt(an("malware", 1)).level_of(an("malware", 1)["id"]) is Tlp.AMBER_STRICT


def test_marking_of_ones_own_says_its_level():
    own = an("marking-definition", 5, definition_type="tlp", definition={"tlp": "amber"})
    marked = an("indicator", 1, object_marking_refs=[own["id"]])
    levels = learnt(own, marked)
    assert levels.has_own_definitions
    assert levels.marked(marked) == (Tlp.AMBER, ())


def test_part_is_told_apart_from_the_whole():
    part = [{"marking_ref": TLP2_IDS["TLP:RED"], "selectors": ["name"]}]
    levels = learnt()
    assert levels.marked(an("malware", 1, "TLP:GREEN", granular_markings=part)) == (Tlp.GREEN, (Tlp.RED,))
    assert levels.marked(an("malware", 1, granular_markings=part)) == (None, (Tlp.RED,))


def test_label_that_names_no_level_is_refused():
    with pytest.raises(InvalidInput):
        learnt().marked(an("malware", 1, labels=["tlp:purple"]))


def test_an_object_costs_eight_bytes():
    levels = learnt(*(an("indicator", number) for number in range(20_000)))
    assert len(levels._levels) * levels._levels.itemsize == 160_000
    assert all(levels.level_of(an("indicator", number)["id"]) for number in range(0, 20_000, 997))
