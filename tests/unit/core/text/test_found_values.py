"""What is found in running text, and what is left alone, in the region's scripts too."""

from __future__ import annotations

from time import perf_counter

import pytest

from mitra.core.text.found import FoundValue, find_values

SHA256 = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"
MD5 = "79054025255fb1a26e4bc422aef54eb4"


def found_in(text):
    return [(value.kind, value.value) for value in find_values(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ระวังเว็บsecure-login.example.comหลอกลวง", [("domain-name", "secure-login.example.com")]),
        ("คลิกhxxps://kbank-th[.]com/loginเพื่อยืนยัน", [("url", "https://kbank-th.com/login")]),
        ("ເຂົ້າໄປທີ່evil.laແລ້ວ", [("domain-name", "evil.la")]),
        ("គេហទំព័រevil[.]com.khនិង203.0.113.57។", [("domain-name", "evil.com.kh"), ("ipv4-addr", "203.0.113.57")]),
        ("ဝက်ဘ်ဆိုက်evil.com.mmကိုမနှိပ်ပါနှင့်။", [("domain-name", "evil.com.mm")]),
        ("请访问evil.com下载", [("domain-name", "evil.com")]),
        ("โทร+66 2 123 4567ด่วน", [("telephone", "+6621234567")]),
        ("โทร +๖๖๒๑๒๓๔๕๖๗", [("telephone", "+6621234567")]),
        (f"แฮช{SHA256}ของไฟล์", [("sha256", SHA256)]),
        ("อีเมลsomchai@evil.co.thส่งมา", [("email-addr", "somchai@evil.co.th")]),
        ("ช่องโหว่CVE-2021-44228ใน", [("vulnerability", "CVE-2021-44228")]),
        ("ดูที่ ธนาคาร.ไทย นะ", [("domain-name", "xn--42c3bd5b5db.xn--o3cw4h")]),
        ("ดูที่ ธนาคาร.com นะ", [("domain-name", "xn--42c3bd5b5db.com")]),
        ("พ.ศ. 2569 น.ส. สมหญิง", []),
        ("Trang web độc hại: đăngnhập.com.vn.", [("domain-name", "xn--ngnhp-qwa1hs100a.com.vn")]),
        ("homograph аpple.com", [("domain-name", "xn--pple-43d.com")]),
    ],
)
def test_values_beside_writing_without_spaces(text, found):
    assert found_in(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(http://evil.com/a_(b)), and", [("url", "http://evil.com/a_(b)")]),
        ("[here](https://evil.com/x).", [("url", "https://evil.com/x")]),
        ("**https://evil.com/x**", [("url", "https://evil.com/x")]),
        ("<a href='http://evil.com/x'>", [("url", "http://evil.com/x")]),
        ("|`evil[.]com/x/<ID>`|", [("url", "http://evil.com/x/")]),
        ("http://[2001:db8::1]:8080/x", [("url", "http://[2001:db8::1]:8080/x")]),
        ("203.0.113.7:8080/a.exe", [("url", "http://203.0.113.7:8080/a.exe")]),
        ("203.0.113.7:8080, 203.0.113.8.", [("ipv4-addr", "203.0.113.7"), ("ipv4-addr", "203.0.113.8")]),
        ("203.0.113.0/24 and 203.0.113.9/99", [("ipv4-addr", "203.0.113.0/24"), ("ipv4-addr", "203.0.113.9")]),
        ("2001:db8::1/32, fe80::1 at 12:30:45", [("ipv6-addr", "2001:db8::/32"), ("ipv6-addr", "fe80::1")]),
        ("std::string a::b :: ::1", []),
        ("Chrome/55.0.2883.87 v1.2.3.4 version 10.0.1.1 1.3.6.1.4.1 0.1.2.3", []),
        ("เวอร์ชัน 10.0.1.1 phiên bản 1.2.3.4 ver. 2.3.4.5", []),
        ("version 203[.]0.113.7", [("ipv4-addr", "203.0.113.7")]),
        ("10.0.19041.1", []),
        ("setup.exe report.pdf index.php wwlib.dll README.md run.sh a.py x.zip libc.so", []),
        ("invoice.pdf.zip archive.tar.zip", []),
        ("payload[.]zip", [("domain-name", "payload.zip")]),
        ("done.In the end. Agent.TH Trojan.Win32.Agent ASP.NET System.Net e.g. i.e. U.S.", []),
        ("EVIL.COM evil.com.", [("domain-name", "evil.com"), ("domain-name", "evil.com")]),
        ("/usr/lib/foo.com C:\\x\\evil.com com.apple.mail.app", []),
        ("package name: com.evil.bank", [("app-id", "com.evil.bank")]),
        ("a.b+c@mail.evil.com", [("email-addr", "a.b+c@mail.evil.com")]),
        ("somchai [at] evil [dot] com", [("email-addr", "somchai@evil.com")]),
        (f"imphash: {MD5} md5 {MD5.upper()}", [("imphash", MD5), ("md5", MD5)]),
        (f"x{SHA256} {SHA256}00", []),
        ("AS174 ASN 9318 NWD2HUBCAS1234 as12", [("autonomous-system", "AS174"), ("autonomous-system", "AS9318")]),
        ("aa:bb:cc:00:11:22 aa:bb:cc:00:11:22:33", [("mac-addr", "aa:bb:cc:00:11:22")]),
        ("IBAN GB82 WEST 1234 5698 7654 32 AND MORE", [("iban", "GB82WEST12345698765432")]),
        ("GB83 WEST 1234 5698 7654 32", []),
        ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
         [("crypto-wallet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")]),
        ("0x" + "aB" * 20, [("crypto-wallet", "0x" + "ab" * 20)]),
        ("+85512345678, C++11 +1 2, GMT+0700", [("telephone", "+85512345678")]),
        ("", []),
    ],
)  # fmt: skip
def test_values_in_reports(text, found):
    assert found_in(text) == found


def test_a_value_is_shown_as_it_was_written():
    text = "ไป hxxps://a[.]evil[.]com/x แล้ว somchai[at]evil[.]com"
    assert find_values(text) == [
        FoundValue("url", "https://a.evil.com/x", "hxxps://a[.]evil[.]com/x", 3, 27),
        FoundValue("email-addr", "somchai@evil.com", "somchai[at]evil[.]com", 33, 54),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "a.", "a-", "1.", "1", "@", "a@", "://", "http://", "0", "f", ":", "0:", "+1 ", "GB82 ", "GB82", "[.]"),
        *("(.)", "A.b ", "ก", "ก.", "ก.com", "http://a(", "))))", "AS1", "CVE-", "bc1", "3", "..", "ab ", "\u0301"),
        *("http://a.com/)", "package a.", "aa:bb:", "T1", "0x", "1.1.1.1", "::", "a::"),
    ],
)
def test_no_text_takes_long(piece):
    """Generous for a busy machine; quadratic behaviour would take minutes."""
    text = (piece * 50_000)[:50_000]
    start = perf_counter()
    find_values(text)
    assert perf_counter() - start < 5
