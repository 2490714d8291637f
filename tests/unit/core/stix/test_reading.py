import pytest

from mitra.core.errors import InvalidInput
from mitra.core.stix.reading import Limits, read_json, read_object
from mitra.core.stix.shape import BIGGEST_INTEGER


def refusal(data, **limits):
    with pytest.raises(InvalidInput) as caught:
        read_json(data, limits=Limits(**limits))
    return caught.value.rule, caught.value.path


def test_reading_gives_the_value():
    text = '{"ชื่อ": ["ភាសាខ្មែរ", 1, -2.5, true, null, {}]}'
    assert read_json(text.encode()) == {"ชื่อ": ["ភាសាខ្មែរ", 1, -2.5, True, None, {}]}


@pytest.mark.parametrize(
    "data", [b"3", b'"x"', b"null", b"[]", b'{"a" : {"b" :\n1}}', b'{"a":":","b":"\\":"}', b"1e300", b"1e21"]
)
def test_reading_accepts_every_kind_of_value(data):
    read_json(data)


@pytest.mark.parametrize(
    ("data", "rule", "path"),
    [
        (b'{"a":1,"a":2}', "json-repeated-name", "/a"),
        (b'{"a":1,"a" :2}', "json-repeated-name", "/a"),
        (b'{"a":1,"a"\n:2}', "json-repeated-name", "/a"),
        (b'{"x":[{"a":1,"\\u0061":2}]}', "json-repeated-name", "/x/0/a"),
        (b'{"a":{"b/c~":1,"b/c~":2}}', "json-repeated-name", "/a/b~1c~0"),
        (b'{"a":"x\\u0022:","a":"\\":"}', "json-repeated-name", "/a"),
        (b'{"a":{"k":[9007199254740992]}}', "json-number", "/a/k/0"),
        (b'{"a":-9007199254740992}', "json-number", "/a"),
        (b'{"a":100000000000000000000000}', "json-number", "/a"),
        (b'{"a":[1e18]}', "json-number", "/a/0"),
        (b"9007199254740993", "json-number", ""),
        (b"9" * 5000, "json-number", ""),
        (b"[1e400]", "json-number", ""),
        (b"[NaN]", "json-syntax", ""),
        (b"[Infinity]", "json-syntax", ""),
        (b'{"a":1,}', "json-syntax", ""),
        (b"", "json-syntax", ""),
        (b'["\\ud800"]', "json-surrogate", ""),
        (b'["\xff"]', "json-utf8", ""),
        (b'["\xed\xa0\x80"]', "json-utf8", ""),
        (b"\xef\xbb\xbf{}", "json-mark", ""),
        (b"[" * 100_000, "json-depth", ""),
        (b"[" * 65 + b"]" * 65, "json-depth", ""),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "json-depth", ""),
    ],
)
def test_reading_refuses_with_rule_and_place(data, rule, path):
    assert refusal(data) == (rule, path)


def test_reading_allows_exactly_the_limits():
    assert read_json(b"[" * 64 + b"]" * 64)
    assert read_json(b"[%d,%d]" % (BIGGEST_INTEGER, -BIGGEST_INTEGER)) == [BIGGEST_INTEGER, -BIGGEST_INTEGER]
    assert read_json(b'{"a":1,"b":{"c":2}}', limits=Limits(keys=3))
    assert read_json(b'"xxxx"', limits=Limits(string_characters=4)) == "xxxx"


def test_reading_refuses_what_is_beyond_the_limits():
    assert refusal(b'{"a":1,"b":{"c":2}}', keys=2) == ("json-keys", "")
    assert refusal(b'{"a":["xxxxx"]}', string_characters=4) == ("json-string-length", "/a/0")
    assert refusal(b'{"aaaaa":1}', string_characters=4) == ("json-string-length", "")
    assert refusal(b"[1,2,3,4]", values=2) == ("json-values", "")
    assert refusal(b"[1,2,3,4]", size_bytes=8) == ("json-size", "")


def test_commas_within_text_are_not_values():
    assert read_json(b'["a,b,c,\\",d"]', limits=Limits(values=2)) == ['a,b,c,",d']


def test_read_object_wants_an_object():
    assert read_object(b'{"a":1}') == {"a": 1}
    with pytest.raises(InvalidInput, match="JSON object"):
        read_object(b"[]")
