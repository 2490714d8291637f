"""Promises of reading, printing, splicing and splitting, for any JSON and any way of sending it."""

import json
from datetime import UTC

import orjson
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mitra.core.errors import InvalidInput
from mitra.core.stix.canonical import canonical, is_far
from mitra.core.stix.markings import LEVEL_OF_ID, LEVELS, TLP2_IDS
from mitra.core.stix.printing import print_record, splice
from mitra.core.stix.reading import read_json
from mitra.core.stix.shape import BIGGEST_INTEGER
from mitra.core.stix.splitting import split
from mitra.core.stix.times import digits_of, format_time, parse_time, time_key

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.one_of(
    texts,
    st.sampled_from(
        ["type", "object_marking_refs_", "object_marking_ref", "objects", "id", "ភាសា", "\U0001f600", "\ufb33"]
    ),
)
numbers = st.one_of(
    st.integers(-BIGGEST_INTEGER, BIGGEST_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not is_far(number)),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)
objects = st.dictionaries(names, values, max_size=6)
refs = st.lists(st.one_of(st.sampled_from(sorted(LEVEL_OF_ID)), texts), max_size=4)


@st.composite
def marked_objects(draw):
    obj = draw(objects)
    if draw(st.booleans()):
        obj["object_marking_refs"] = draw(refs)
    return obj


@given(values)
def test_canonical_bytes_are_those_of_the_reference_whichever_way_prints(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_reading_undoes_printing(value):
    assert canonical(read_json(canonical(value))) == canonical(value)


@given(values, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_reading_agrees_with_the_standard_library(value, indent, is_ascii):
    data = json.dumps(value, indent=indent, ensure_ascii=is_ascii, separators=(" ,", " : ")).encode()
    assert read_json(data) == json.loads(data)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", ":", '"', "a\n"]), st.sampled_from(['":', ":x", "a", 1, {}])), max_size=6
    ),
    st.booleans(),
)
def test_repeated_names_never_pass(pairs, is_spaced):
    colon = " : " if is_spaced else ":"
    data = ("{" + ",".join(json.dumps(name) + colon + json.dumps(value) for name, value in pairs) + "}").encode()
    has_repetition = len({name for name, _ in pairs}) < len(pairs)
    assert rule_against(data) == ("json-repeated-name" if has_repetition else None)


@given(st.binary(max_size=40))
def test_reading_any_bytes_gives_a_value_or_a_refusal(data):
    rule = rule_against(data)
    assert rule is None or rule.startswith("json-")
    assert rule is not None or canonical(read_json(data)) == canonical(json.loads(data))


def rule_against(data):
    try:
        read_json(data)
    except InvalidInput as refusal:
        return refusal.rule
    return None


@given(marked_objects(), st.sampled_from(LEVELS))
def test_served_bytes_are_canonical_and_the_object_that_came_but_for_its_tlp(obj, level):
    printed = print_record(obj)
    served = splice(printed.raw, printed.marking_at, level)
    others = [ref for ref in obj.get("object_marking_refs", []) if ref not in LEVEL_OF_ID]
    expected = obj | {"object_marking_refs": [TLP2_IDS[level], *others]}
    assert served == canonical(expected)
    assert served.startswith(printed.raw[: printed.marking_at])
    assert served.endswith(printed.raw[printed.marking_at :])
    assert printed.raw == canonical(json.loads(printed.raw))


@given(marked_objects(), st.sampled_from(LEVELS))
def test_printing_what_was_served_gives_the_same_record(obj, level):
    printed = print_record(obj)
    assert print_record(read_json(splice(printed.raw, printed.marking_at, level))) == printed


@given(
    st.lists(values, max_size=5), st.sampled_from([None, 1]), st.integers(1, 50), st.sampled_from(["bundle", "array"])
)
def test_splitting_gives_each_element_back_however_cut(elements, indent, chunk_bytes, shape):
    whole = {"type": "bundle", "x": [{}], "objects": elements, "z": {"y": "}"}} if shape == "bundle" else elements
    data = json.dumps(whole, indent=indent).encode()
    pieces = list(split(data[at : at + chunk_bytes] for at in range(0, len(data), chunk_bytes)))
    prefix = "/objects" if shape == "bundle" else ""
    assert [piece.pointer for piece in pieces] == [f"{prefix}/{index}" for index in range(len(elements))]
    assert [orjson.loads(piece.data) for piece in pieces] == elements


@given(st.lists(objects, min_size=2, max_size=5), st.integers(1, 50))
def test_splitting_gives_each_line_back_however_cut(lines, chunk_bytes):
    data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    if isinstance(lines[0].get("objects"), list):
        return
    pieces = list(split(data[at : at + chunk_bytes] for at in range(0, len(data), chunk_bytes)))
    assert [piece.line for piece in pieces] == list(range(1, len(lines) + 1))
    assert [orjson.loads(piece.data) for piece in pieces] == lines


@given(st.binary(max_size=60), st.integers(1, 10))
def test_splitting_any_bytes_is_the_same_however_cut(data, chunk_bytes):
    def outcome(size):
        got = []
        try:
            got.extend((piece.pointer, piece.line, piece.data) for piece in split(_cut(data, size)))
        except InvalidInput as refusal:
            got.append((refusal.rule, refusal.path, refusal.message))
        return got

    assert outcome(chunk_bytes) == outcome(60)


@given(
    st.text(st.sampled_from('{}[],:"\\ \n1a'), max_size=40).map(lambda text: ('{"objects":[' + text).encode()),
    st.integers(1, 10),
)
def test_splitting_broken_bundles_is_the_same_however_cut(data, chunk_bytes):
    def outcome(size):
        got = []
        try:
            pieces = split(_cut(data, size), limit_bytes=9)
            got.extend((piece.pointer, piece.data, piece.refusal and piece.refusal.rule) for piece in pieces)
        except InvalidInput as refusal:
            got.append((refusal.rule, refusal.path, refusal.message))
        return got

    assert outcome(chunk_bytes) == outcome(100)


def _cut(data, size):
    return (data[at : at + size] for at in range(0, len(data), size))


@given(st.datetimes(timezones=st.timezones()), st.integers(0, 6))
def test_timestamps_round_trip_and_order(moment, digits):
    try:
        written = format_time(moment, digits=digits)
    except OverflowError:
        return
    assert digits_of(written) == digits
    assert format_time(parse_time(written), digits=digits) == written
    assert abs((parse_time(format_time(moment, digits=6)) - moment).total_seconds()) == 0


@given(st.datetimes(), st.datetimes(), st.integers(0, 6), st.integers(0, 6))
def test_time_keys_order_as_instants_do(first, second, digits, other_digits):
    one = format_time(first.replace(tzinfo=UTC), digits=digits)
    two = format_time(second.replace(tzinfo=UTC), digits=other_digits)
    assert (time_key(one) < time_key(two)) == (parse_time(one) < parse_time(two))
    assert (time_key(one) == time_key(two)) == (parse_time(one) == parse_time(two))
