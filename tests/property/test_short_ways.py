"""Where the hot path takes a short way, it ends where the long way does: for any object, valid or not."""

import json

import orjson
from hypothesis import example, given
from hypothesis import strategies as st

from mitra.core.errors import InvalidInput
from mitra.core.stix.canonical import canonical
from mitra.core.stix.facts import Printed
from mitra.core.stix.markings import LEVEL_OF_ID, TLP1_IDS, TLP2_IDS
from mitra.core.stix.pattern import parse, problems_in, problems_of
from mitra.core.stix.printing import print_record, splice
from mitra.core.stix.reading import read_shaped
from mitra.core.stix.references import references_of
from mitra.core.stix.rules import broken_rules, plainly_keeps_rules
from mitra.core.stix.shape import BIGGEST_INTEGER, depth_of, shape_of
from mitra.core.stix.splitting import split
from mitra.exchange.intake.schemas import stix_validator

UUID = "8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
TIMES = ("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.00Z", "2026-01-01T00:00:00.001Z", "2026-02-28T23:59:60Z")
ODD_DAYS = tuple(f"{day}T00:00:00.000Z" for day in ("2026-02-29", "2026-04-31", "0000-01-01", "2024-02-29"))
IDS = (f"indicator--{UUID}", f"malware--{UUID}", f"identity--{UUID}", f"marking-definition--{UUID}", "no-id")
NAMES = st.sampled_from(
    (
        *("type", "name", "x_ref", "x_refs", "created_by_ref", "external_references", "object_marking_refs", "a_bin"),
        *("granular_markings", "object_refs", "extensions", "labels", "ชื่อ", "X", "id", "a_hex", "no_refs_here"),
    )
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, BIGGEST_INTEGER, -BIGGEST_INTEGER - 1, 1.5, -0.0, 1e300, 1e18]),
    st.sampled_from([*IDS, "", "ព័ត៌មាន", "tlp:red"]),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=10,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=8)
KINDS = ("indicator", "relationship", "domain-name", "email-message", "process", "x-mitra-case", "sighting")


def nodes(value):
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


@given(st.one_of(OBJECTS, VALUES))
def test_a_shape_counts_what_a_plain_walk_counts(value):
    shape, every = shape_of(value), list(nodes(value))
    names = [name for node in every if isinstance(node, dict) for name in node]
    numbers = [node for node in every if isinstance(node, (int, float)) and not isinstance(node, bool)]
    assert shape.names == len(names)
    assert shape.texts == sum(isinstance(node, str) for node in every)
    assert shape.refs == sum(name.count("_ref") for name in names)
    assert shape.has_ascii_names == all(name.isascii() for name in names)
    assert shape.has_fraction == any(isinstance(number, float) for number in numbers)
    assert shape.has_holes == any(node is None or node == [] for node in every)
    assert shape.is_near == all(-BIGGEST_INTEGER <= number <= BIGGEST_INTEGER for number in numbers)
    assert depth_of(value) <= shape.containers


def outcome(does):
    try:
        return does()
    except InvalidInput as refusal:
        return refusal.rule, refusal.path, refusal.message


MARKINGS = st.lists(st.sampled_from([*LEVEL_OF_ID, *IDS]), max_size=4)


@given(OBJECTS, st.one_of(st.none(), MARKINGS))
@example({"x_a": {"object_marking_refs": []}, "z": 1}, [])
@example({"x_a": {"object_marking_refs": ["x"]}, "a": {"object_marking_refs": []}}, [f"marking-definition--{UUID}"])
def test_a_record_is_the_object_without_its_tlp_wherever_else_markings_stand(obj, refs):
    marked = obj if refs is None else obj | {"object_marking_refs": refs}
    printed = outcome(lambda: print_record(marked, shape_of(marked)))
    assert printed == outcome(lambda: print_record(marked))
    if isinstance(printed, Printed):
        others = [ref for ref in marked.get("object_marking_refs", []) if not is_tlp(ref)]
        served = splice(printed.raw, printed.marking_at, "TLP:GREEN")
        assert served == canonical(marked | {"object_marking_refs": [TLP2_IDS["TLP:GREEN"], *others]})


def is_tlp(ref):
    return isinstance(ref, str) and ref in LEVEL_OF_ID


@given(OBJECTS)
def test_references_of_a_known_shape_are_all_references(obj):
    assert references_of(obj, shape_of(obj)) == references_of(obj)


def a_valid(kind, **more):
    """An object of a kind that satisfies its schema, as far as `more` does."""
    own = {
        "indicator": {"pattern": "x", "pattern_type": "yara", "valid_from": TIMES[0]},
        "relationship": {"relationship_type": "uses", "source_ref": IDS[0], "target_ref": IDS[1]},
        "sighting": {"sighting_of_ref": IDS[0]},
        "domain-name": {"value": "evil.top"},
        "email-message": {"is_multipart": False},
    }
    whole = (
        {"created": TIMES[0], "modified": TIMES[0]} if kind not in {"domain-name", "email-message", "process"} else {}
    )
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{UUID}", **whole, **own.get(kind, {}), **more}


SAID = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ["created", "modified", "valid_from", "valid_until", "first_seen", "last_seen", "start_time", "stop_time"],
            st.sampled_from([*TIMES, *ODD_DAYS]),
        ),
        "id": st.sampled_from([*IDS, f"domain-name--{UUID}", f"process--{UUID}"]),
        "spec_version": st.sampled_from(["2.0", "2.1"]),
        "object_marking_refs": st.lists(st.sampled_from([*IDS[:4], TLP1_IDS["TLP:RED"]]), min_size=1, max_size=3),
        "lang": st.sampled_from(["km", "not a language"]),
        "resolves_to_refs": st.just([IDS[0]]),
        "granular_markings": st.just([{"marking_ref": IDS[3], "selectors": ["nothing"]}]),
        "x_custom": VALUES,
        "confidence": st.sampled_from([0, 50, 101, None, "high"]),
        "labels": st.sampled_from([[], ["a"], [None], "a"]),
        "magic_number_hex": st.sampled_from(["4d5a", "?"]),
        "value": st.sampled_from(["evil.top", None, []]),
        "X": st.just(1),
        "ชื่อ": st.just("x"),
        "extensions": st.just({f"extension-definition--{UUID}": {"extension_type": "property-extension", "A": 1}}),
    },
)


@given(st.sampled_from(KINDS), SAID)
@example("process", {"id": "process--8e2e2d2b-17d4-5cbf-938f-98ee46b3cd3f"})
@example("indicator", {"valid_until": "2026-01-01T00:00:00.00Z"})
def test_a_glance_that_sees_no_broken_rule_misses_none(kind, said):
    obj = a_valid(kind, **said)
    assert not (plainly_keeps_rules(obj) and list(broken_rules(obj)))


@given(st.sampled_from(KINDS), SAID)
@example("indicator", {"value": []})
@example("indicator", {"magic_number_hex": "?"})
def test_problems_of_a_known_shape_are_all_problems(kind, said):
    obj = a_valid(kind, **said)
    assert stix_validator().problems(obj, shape_of(obj)) == stix_validator().problems(obj)


def test_a_glance_is_enough_for_what_feeds_are_made_of():
    assert all(plainly_keeps_rules(a_valid(kind)) for kind in ("indicator", "relationship", "sighting", "domain-name"))


HASHES = st.sampled_from(["MD5", "SHA-1", "SHA-256", "SSDEEP", "x"])


@given(HASHES, st.sampled_from(["a" * 32, "a" * 40, "a" * 64, "zz", "3:a:b"]), st.sampled_from(["=", "!=", "LIKE"]))
def test_a_pattern_is_judged_by_the_short_way_as_by_the_grammar(name, value, sign):
    for text in (f"[file:hashes.'{name}' {sign} '{value}']", f"[file:hashes {sign} '{value}']", f"[{name} {sign}"):
        assert outcome(lambda text=text: problems_in(text)) == outcome(lambda text=text: problems_of(parse(text)))


@given(st.lists(OBJECTS, min_size=1, max_size=6), st.sampled_from([",", " ,\n", ",\n  "]), st.integers(1, 200))
def test_what_was_read_while_splitting_is_what_the_bytes_say(elements, between, chunk_bytes):
    data = b'{"objects":[' + between.encode().join(json.dumps(each).encode() for each in elements) + b"]}"
    for size in (chunk_bytes, len(data)):
        pieces = list(split(data[at : at + size] for at in range(0, len(data), size)))
        assert [orjson.loads(piece.data) for piece in pieces] == elements
        assert all(piece.parsed in (None, orjson.loads(piece.data)) for piece in pieces)
    assert [piece.parsed for piece in pieces[:-1]] == elements[:-1]


@given(OBJECTS)
def test_reading_what_was_parsed_before_is_reading_the_bytes(obj):
    data = json.dumps(obj).encode()
    parsed = orjson.loads(data)
    assert outcome(lambda: read_shaped(data, parsed)) == outcome(lambda: read_shaped(data))
