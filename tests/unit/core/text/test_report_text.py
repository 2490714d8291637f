"""An HTML report becomes what a person reads; hostile pages end, they do not hang."""

from __future__ import annotations

from time import perf_counter

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.text.found import find_values
from mitra.core.text.report import MAX_CHARACTERS, looks_like_html, text_of_html

PAGE = """<!DOCTYPE html><html><head><title>t</title><style>a{}</style></head><body>
<!-- evil.com --><script>var x = "http://script.com/";</script>
<h1>បទដំណើរការ</h1><p>C2: <b>evil</b>[.]<i>com</i> &amp; <code>203.0.113.7</code></p>
<table><tr><td>a.com</td><td>b.com</td></tr></table><img alt="x > y" src="http://img.com/"><br/>เสร็จ&nbsp;1 < 2
</body></html>"""


def test_a_page_is_read_as_lines():
    assert text_of_html(PAGE).split("\n") == [
        "បទដំណើរការ",
        "C2: evil[.]com & 203.0.113.7",
        "a.com b.com",
        "เสร็จ\xa01 < 2",
    ]


def test_values_are_found_in_what_is_read():
    assert [value.value for value in find_values(text_of_html(PAGE))] == ["evil.com", "203.0.113.7", "a.com", "b.com"]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a<b", "a"),
        ("a <!-- never closed", "a"),
        ("a <script>never closed", "a"),
        ("1 &lt; 2 < 3", "1 < 2 < 3"),
        ("<p>a<p>b", "a\nb"),
        ("<SCRIPT>x</script >y", "y"),
        ("a<svg/>b", "a\nb"),
        ("soft&shy;hyphen", "softhyphen"),
        ("<?xml version='1'?>x", "x"),
    ],
)
def test_pieces_of_pages(source, text):
    assert text_of_html(source) == text


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "<a ", "<a '", '<a "', "<script>", "</script", "<!", "<a>", "&", "&#", "<p "]
)
def test_a_hostile_page_ends(piece):
    start = perf_counter()
    text_of_html((piece * 60_000)[:60_000])
    assert perf_counter() - start < 5


def test_a_page_beyond_the_bound_is_refused():
    with pytest.raises(InvalidInput) as refused:
        text_of_html("x" * (MAX_CHARACTERS + 1))
    assert refused.value.rule == "report-size"


def test_html_is_told_from_prose():
    assert looks_like_html(PAGE)
    assert not looks_like_html("if a < b then evil[.]com, see <https://evil.com>")
