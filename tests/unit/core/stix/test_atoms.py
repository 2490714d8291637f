"""What an object speaks about, by kind of object and by shape of pattern."""

from __future__ import annotations

import pytest

from mitra.core.stix.atoms import KINDS, MAX_ATOMS, NOTHING, Atoms, atom_key, atoms_of, network_of, pattern_for
from mitra.core.stix.facts import Atom
from mitra.core.stix.places import ACCOUNT_TYPES, NAMES, PLACES

MD5 = "79054025255fb1a26e4bc422aef54eb4"
SHA1 = "46aba99aa7158e4609aaa72b50990842fd22ae86"
SHA256 = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"


def said_by(**properties):
    spoken = atoms_of(properties)
    return {(atom.kind, atom.value) for atom in spoken.atoms} | {("network", network) for network in spoken.networks}


def said_by_pattern(pattern):
    return said_by(type="indicator", pattern=pattern, pattern_type="stix")


@pytest.mark.parametrize(
    ("obj", "said"),
    [
        ({"type": "domain-name", "value": "Evil.Example.COM."}, {("domain-name", "evil.example.com")}),
        ({"type": "domain-name", "value": "ธนาคาร.ไทย"}, {("domain-name", "xn--42c3bd5b5db.xn--o3cw4h")}),
        ({"type": "domain-name", "value": "203.0.113.7"}, {("ipv4-addr", "203.0.113.7")}),
        ({"type": "ipv4-addr", "value": "203.0.113.7/32"}, {("ipv4-addr", "203.0.113.7")}),
        ({"type": "ipv4-addr", "value": "203.0.113.7/24"}, {("network", network_of("203.0.113.0/24"))}),
        ({"type": "ipv4-addr", "value": "203.000.113.7"}, set()),
        ({"type": "ipv4-addr", "value": "0.0.0.0/0"}, set()),
        ({"type": "ipv6-addr", "value": "2001:0DB8::0001"}, {("ipv6-addr", "2001:db8::1")}),
        ({"type": "ipv6-addr", "value": "::ffff:203.0.113.7"}, {("ipv4-addr", "203.0.113.7")}),
        (
            {"type": "url", "value": "HTTP://Evil.Example:80/a/../B?x=%7e#top"},
            {("url", "http://evil.example/B?x=~"), ("url-host", "evil.example")},
        ),
        (
            {"type": "url", "value": "http://203.0.113.7:8080"},
            {("url", "http://203.0.113.7:8080/"), ("url-host", "203.0.113.7")},
        ),
        ({"type": "email-addr", "value": "Somchai@Evil.Example"}, {("email-addr", "somchai@evil.example")}),
        ({"type": "email-message", "is_multipart": False, "from_ref": "email-addr--1", "subject": "x"}, set()),
        (
            {"type": "file", "name": "C:\\Temp\\Setup.EXE", "hashes": {"MD5": MD5.upper(), "SHA-256": SHA256}},
            {("file-name", "setup.exe"), ("md5", MD5), ("sha256", SHA256)},
        ),
        ({"type": "artifact", "hashes": {"sha1": SHA1}}, {("sha1", SHA1)}),
        (
            {"type": "x509-certificate", "serial_number": "00:4C:0B", "hashes": {"SHA-1": SHA1}},
            {("x509-serial", "4c0b"), ("sha1", SHA1)},
        ),
        ({"type": "mutex", "name": "Global\\Xyz"}, {("mutex", "Global\\Xyz")}),
        (
            {"type": "windows-registry-key", "key": "HKLM\\Software\\\\Evil\\"},
            {("windows-registry-key", "hkey_local_machine\\software\\evil")},
        ),
        ({"type": "autonomous-system", "number": 174}, {("autonomous-system", "AS174")}),
        ({"type": "mac-addr", "value": "AA-BB-CC-00-11-22"}, {("mac-addr", "aa:bb:cc:00:11:22")}),
        ({"type": "network-traffic", "dst_ref": "ipv4-addr--1", "dst_port": 443, "protocols": ["tcp"]}, set()),
        ({"type": "software", "name": "word", "cpe": "cpe:2.3:a:x"}, set()),
        (
            {
                "type": "vulnerability",
                "name": "Log4Shell",
                "external_references": [{"source_name": "cve", "external_id": "cve-2021-44228"}],
            },
            {("vulnerability", "CVE-2021-44228")},
        ),
        ({"type": "user-account", "account_type": "unix", "account_login": "root"}, set()),
        (
            {"type": "user-account", "account_type": "facebook", "account_login": "@Loan.Fast"},
            {("user-account", "loan.fast"), ("user-account", "facebook:@loan.fast")},
        ),
        (
            {"type": "user-account", "account_type": "bank-account", "user_id": "123-4-56789-0"},
            {("bank-account", "1234567890")},
        ),
        (
            {"type": "user-account", "account_type": "whatsapp", "account_login": "+855 12 345 678"},
            {("telephone", "+85512345678")},
        ),
        ({"type": "x-mitra-telephone", "value": "+66 (0)2 123 4567"}, {("telephone", "+6621234567")}),
        ({"type": "x-acme-scam", "telephone_number": "๐๒ ๑๒๓ ๔๕๖๗", "note": "1234567"}, {("telephone", "021234567")}),
        (
            {"type": "x-acme-scam", "iban": ["GB82 WEST 1234 5698 7654 32", "GB00 WEST"]},
            {("iban", "GB82WEST12345698765432")},
        ),
        ({"type": "x-acme-scam", "package_name": "Com.Evil.Bank"}, {("app-id", "com.evil.bank")}),
        ({"type": "file", "name": "a.bin", "x_acme_note": "b", "x_ja3": MD5}, {("file-name", "a.bin"), ("ja3", MD5)}),
        (
            {"type": "x-misp-attribute", "x_misp_type": "btc", "x_misp_value": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"},
            {("crypto-wallet", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")},
        ),
        (
            {
                "type": "x-misp-object",
                "x_misp_name": "bank-account",
                "x_misp_attributes": [
                    {"type": "iban", "object_relation": "iban", "value": "GB82WEST12345698765432"},
                    {"type": "phone-number", "object_relation": "mobile", "value": "+6281234567890"},
                    {"type": "text", "object_relation": "text", "value": "ទូរស័ព្ទ"},
                ],
            },
            {("iban", "GB82WEST12345698765432"), ("telephone", "+6281234567890")},
        ),
        (
            {"type": "observed-data", "objects": {"0": {"type": "mutex", "name": "m"}, "1": {"type": "observed-data"}}},
            {("mutex", "m")},
        ),
        ({"type": "indicator", "pattern": "rule x {}", "pattern_type": "yara"}, set()),
        ({"type": "indicator", "pattern": "[not a pattern", "pattern_type": "stix"}, set()),
        ({"type": "malware", "name": "evil.example"}, set()),
        ({"type": 5}, set()),
        ({}, set()),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
def test_an_object_speaks_about(obj, said):
    assert said_by(**obj) == said


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (f"[file:hashes.'SHA-256' = '{SHA256.upper()}']", {("sha256", SHA256)}),
        (f"[file:hashes.SHA256 = '{SHA256}']", {("sha256", SHA256)}),
        (f"[file:hashes.\"x\" = '{MD5}']", set()),
        (f"[file:hashes.'md5' = '{MD5}' OR file:hashes.'SHA-1' = '{SHA1}']", {("md5", MD5), ("sha1", SHA1)}),
        (f"[file:content_ref.hashes.MD5 = '{MD5}']", {("md5", MD5)}),
        (f"[file:extensions.'windows-pebinary-ext'.imphash = '{MD5}']", {("imphash", MD5)}),
        (f"[file:extensions.'windows-pebinary-ext'.sections[0].hashes.MD5 = '{MD5}']", set()),
        ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", {("network", network_of("198.51.100.0/24"))}),
        ("[ipv4-addr:value = '198.51.100.0/24']", {("network", network_of("198.51.100.0/24"))}),
        ("[ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']", set()),
        ("[ipv4-addr:value ISSUPERSET '198.51.100.0/24']", set()),
        ("[domain-name:value != 'a.example']", set()),
        ("[domain-name:value NOT = 'a.example']", set()),
        ("[domain-name:value NOT != 'a.example']", {("domain-name", "a.example")}),
        ("[domain-name:value LIKE '%.example']", set()),
        ("[domain-name:value MATCHES 'a.example']", set()),
        ("[domain-name:value > 'a.example']", set()),
        (
            "[domain-name:value IN ('a.example', 'B.example')]",
            {("domain-name", "a.example"), ("domain-name", "b.example")},
        ),
        (
            "([mutex:name = 'm'] FOLLOWEDBY [autonomous-system:number = 174]) WITHIN 5 SECONDS OR [file:name = 'X']",
            {("mutex", "m"), ("autonomous-system", "AS174"), ("file-name", "x")},
        ),
        (
            "[network-traffic:dst_ref.value = '203.0.113.33/32' AND network-traffic:dst_port = 8443]",
            {("ipv4-addr", "203.0.113.33")},
        ),
        ("[domain-name:resolves_to_refs[*].value = '198.51.100.1']", {("ipv4-addr", "198.51.100.1")}),
        ("[email-message:from_ref.value = 'A@b.example']", {("email-addr", "a@b.example")}),
        ("[email-message:to_refs[0].value = 'c@d.example']", {("email-addr", "c@d.example")}),
        ("[win-registry-key:key = 'HKCU\\\\Run']", {("windows-registry-key", "hkey_current_user\\run")}),
        ("[user-account:account_login = 'Somsak']", {("user-account", "somsak")}),
        ("[x-mitra-sms-sender:value = 'KBank']", {("sms-sender", "kbank")}),
        ("[telephone-number:value = '+66 2 123 4567']", {("telephone", "+6621234567")}),
        ("[x-misp-object:x_misp_phone_number = '+6281234567890']", {("telephone", "+6281234567890")}),
        ("[x-acme:'package-name' = 'com.evil.app']", {("app-id", "com.evil.app")}),
        ("[url:value = 'evil.example/a']", {("url", "http://evil.example/a"), ("url-host", "evil.example")}),
    ],
)
def test_a_pattern_asserts(pattern, said):
    assert said_by_pattern(pattern) == said


@pytest.mark.parametrize(
    "pattern",
    [f"[file:hashes.'SHA-256' = '{SHA256}']", "[domain-name:value='A.example']", "[foo:bar = 'x']", "[url:AND = 'x']"],
)
def test_the_short_way_says_what_the_tree_says(pattern):
    assert said_by_pattern(pattern) == said_by_pattern(pattern.replace("[", "[ "))


def test_atoms_are_sorted_unique_and_bounded():
    names = ", ".join(f"'h{number}.example'" for number in range(MAX_ATOMS + 50))
    spoken = atoms_of({"type": "indicator", "pattern": f"[domain-name:value IN ('h1.example', {names})]"})
    assert len(spoken.atoms) == MAX_ATOMS
    assert list(spoken.atoms) == sorted(set(spoken.atoms))


def test_nothing_said_is_nothing():
    assert atoms_of({"type": "identity", "name": "ThaiCERT"}) == NOTHING == Atoms()


def test_every_place_and_name_leads_to_a_known_kind():
    told_apart_by_form = {"address", "host", "contact"}
    assert {*PLACES.values(), *NAMES.values(), *ACCOUNT_TYPES.values()} - told_apart_by_form <= set(KINDS)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("ipv4-addr", "198.51.100.0/24"),
        ("url", "http://evil.example/it's"),
        ("autonomous-system", "AS174"),
        ("mutex", "a\\b'c"),
        ("telephone", "+6621234567"),
        ("sms-sender", "ธนาคาร"),
        ("sha256", SHA256),
        ("iban", "GB82WEST12345698765432"),
        ("crypto-wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        ("app-id", "com.evil.bank"),
        ("bank-account", "1234567890"),
        ("vulnerability", "CVE-2021-44228"),
    ],
)
def test_a_pattern_made_for_a_value_asserts_it(kind, value):
    said = said_by_pattern(pattern_for(kind, value))
    assert (("network", network_of(value)) if "/24" in value else (kind, value)) in said


def test_a_key_is_sixteen_bytes_of_the_value_alone():
    assert atom_key(Atom("md5", MD5)) == atom_key(Atom("imphash", MD5))
    assert len(atom_key(Atom("mutex", "ម៉ាស៊ីន"))) == 16
