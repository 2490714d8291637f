"""The form is told by content; memory does not follow the size."""

import io
import json
import tracemalloc

import pytest

from exchange_node import indicator
from mitra.core.errors import InvalidInput
from mitra.exchange.intake.decode import Form, recognise_form, spooled
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
