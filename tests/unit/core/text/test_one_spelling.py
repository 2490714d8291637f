"""Each kind of value has one spelling, and what is no such value has none."""

from __future__ import annotations

import pytest

from mitra.core.text.domains import could_exist, domain, parents
from mitra.core.text.kinds import KINDS
from mitra.core.text.urls import host_of, url
from mitra.core.text.values import NORMALISERS, candidates, normalise

XN_BUECHER = "xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("kind", "spellings", "one"),
    [
        ("domain-name", ["evil.example", "EVIL.example.", "*.evil.Example", " evil。example "], "evil.example"),
        ("domain-name", ["bücher.example", "BÜCHER.example", "bu\u0308cher.example", XN_BUECHER.upper()], XN_BUECHER),
        ("domain-name", ["_dmarc.evil.example"], "_dmarc.evil.example"),
        ("domain-name", ["😀.example"], "xn--e28h.example"),
        ("url-host", ["203.0.113.7"], "203.0.113.7"),
        ("ipv4-addr", ["203.0.113.7", "::ffff:203.0.113.7", "::FFFF:cb00:7107", "203.0.113.7/32"], "203.0.113.7"),
        ("ipv4-addr", ["203.0.113.0/24", "203.0.113.99/24", "::ffff:203.0.113.0/120"], "203.0.113.0/24"),
        ("ipv6-addr", ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "2001:db8::1%eth0", "2001:db8::1/128"], "2001:db8::1"),
        ("email-addr", ["A.B@Evil.example", "mailto:a.b@evil.EXAMPLE"], "a.b@evil.example"),
        ("email-addr", ["x@bücher.example"], f"x@{XN_BUECHER}"),
        ("md5", ["D41D8CD98F00B204E9800998ECF8427E"], "d41d8cd98f00b204e9800998ecf8427e"),
        ("tlsh", ["T1" + "AB" * 35, "ab" * 35], "ab" * 35),
        ("mac-addr", ["AA:BB:CC:00:11:22", "aa-bb-cc-00-11-22", "aabb.cc00.1122", "AABBCC001122"], "aa:bb:cc:00:11:22"),
        ("autonomous-system", ["174", "AS174", "asn 174", "AS 174"], "AS174"),
        ("vulnerability", ["cve-2021-44228", "CVE–2021–44228"], "CVE-2021-44228"),
        ("telephone", ["+66 2 123 4567", "+66 (0)2-123-4567", "tel:+6621234567", "0066 2 123 4567"], "+6621234567"),
        ("telephone", ["+๖๖ ๒ ๑๒๓ ๔๕๖๗", "+៦៦២១២៣៤៥៦៧", "+໖໖໒໑໒໓໔໕໖໗", "+၆၆၂၁၂၃၄၅၆၇"], "+6621234567"),
        ("telephone", ["02-123-4567", "(02) 123 4567"], "021234567"),
        ("telephone", ["1555"], "1555"),
        ("sms-sender", ["KBank", " kbank ", "ＫＢａｎｋ"], "kbank"),
        ("bank-account", ["123-4-56789-0", "123 4 56789 0"], "1234567890"),
        ("iban", ["GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"], "GB82WEST12345698765432"),
        ("crypto-wallet", ["0xDE0B295669a9FD93d5F28D9Ec85E40f4cb697BAe"], "0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae"),
        ("crypto-wallet", ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"], "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        (
            "crypto-wallet",
            ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ"],
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
        ),
        (
            "crypto-wallet",
            ["bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"],
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ),
        ("crypto-wallet", ["TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"], "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        ("app-id", ["com.Evil.Bank"], "com.evil.bank"),
        ("file-name", ["C:\\Temp\\Setup.EXE", "/tmp/setup.exe", "setup.exe"], "setup.exe"),
        ("windows-registry-key", ["HKLM\\A\\\\b\\", "hkey_local_machine\\a\\B"], "hkey_local_machine\\a\\b"),
        ("x509-serial", ["00:4C:0B", "4c0b", "0x4C0B"], "4c0b"),
        ("user-account", ["@Somsak", "somsak"], "somsak"),
    ],
)  # fmt: skip
def test_spellings_of_one_thing_are_one_value(kind, spellings, one):
    assert {normalise(kind, spelling) for spelling in spellings} == {one}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("domain-name", "evil..example"),
        ("domain-name", "-evil.example"),
        ("domain-name", "a" * 64 + ".example"),
        ("domain-name", "203.0.113.7"),
        ("domain-name", "a b.example"),
        ("domain-name", ""),
        ("ipv4-addr", "203.0.113.256"),
        ("ipv4-addr", "203.0.113.07"),
        ("ipv4-addr", "2001:db8::1"),
        ("ipv4-addr", "203.0.0.0/7"),
        ("ipv6-addr", "2001::/15"),
        ("email-addr", "no at sign"),
        ("email-addr", "a{b}@evil.example"),
        ("email-addr", "a@localhost"),
        ("url", "evil.example/a"),
        ("url", "http://"),
        ("url", "http:///a"),
        ("md5", "d41d8cd98f00b204e9800998ecf8427"),
        ("md5", "z41d8cd98f00b204e9800998ecf8427e"),
        ("iban", "GB83WEST12345698765432"),
        ("iban", "XX82WEST12345698765432"),
        ("crypto-wallet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"),
        ("crypto-wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdx"),
        ("crypto-wallet", "bc1Qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        ("telephone", "+66 2"),
        ("telephone", "12"),
        ("telephone", "call me"),
        ("autonomous-system", "AS0"),
        ("autonomous-system", "AS4294967296"),
        ("vulnerability", "CVE-21-44228"),
        ("mac-addr", "aa:bb:cc:00:11"),
        ("bank-account", "abcdef"),
        ("sms-sender", ""),
        ("mutex", ""),
    ],
)
def test_what_is_no_such_value_has_no_spelling(kind, text):
    assert normalise(kind, text) is None


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("HTTP://Evil.Example", "http://evil.example/"),
        ("https://evil.example:443/", "https://evil.example/"),
        ("https://evil.example:8443", "https://evil.example:8443/"),
        ("http://evil.example:/a", "http://evil.example/a"),
        ("http://evil.example./a", "http://evil.example/a"),
        ("http://evil.example/a/./b/../../c", "http://evil.example/c"),
        ("http://evil.example/..", "http://evil.example/"),
        ("http://evil.example/%7euser/%2f%c3%a9", "http://evil.example/~user/%2F%C3%A9"),
        ("http://evil.example/é?q=ก", "http://evil.example/%C3%A9?q=%E0%B8%81"),
        ("http://evil.example/A?B=C#d", "http://evil.example/A?B=C"),
        ("http://evil.example?x", "http://evil.example/?x"),
        ("http://User:Pw@evil.example/", "http://User:Pw@evil.example/"),
        ("http://ธนาคาร.ไทย/", "http://xn--42c3bd5b5db.xn--o3cw4h/"),
        ("http://[2001:DB8::0:1]/", "http://[2001:db8::1]/"),
        ("http://[::ffff:203.0.113.7]/", "http://203.0.113.7/"),
        ("http://ev%69l.example/", "http://evil.example/"),
        ("http://evil.example/100%", "http://evil.example/100%25"),
        ("hxxp://evil.example/", "http://evil.example/"),
        ("http:\u002f/evil.example\\a", "http://evil.example/a"),
    ],
)
def test_a_url_is_normalised_as_rfc_3986_says(written, one):
    assert url(written) == one
    assert url(one) == one


def test_a_url_gives_its_host():
    assert host_of("http://User@Evil.Example:8080/x") == ("domain-name", "evil.example")
    assert host_of("http://203.0.113.7/x") == ("ipv4-addr", "203.0.113.7")
    assert host_of("http://[2001:db8::1]/x") == ("ipv6-addr", "2001:db8::1")
    assert host_of("http://a b/") is None


def test_parents_stop_at_two_labels():
    assert parents("a.b.evil.example") == ("b.evil.example", "evil.example")
    assert parents("evil.example") == ()


def test_a_name_could_exist_under_a_known_ending_only():
    assert could_exist("evil.com")
    assert could_exist("xn--42c3bd5b5db.xn--o3cw4h")
    assert not could_exist("report.pdf")
    assert not could_exist("com")


def test_every_kind_has_a_normaliser():
    assert set(NORMALISERS) == set(KINDS)


def test_candidates_of_hexadecimal_digits_are_told_by_their_number():
    assert [kind for kind, _ in candidates("ab" * 32)][:3] == ["sha256", "authentihash", "sha3-256"]


@pytest.mark.parametrize("name", ["evil.example\n", "\u0000.example", "a\u200bb.example", "\ud800.example"])
def test_a_name_with_odd_signs_does_no_harm(name):
    domain(name)
