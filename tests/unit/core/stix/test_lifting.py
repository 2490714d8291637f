import copy

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.stix.lifting import is_stix20, lift
from mitra.exchange.intake.schemas import stix_validator

RED = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"
WHEN = {"created": "2016-04-06T19:58:16.000Z", "modified": "2016-04-06T19:58:16.000Z"}


def old(kind, **more):
    return {"type": kind, "id": f"{kind}--b67d30ff-02ac-498a-92f9-32f845f448cf", **WHEN, **more}


def observed(objects, **more):
    seen = {"first_observed": "2015-12-21T19:00:00Z", "last_observed": "2015-12-21T19:00:00Z", "number_observed": 1}
    return old("observed-data", objects=objects, **seen, **more)


def test_what_is_21_already_is_left_alone():
    for obj in (
        {"type": "ipv4-addr", "value": "203.0.113.7"},
        old("tool", spec_version="2.1", labels=["x"]),
        {"type": "x"},
    ):
        assert not is_stix20(obj)
        assert lift(obj) == [obj]


@pytest.mark.parametrize(
    ("obj", "changed"),
    [
        (
            old("indicator", labels=["malicious-activity", "tlp:amber"], pattern="[a:b = 1]"),
            {"indicator_types": ["malicious-activity"], "labels": ["tlp:amber"], "pattern_type": "stix"},
        ),
        (old("malware", labels=["ransomware"]), {"malware_types": ["ransomware"], "is_family": True}),
        (old("tool", labels=["Remote Access"]), {"labels": ["Remote Access"]}),
        (old("threat-actor", labels=["spy"]), {"threat_actor_types": ["spy"]}),
        (old("report", labels=["campaign"]), {"report_types": ["campaign"]}),
        (old("identity", labels=["ceo"]), {"roles": ["ceo"]}),
        (old("campaign", labels=["kept"]), {"labels": ["kept"]}),
        (old("x-foo", created="2016-04-06T19:58:16Z"), {"created": "2016-04-06T19:58:16.000Z"}),
        (old("x-foo", modified="2016-04-06T19:58:16.5Z"), {"modified": "2016-04-06T19:58:16.500Z"}),
    ],
)
def test_objects_say_it_as_21_does(obj, changed):
    before = copy.deepcopy(obj)
    expected = {name: value for name, value in obj.items() if name != "labels"} | {"spec_version": "2.1"} | changed
    assert lift(obj) == [expected]
    assert obj == before


def test_span_in_a_pattern_is_written_as_timestamps():
    pattern = "[a:b = 'it\\'s START \\'x\\' STOP'] START '2016-01-01T00:00:00Z' STOP '2017-01-01T00:00:00Z'"
    [lifted] = lift(old("indicator", pattern=pattern, labels=["x"]))
    assert lifted["pattern"] == pattern.replace("START '2", "START t'2").replace("STOP '2", "STOP t'2")
    assert lift({**lifted, "spec_version": "2.0"})[0]["pattern"] == lifted["pattern"]


def test_tlp1_definition_gets_the_name_that_21_demands():
    [lifted] = lift({"type": "marking-definition", "id": RED, "created": WHEN["created"]})
    assert lifted["name"] == "TLP:RED"


def test_embedded_observables_become_objects_with_the_ids_that_follow_from_them():
    objects = {
        "0": {"type": "file", "name": "a.zip", "hashes": {"ssdeep": "3:a:b"}, "parent_directory_ref": "1"},
        "1": {"type": "directory", "path": "/tmp", "created": "2015-12-21T19:00:00Z"},
        "2": {"type": "process", "pid": 7, "binary_ref": "0"},
        "3": {"type": "domain-name", "value": "example.com", "resolves_to_refs": ["4", "5"]},
        "4": {"type": "domain-name", "value": "example.org", "resolves_to_refs": ["3"]},
        "5": {"type": "ipv4-addr", "value": "203.0.113.7"},
        "6": {"type": "ipv4-addr", "value": "203.0.113.7"},
    }
    *observables, whole = lift(observed(objects, object_marking_refs=[RED]))
    assert [each["type"] for each in observables] == [
        "file",
        "directory",
        "process",
        "domain-name",
        "domain-name",
        "ipv4-addr",
    ]
    file, directory, process, first, second, address = observables
    assert whole["object_refs"] == [each["id"] for each in observables]
    assert "objects" not in whole
    assert file["parent_directory_ref"] == directory["id"]
    assert file["hashes"] == {"SSDEEP": "3:a:b"}
    assert directory["ctime"] == "2015-12-21T19:00:00Z"
    assert process["image_ref"] == file["id"]
    assert first["resolves_to_refs"] == [second["id"], address["id"]]
    assert second["resolves_to_refs"] == [first["id"]]
    assert address["id"] == "ipv4-addr--" + address["id"][11:]
    assert all(each["object_marking_refs"] == [RED] for each in [*observables, whole])
    assert [stix_validator().problems(each) for each in [*observables, whole]] == [()] * 7
    assert lift(observed(objects, object_marking_refs=[RED])) == [*observables, whole]


def test_headers_of_a_request_become_lists():
    request = {"request_header": {"Host": "example.com", "Via": ["a", "b"]}}
    objects = {"0": {"type": "network-traffic", "protocols": ["tcp"], "extensions": {"http-request-ext": request}}}
    traffic, _ = lift(observed(objects))
    header = traffic["extensions"]["http-request-ext"]["request_header"]
    assert header == {"Host": ["example.com"], "Via": ["a", "b"]}
    assert request == {"request_header": {"Host": "example.com", "Via": ["a", "b"]}}


def test_granular_marking_of_what_moved_marks_the_whole():
    marking = {"marking_ref": RED, "selectors": ["objects.0.value"]}
    kept = {"marking_ref": RED, "selectors": ["number_observed"]}
    bad = {"marking_ref": RED, "selectors": ["nowhere"]}
    address, whole = lift(
        observed({"0": {"type": "ipv4-addr", "value": "203.0.113.7"}}, granular_markings=[marking, kept, bad])
    )
    assert address["object_marking_refs"] == whole["object_marking_refs"] == [RED]
    assert whole["granular_markings"] == [kept, bad]
    [lifted] = lift(old("tool", labels=["x"], granular_markings=[{"marking_ref": RED, "selectors": ["labels.[0]"]}]))
    assert (lifted["object_marking_refs"], "granular_markings" in lifted) == ([RED], False)


@pytest.mark.parametrize(
    ("objects", "rule", "path"),
    [
        ({"0": {"type": "network-traffic", "src_ref": "9"}}, "reference-missing", "/objects/0"),
        ({"0": {"type": "file", "parent_directory_ref": "0"}}, "reference-circle", "/objects/0"),
        (
            {str(n): {"type": "file", "parent_directory_ref": str(n + 1)} for n in range(500)},
            "reference-circle",
            "/objects/65",
        ),
        ({"0": 3}, "embedded-observable", "/objects/0"),
        ({"0": {"value": "x"}}, "embedded-observable", "/objects/0"),
    ],
)
def test_observables_that_refer_wrongly_are_refused(objects, rule, path):
    with pytest.raises(InvalidInput) as caught:
        lift(observed(objects))
    assert (caught.value.rule, caught.value.path) == (rule, path)


def test_objects_that_are_no_dictionary_are_left_for_validation():
    [lifted] = lift(observed([{"type": "file"}]))
    assert stix_validator().problems(lifted)[0].path == "/objects"
