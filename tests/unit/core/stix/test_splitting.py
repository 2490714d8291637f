import tracemalloc

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.stix.splitting import BundleSplitter, split

SEMICOLONS = b'{"a":"} ] \\" {"}'


def outcome(data, chunk_bytes=None, **options):
    """Return what the splitter gave, and the refusal's rule and place last when it broke."""
    size = chunk_bytes or max(len(data), 1)
    got = []
    try:
        pieces = split((data[at : at + size] for at in range(0, len(data), size)), **options)
        got.extend((each.pointer, each.line, each.data, each.refusal and each.refusal.rule) for each in pieces)
    except InvalidInput as refusal:
        got.append((refusal.rule, refusal.path))
    return got


SHAPES = {
    "bundle": (
        b'{"type":"bundle","id":"x","objects":[{"a":1} ,\n' + SEMICOLONS + b', 3,[1]],"more":false}\n',
        [
            ("/objects/0", None, b'{"a":1}', None),
            ("/objects/1", None, SEMICOLONS, None),
            ("/objects/2", None, b"3", None),
            ("/objects/3", None, b"[1]", None),
        ],
    ),
    "array": (
        b'[{"a":{"b":[{"c":[[{}]]}]}},{}]',
        [("/0", None, b'{"a":{"b":[{"c":[[{}]]}]}}', None), ("/1", None, b"{}", None)],
    ),
    "single": (b' {"a":{"objects":[1]}} ', [("", None, b'{"a":{"objects":[1]}}', None)]),
    "observed-data": (b'{"objects":{"0":{}},"type":"o"}', [("", None, b'{"objects":{"0":{}},"type":"o"}', None)]),
    "escaped name": (b'{"\\u006fbjects":[{}],"x":1e5,"y":"z"}', [("/objects/0", None, b"{}", None)]),
    "spaced name": (b'{"objects"' + b" " * 5000 + b":" + b"\n" * 5000 + b"[{}]}", [("/objects/0", None, b"{}", None)]),
    "lines": (
        b'\n{"a":1}\n\n{"broken"\n  {"b":"' + b"q" * 300 + b'"}\r\n{"c":1}',
        [("", 2, b'{"a":1}', None), ("", 4, b'{"broken"', None), ("", 5, b"", "json-size"), ("", 6, b'{"c":1}', None)],
    ),
    "too large": (
        b'{"objects":[{"a":"' + b"z" * 300 + b'"},{"b":1}]}',
        [("/objects/0", None, b"", "json-size"), ("/objects/1", None, b'{"b":1}', None)],
    ),
    "broken within": (
        b'{"objects":[{"a":1]},{"a":}]}',
        [("/objects/0", None, b'{"a":1]', None), ("json-framing", "/objects/1")],
    ),
    "no comma": (b'{"objects":[{"a":1} {}]}', [("/objects/0", None, b'{"a":1}', None), ("json-framing", "/objects/1")]),
    "trailing comma": (b'{"objects":[{},]}', [("/objects/0", None, b"{}", None), ("json-framing", "/objects/1")]),
    "ends early": (b'{"objects":[{},{"b"', [("/objects/0", None, b"{}", None), ("json-framing", "/objects/1")]),
    "ends in text": (b'[{"a":"x', [("json-framing", "")]),
    "twice": (b'{"objects":[{}],"objects":[{}]}', [("/objects/0", None, b"{}", None), ("json-framing", "/objects/1")]),
    "more after": (b'{"objects":[{}]}x', [("/objects/0", None, b"{}", None), ("json-framing", "/objects/1")]),
    "two on a line": (b'{"a":1}{"b":2}', [("json-framing", "")]),
    "two, indented": (b'{\n"a":1}\n{"b":1}', [("json-framing", "")]),
    "no colon": (b'{"a" 1}', [("json-framing", "")]),
    "long name": (b'{"' + b"n" * 5000 + b'":1}', [("json-framing", "")]),
    "empty": (b"", [("json-empty", "")]),
    "blank": (b" \n ", [("json-empty", "")]),
    "mark": (b"\xef\xbb\xbf{}", [("json-mark", "")]),
    "text": (b"domain,first seen\n", [("json-syntax", "")]),
    "empty bundle": (b'{"objects":[ ]}', []),
    "empty array": (b"[]", []),
    "empty object": (b"{}", [("", None, b"{}", None)]),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("chunk_bytes", [None, 1, 2, 3, 7, 64])
def test_splitting_is_the_same_however_the_stream_is_cut(shape, chunk_bytes):
    data, expected = SHAPES[shape]
    assert outcome(data, chunk_bytes, limit_bytes=200) == expected


def test_known_lines_go_on_after_a_broken_first_line():
    got = outcome(b'{"a\n{"b":1}\n', is_lines=True)
    assert got == [("", 1, b'{"a', None), ("", 2, b'{"b":1}', None)]


def test_pieces_before_a_break_come_out_before_the_refusal():
    splitter = BundleSplitter()
    assert [piece.data for piece in splitter.feed(b'{"objects":[{"a":1},{"b":2},,')] == [b'{"a":1}', b'{"b":2}']
    with pytest.raises(InvalidInput, match="byte 28"):
        splitter.feed(b"{}]}")
    with pytest.raises(InvalidInput, match="byte 28"):
        splitter.close()


def test_memory_does_not_grow_with_the_stream():
    one = b'{"type":"indicator","pattern":"' + b"x" * 2000 + b'"},'

    def stream():
        yield b'{"objects":['
        for _ in range(300):
            yield one * 30
        yield b'{"last":"' + b"y" * 100
        for _ in range(300):
            yield b"y" * 60_000
        yield b'"}]}'

    tracemalloc.start()
    count = sum(1 for _ in split(stream(), limit_bytes=100_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 9001
    assert peak < 2_000_000
