"""The form is told by content; memory does not follow the size."""

import io
import json
import tracemalloc

import pytest

from exchange_node import indicator
from mitra.core.errors import InvalidInput
from mitra.exchange.intake.decode import Form, holds, kept_place, recognise_form, spooled
from mitra.exchange.intake.levels import Levels
from mitra.exchange.intake.normalise import cut, title_of
from mitra.exchange.intake.pipeline import learn


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        ('{"type": "bundle"}', "", Form.STIX),
        ("  \n[{}]", "x.csv", Form.STIX),
        ("value,type\nevil.top,domain\n", "", Form.TABLE),
        ("Type;Indicator\ndomain;evil.top\n", "", Form.TABLE),
        ("evil[.]top\n203.0.113.7\n", "", Form.VALUES),
        ("# a list\nd41d8cd98f00b204e9800998ecf8427e\n", "list.txt", Form.VALUES),
        ("<!DOCTYPE html><html><body>evil[.]top</body></html>", "", Form.HTML),
        ("<p>evil[.]top</p>", "", Form.HTML),
        ("# Report\nThe loader asked evil[.]top for orders, and got them.\n", "", Form.TEXT),
        ("evil.top\n", "notes.md", Form.TEXT),
        ("ไวรัสติดต่อกับ evil[.]top เมื่อวานนี้ และยังทำงานอยู่ในเครือข่าย\n", "", Form.TEXT),
    ],
)
def test_form_is_told_by_content(text, name, form):
    assert recognise_form(text.encode(), name) is form
    assert recognise_form(b"\xef\xbb\xbf" + text.encode(), name) is form


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", ""),
        (b" \n", ""),
        (b"\x1f\x8b\x08\x00", ""),
        (b"PK\x03\x04", "x.docx"),
        (b"%PDF-1.7", ""),
        (b"a\0b", ""),
        (b"<?xml version='1.0'?>", ""),
        (b"hello", "envelope.json"),
    ],
)
def test_what_is_not_read_here_is_refused_in_a_sentence(head, name):
    with pytest.raises(InvalidInput) as refusal:
        recognise_form(head, name)
    assert str(refusal.value).endswith(".")


def test_memory_does_not_follow_the_size():
    one = json.dumps(indicator(1, description="x" * 2_000)).encode()
    whole = b'{"type":"bundle","objects":[' + b",".join([one] * 4_000) + b"]}"
    source = io.BytesIO(whole)
    tracemalloc.start()
    with spooled(source) as spool:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        learn(spool, Levels(None))
        peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert len(whole) > 9_000_000
    assert peak < 1_500_000


@pytest.mark.parametrize("text", ["កម្ពុជា" * 60, "ประเทศไทย" * 60, "မြန်မာ" * 60, "ປະເທດລາວ" * 60, "a" * 500])
def test_title_is_cut_between_letters(text):
    title = cut(text, 200)
    assert len(title) <= 200
    assert title.endswith("…")
    assert text.startswith(title[:-1])
    following = text[len(title) - 1]
    assert not following.isascii() or following == "a"
    assert cut("short", 200) == "short"


def test_title_is_what_names_an_object():
    assert title_of({"name": "  ស្ពី  វែរ "}) == "ស្ពី វែរ"
    assert title_of({"value": "evil.top"}) == "evil.top"
    assert title_of({"hashes": {"MD5": "d41d"}}) == "d41d"
    assert title_of({"number": 64496}) == "AS64496"
    assert title_of({}) == ""


@pytest.mark.parametrize("before", range(0, 140, 7))
def test_what_stands_across_two_readings_is_found(monkeypatch, before):
    monkeypatch.setattr("mitra.exchange.intake.decode.CHUNK_BYTES", 70)
    with spooled(io.BytesIO(b"{" + b" " * before + b'"object_refs"' + b" " * 200), name="x.json") as spool:
        assert holds(spool, [b"nothing", b"object_refs"])
        assert not holds(spool, [b"object_refz"])


def test_whoever_reads_on_finds_its_place():
    with spooled(io.BytesIO(b"[1, 2, 3]"), name="x.json") as spool:
        spool.file.seek(4)
        with kept_place(spool):
            spool.file.seek(0)
        assert spool.file.read(2) == b"2,"


@pytest.mark.parametrize(
    ("obj", "is_read_first"),
    [
        (indicator(1), False),
        ({**indicator(1), "created_by_ref": "identity--00000000-0000-4000-8000-000000000001"}, False),
        ({**indicator(1), "type": "report", "object_refs": [indicator(2)["id"]]}, True),
        ({**indicator(1), "type": "observed-data", "objects": {"0": {"type": "ipv4-addr", "value": "1.2.3.4"}}}, True),
        ({**indicator(1), "type": "marking-definition", "name": "TLP:RED"}, True),
        (json.dumps({**indicator(1), "x": "y"}).replace('"x"', '"object\\u005frefs"'), True),
    ],
)
def test_an_input_is_read_twice_only_where_an_object_may_say_something_of_others(obj, is_read_first):
    levels = Levels(None)
    data = obj if isinstance(obj, str) else json.dumps(obj)
    with spooled(io.BytesIO(data.encode()), name="x.json") as spool:
        learn(spool, levels)
    assert (levels.later is None) == is_read_first
