"""What a typed or pasted value is taken for, and what is looked up for it."""

from __future__ import annotations

import pytest

from mitra.core.stix.atoms import network_of
from mitra.core.stix.facts import Atom, Network
from mitra.core.stix.sought import sought
from mitra.core.stix.values import recognise
from mitra.core.text.addresses import address_key, address_number


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("secure-login[.]Example[.]net", "domain-name", "secure-login.example.net"),
        ("“evil.co.th”", "domain-name", "evil.co.th"),
        ("ไทย.ไทย", "domain-name", "xn--o3cw4h.xn--o3cw4h"),
        ("hxxps://evil[.]example/Th", "url", "https://evil.example/Th"),
        ("evil.la/login", "url", "http://evil.la/login"),
        ("203.0.113[.]57", "ipv4-addr", "203.0.113.57"),
        ("::ffff:203.0.113.57", "ipv4-addr", "203.0.113.57"),
        ("2001[:]db8[:][:]1", "ipv6-addr", "2001:db8::1"),
        ("D41D8CD98F00B204E9800998ECF8427E", "md5", "d41d8cd98f00b204e9800998ecf8427e"),
        ("user [at] evil [dot] example", "email-addr", "user@evil.example"),
        ("as174", "autonomous-system", "AS174"),
        ("cve-2021-44228", "vulnerability", "CVE-2021-44228"),
        ("+66 (0)2-123-4567", "telephone", "+6621234567"),
        ("GB82 WEST 1234 5698 7654 32", "iban", "GB82WEST12345698765432"),
        ("0xDE0B295669A9FD93D5F28D9EC85E40F4CB697BAE", "crypto-wallet", "0xde0b295669a9fd93d5f28d9ec85e40f4cb697bae"),
        ("HKLM\\Software\\Evil", "windows-registry-key", "hkey_local_machine\\software\\evil"),
        ("aabb.cc00.1122", "mac-addr", "aa:bb:cc:00:11:22"),
    ],
)
def test_a_form_shows_what_a_value_is(typed, kind, value):
    recognised = recognise(typed)
    assert recognised.sure == recognised.atoms[0] == next(iter(recognised)) == Atom(kind, value)


@pytest.mark.parametrize("typed", ["KBank", "setup.exe", "com.evil.app_one", "1234567890", "ธนาคาร", "Global\\Mutex"])
def test_a_mere_word_is_looked_up_but_not_sure(typed):
    recognised = recognise(typed)
    assert recognised.atoms
    assert recognised.sure is None


def test_a_word_may_be_many_things():
    kinds = {atom.kind for atom in recognise("KBank").atoms}
    assert kinds >= {"sms-sender", "user-account", "mutex", "file-name"}


@pytest.mark.parametrize("typed", ["", "   ", "x" * 9_000, "[.]"])
def test_nothing_typed_or_too_much_gives_little(typed):
    assert recognise(typed).sure is None


def test_a_range_is_a_network():
    recognised = recognise("198.51.100[.]7/24")
    network = network_of("198.51.100.0/24")
    assert (recognised.sure, recognised.networks, recognised.atoms) == (network, (network,), ())
    assert network == Network(address_key("198.51.100.0"), address_key("198.51.100.255"))


def asked(typed):
    """What is sought, the nearest first."""
    found = [(relation, kind, text) for text, kinds in sought(typed).texts for kind, relation in kinds.items()]
    return [(relation.how, kind, text) for relation, kind, text in sorted(found)]


def test_a_domain_asks_for_urls_on_it_and_domains_above_it():
    assert asked("a.b.evil.co.th")[:5] == [
        ("exact", "domain-name", "a.b.evil.co.th"),
        ("url-host", "url-host", "a.b.evil.co.th"),
        ("parent-domain", "domain-name", "b.evil.co.th"),
        ("parent-domain", "domain-name", "evil.co.th"),
        ("parent-domain", "domain-name", "co.th"),
    ]


def test_a_url_asks_for_its_host_and_domains_above():
    assert asked("hxxp://a.evil[.]example:8080/x") == [
        ("exact", "url", "http://a.evil.example:8080/x"),
        ("url-host", "domain-name", "a.evil.example"),
        ("parent-domain", "domain-name", "evil.example"),
    ]


def test_an_address_asks_for_urls_and_leaves_networks_to_its_key():
    assert asked("203.0.113.57") == [
        ("exact", "ipv4-addr", "203.0.113.57"),
        ("url-host", "url-host", "203.0.113.57"),
    ]
    assert sought("203.0.113.57").addresses == ("203.0.113.57",)
    assert sought("http://[2001:db8::1]/x").addresses == ("2001:db8::1",)
    assert (address_number("203.0.113.57"), address_number("2001:db8::1")) == (0xFFFFCB007139, (0x20010DB8 << 96) + 1)


def test_an_email_address_asks_for_its_domain():
    assert asked("x@mail.evil.example") == [
        ("exact", "email-addr", "x@mail.evil.example"),
        ("parent-domain", "domain-name", "mail.evil.example"),
        ("parent-domain", "domain-name", "evil.example"),
    ]


def test_no_text_is_asked_for_twice():
    assert [text for text, _ in sought("d41d8cd98f00b204e9800998ecf8427e").texts] == [
        "d41d8cd98f00b204e9800998ecf8427e"
    ]
    texts = [text for text, _ in sought("evil.la/login").texts]
    assert texts == ["http://evil.la/login", "evil.la", "https://evil.la/login", "login", "evil.la/login"]


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("evil[.]example", "domain-name"), ("198.51.100.0/24", "network"), ("KBank", "file-name"), ("", "")],
)
def test_a_value_is_named_by_what_it_is_first(typed, kind):
    assert sought(typed).kind == kind


@pytest.mark.parametrize("typed", ["kedai1.com", "d41d8cd98f00b204e9800998ecf8427e"])
def test_what_has_the_form_of_a_name_or_a_digest_is_no_account(typed):
    assert "bank-account" not in {kind for _, kind, _ in asked(typed)}
