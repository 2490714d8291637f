"""How people make values harmless, and what is not that."""

from __future__ import annotations

from time import perf_counter

import pytest

from mitra.core.text.defang import defang, refang


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("hxxps://secure-login[.]example[.]net/th", "https://secure-login.example.net/th"),
        ("hXXp://a(.)b{.}example", "http://a.b.example"),
        ("h**p://a[dot]example", "http://a.example"),
        ("htxps://a (dot) example", "https://a.example"),
        ("hxxp[:]//a[.]example", "http://a.example"),
        ("hxxp[://]a[.]example", "http://a.example"),
        ("https[:]//a[.]example", "https://a.example"),
        ("fxp://a[.]example", "ftp://a.example"),
        ("1.1.1[.1 and 1.1.1.]1", "1.1.1.1 and 1.1.1.1"),
        ("evil [.] example", "evil.example"),
        ("evil [ . ] example", "evil.example"),
        ("user[@]evil[.]example", "user@evil.example"),
        ("user (at) evil (dot) example", "user@evil.example"),
        ("user[AT]evil[DOT]example", "user@evil.example"),
        ("2001[:]db8[:][:]1", "2001:db8::1"),
        ("ไปที่hxxp://a[.]exampleแล้ว", "ไปที่http://a.exampleแล้ว"),
        ("see http://a.example/x(dot)y and b(dot)example", "see http://a.example/x(dot)y and b.example"),
        ("(at) home, [see.] f(.)", "(at) home, [see.] f(.)"),
        ("hxxp is a word, xhxxp://b", "hxxp is a word, xhxxp://b"),
        ("plain text", "plain text"),
    ],
)
def test_refang(written, plain):
    assert refang(written) == plain


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("https://secure-login.example.net/th", "url", "hxxps://secure-login[.]example[.]net/th"),
        ("http://a@[2001:db8::1]/x.y", "url", "hxxp://a@[2001[:]db8[:][:]1]/x.y"),
        ("203.0.113.57", "ipv4-addr", "203[.]0[.]113[.]57"),
        ("203.0.113.0/24", "ipv4-addr", "203[.]0[.]113[.]0/24"),
        ("2001:db8::1", "ipv6-addr", "2001[:]db8[:][:]1"),
        ("evil.example", "domain-name", "evil[.]example"),
        ("a.b@evil.example", "email-addr", "a.b[@]evil[.]example"),
        ("setup.exe", "file-name", "setup.exe"),
    ],
)
def test_defang(value, kind, shown):
    assert defang(value, kind) == shown


@pytest.mark.parametrize("piece", ["(.)", "[.]", "[.", "hxxp://", " (dot) ", "http://a/(.)", "a(dot)", "[:]", "   ["])
def test_refang_is_linear(piece):
    start = perf_counter()
    refang(piece * 10_000)
    assert perf_counter() - start < 5
