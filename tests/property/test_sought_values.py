"""The short way says what the long way says, of values of every form and of thousands that the world has seen."""

from __future__ import annotations

import string

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mitra.core.stix.sought import _short, sought, sought_in_full
from shared_data import SHARED

HEX = st.integers(30, 130).flatmap(lambda length: st.text("0123456789abcdef", min_size=length, max_size=length))
DIGESTS = st.sampled_from([32, 40, 56, 62, 64, 96, 128]).flatmap(
    lambda length: st.one_of(
        st.text(signs, min_size=length, max_size=length)
        for signs in ("0123456789abcdef", "123456789abcdef", "0123456789", "abcdef", "0123456789ABCDEF")
    )
)
LABELS = st.one_of(
    st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=8),
    st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=64),
    st.sampled_from(["xn--o3cw4h", "gb82", "al47", "de89", "as174", "com", "www", "1", "cafe", "abcd", "1234"]),
)
ENDS = st.one_of(st.sampled_from(["com", "th", "la", "zip", "cafe", "onion", "exe", "notatld", "COM", "com.", "1"]))
NAMES = st.builds(lambda labels, end: ".".join([*labels, end]), st.lists(LABELS, min_size=0, max_size=6), ENDS)
IPV4 = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.lists(st.integers(0, 300).map(str), min_size=4, max_size=4).map(".".join),
)
HOSTS = st.one_of(NAMES, IPV4, st.ip_addresses(v=6).map(lambda plain: f"[{plain}]"))
PATHS = st.text(string.ascii_letters + string.digits + "/////.-_~?=&%()[]:@'\"*+,;!$|# ", max_size=24)
URLS = st.builds(
    lambda scheme, host, port, path: f"{scheme}://{host}{port}{path}",
    st.sampled_from(["http", "https", "HTTP", "ftp", "hxxp"]),
    HOSTS,
    st.sampled_from(["", ":", ":80", ":443", ":8080", ":80800", ":080"]),
    st.one_of(st.just(""), PATHS, PATHS.map("/{}".format)),
)
EMAILS = st.builds(
    lambda local, host: f"{local}@{host}", st.text(string.ascii_letters + string.digits + "._+-'", max_size=9), NAMES
)
OTHERS = st.one_of(
    st.from_regex(r"CVE-[0-9]{4}-[0-9]{3,20}", fullmatch=True),
    st.ip_addresses(v=6).map(str),
    st.text(max_size=12),
    st.sampled_from(["AS174", "com.evil.bank", "setup.exe", "203.0.113.0/24", "+6621234567", "KBank", ""]),
)
AROUND = st.sampled_from(["{}", " {}", "'{}'", "{}.", "<{}>", "({})", "{}\n", "[{}]"])
VALUES = st.builds(
    lambda around, value: around.format(value), AROUND, st.one_of(HEX, DIGESTS, NAMES, IPV4, URLS, EMAILS, OTHERS)
)


def plain(asked):
    return [(text, dict(kinds)) for text, kinds in asked.texts], tuple(asked.addresses), tuple(asked.networks)


@given(VALUES)
@example("1" + "a" * 31)
@example("13579" + "a" * 27)
@example("0" * 32)
@example("0" * 31 + "a")
@example("0" * 64 + "a" * 64)
@example("0" * 65 + "a" * 63)
@example("00" + "b" * 38)
@example("a" * 40)
@example("4" * 32)
@example("4" * 40)
@example("al47212110090000000235698741.com")
@example("abcd.1234.cafe")
@example("http://a.example/../b")
@example("http://a.example:80")
@example("http://a.example?x=1")
@example("as1.com")
@example("a" * 64 + ".com")
@example("http://" + "a" * 64 + ".com/")
@example("a@" + "a" * 64 + ".com")
@example("2001:db8::1")
@example("2001:DB8::1")
@example("::ffff:1.2.3.4")
@example("1:0:0:0:2:0:0:1")
@settings(max_examples=2_000, deadline=None)
def test_the_short_way_tells_what_the_long_way_tells(value):
    assert plain(sought(value)) == plain(sought_in_full(value))


@pytest.mark.parametrize(
    ("value", "texts"),
    [
        ("203.0.113.7", 1),
        ("d41d8cd98f00b204e9800998ecf8427e", 1),
        ("a.evil.co.th", 3),
        ("https://a.evil.com/Th?x=1", 3),
        ("http://203.0.113.7:8080", 2),
        ("x@mail.evil.com", 3),
        ("CVE-2021-44228", 1),
    ],
)
def test_the_commonest_clean_spellings_take_the_short_way(value, texts):
    short = _short(value)
    assert short is not None
    assert len(short.texts) == texts
    assert short.kind == sought_in_full(value).kind


LISTS = sorted(SHARED.glob("maltrail-trails/**/*.txt")) + sorted(SHARED.glob("indicator-lists-amnesty/*.txt"))


@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.stem)
def test_so_it_is_for_values_that_the_world_has_seen(file):
    lines = [line for raw in file.read_text().splitlines() if (line := raw.partition("#")[0].strip())]
    assert lines
    for line in lines[:: 1 + len(lines) // 500]:
        for value in (line, f"http://{line}", f"https://www.{line}/in.php?id=1", f"a.b@{line}"):
            assert plain(sought(value)) == plain(sought_in_full(value))
