from mitra.core.stix.references import container_members, references_of

A = "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
B = "malware--31b940d4-6f7f-459a-80ea-9c1f17b5891b"
C = "identity--b5437038-eb96-4652-88bc-5f94993b7326"
M = "marking-definition--d771aceb-3148-4315-b4b4-130b888533d0"


def test_every_ref_and_refs_refers_wherever_it_stands():
    obj = {
        "type": "report",
        "id": A,
        "created_by_ref": C,
        "object_refs": [B, A, B],
        "extensions": {"x-ext": {"list": [{"x_some_ref": M}], "deep": [[{"x_refs": [C, "no id", 3]}]]}},
        "object_marking_refs": ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],
        "granular_markings": [{"marking_ref": M, "selectors": ["name"]}],
    }
    assert references_of(obj) == (C, B, M)


def test_places_of_stix_20_and_names_alone_are_no_references():
    assert references_of({"src_ref": "0", "ref": A, "refs": [B], "x_ref": {"y": 1}, "name": A}) == ()


def test_container_holds_its_members_each_once():
    assert container_members({"type": "grouping", "object_refs": [A, B, A, 3]}) == (A, B)
    assert container_members({"type": "report"}) == ()
    assert container_members({"type": "note", "object_refs": [A]}) == ()
