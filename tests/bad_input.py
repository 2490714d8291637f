"""What strangers send, and by which rule it is refused, wherever it comes in.

`BAD` is the one list: a case is an object's bytes as they stand in a file, the rule that stops it, and where within the
object that rule points.  Every door must refuse each of them by name and take its neighbours.
"""

import json
from dataclasses import dataclass

from exchange_node import indicator

FIRST = 9_000


@dataclass(frozen=True)
class Bad:
    """One object that no door takes."""

    name: str
    data: bytes
    rule: str
    path: str = ""


def _written(obj):
    return json.dumps(obj, ensure_ascii=False).encode()


def _changed(number, **changes):
    made = {**indicator(number), **changes}
    return _written({name: value for name, value in made.items() if value is not None})


def _pattern(number, pattern):
    return _changed(number, pattern=pattern)


def _bare(number, tail):
    """An indicator with a property whose value is written as it is."""
    return _written(indicator(number))[:-1] + b', "x_value": ' + tail + b"}"


MISMATCHED = "malware--00000000-0000-4000-8000-000000000001"
LONG_OR = " OR ".join(f"domain-name:value = 'a{number}.example'" for number in range(40_000))
REFERENCES = {"relationship_type": "indicates", "source_ref": "not-an-id", "target_ref": indicator(1)["id"]}


def _relationship():
    own = ("spec_version", "created", "modified")
    made = {name: value for name, value in indicator(1).items() if name in own}
    stix_id = f"relationship--00000000-0000-4000-8000-{FIRST:012d}"
    return _written({"type": "relationship", "id": stix_id, **made, **REFERENCES})


BAD = [
    Bad("depth", _bare(FIRST, b"[" * 200 + b"]" * 200), "json-depth"),
    Bad("depth beyond any parser", _bare(FIRST, b"[" * 100_000 + b"]" * 100_000), "json-depth"),
    Bad("size", _bare(FIRST, b'"' + b"a" * (8 * 1024 * 1024) + b'"'), "json-size"),
    Bad("key count", _bare(FIRST, _written({f"k{n}": n for n in range(10_001)})), "json-keys"),
    Bad("duplicate key", _bare(FIRST, b'1, "name": "other"'), "json-repeated-name", "/name"),
    Bad("duplicate key within", _bare(FIRST, b'{"a": 1, "a": 2}'), "json-repeated-name", "/x_value/a"),
    Bad("NaN", _bare(FIRST, b"NaN"), "json-syntax"),
    Bad("infinity", _bare(FIRST, b"-Infinity"), "json-syntax"),
    Bad("huge exponent", _bare(FIRST, b"1e400"), "json-number"),
    Bad("huge integer", _bare(FIRST, b"123456789012345678901"), "json-number", "/x_value"),
    Bad("thousands of digits", _bare(FIRST, b"9" * 50_000), "json-number"),
    Bad("bad UTF-8", _bare(FIRST, b'"\xff\xfe"'), "json-utf8"),
    Bad("lone surrogate", _bare(FIRST, b'"\\ud800"'), "json-surrogate"),
    Bad("no type", _changed(FIRST, type=None), "stix-required", "/type"),
    Bad(
        "unknown type",
        _changed(FIRST, type="mystery", id=f"mystery--{indicator(1)['id'][11:]}"),
        "unknown-type",
        "/type",
    ),
    Bad("no time", _changed(FIRST, created="yesterday"), "timestamp", "/created"),
    Bad("a month too many", _changed(FIRST, created="2026-13-01T00:00:00.000Z"), "timestamp", "/created"),
    Bad("a zone", _changed(FIRST, valid_from="2026-01-01T00:00:00+07:00"), "timestamp", "/valid_from"),
    Bad("modified before created", _changed(FIRST, modified="2025-01-01T00:00:00.000Z"), "time-order", "/modified"),
    Bad("ends before it begins", _changed(FIRST, valid_until="2025-01-01T00:00:00Z"), "time-order", "/valid_until"),
    Bad("id of another type", _changed(FIRST, id=MISMATCHED), "id-type", "/id"),
    Bad("id that is none", _changed(FIRST, id="indicator--nonsense"), "id-form", "/id"),
    Bad("reference that is none", _relationship(), "stix-form", "/source_ref"),
    Bad("unknown TLP", _changed(FIRST, labels=["tlp:purple"]), "unknown-tlp", "/labels/0"),
    Bad("pattern that is none", _pattern(FIRST, "[domain-name:value = "), "pattern-syntax", "/pattern"),
    Bad("huge pattern", _pattern(FIRST, f"[{LONG_OR}]"), "pattern-length", "/pattern"),
    Bad("deep pattern", _pattern(FIRST, "(" * 5_000 + "[a:b = 1]" + ")" * 5_000), "pattern-depth", "/pattern"),
    Bad("pattern of brackets", _pattern(FIRST, "[" * 50_000), "pattern-syntax", "/pattern"),
    Bad(
        "pattern of a list without end", _pattern(FIRST, "[a:b IN (" + "1," * 20_000), "pattern-comparisons", "/pattern"
    ),
]
