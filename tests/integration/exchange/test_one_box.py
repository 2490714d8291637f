"""The one box, tried with every kind of thing that people type: what it answers to who may read, and to who may not.

Each row is asked on a node where nothing was shared yet, and again when one thing of each kind was, all of it for a
circle of two.  Who is in the circle gets the thing, first; everybody else gets the very same bytes as before.
"""

import re

import pytest
from box_world import DIGEST, make_box_world
from page_words import heading, text

from mitra.core.text.domains import domain

pytestmark = pytest.mark.django_db

KNOWN, BY_WORDS, MENTIONED = "Known since today", "1 answer by these words.", "Mentioned in 1 text."
VALUES = {
    "login.evil-domain.org": "domain",
    "login[.]evil-domain[.]org": "domain",
    "login(dot)evil-domain(dot)org": "domain",
    "login.evil-domain[.org": "domain",
    "hxxp://login.evil-domain.org": "domain",
    "LOGIN.EVIL-DOMAIN.ORG": "domain",
    "Login.Evil-Domain.Org": "domain",
    "login.evil-domain.org.": "domain",
    "  “login.evil-domain.org” ": "domain",
    "<login.evil-domain.org>": "domain",
    "www.login.evil-domain.org": "domain",
    "ธนาคารปลอม.ไทย": "Thai domain",
    "ธนาคารปลอม[.]ไทย": "Thai domain",
    domain("ธนาคารปลอม.ไทย"): "Thai domain",
    "ធនាគារ.com": "Khmer domain",
    domain("ធនាគារ.com").upper(): "Khmer domain",
    "ທະນາຄານ.la": "Lao domain",
    domain("ທະນາຄານ.la"): "Lao domain",
    "198.51.100.7": "IPv4",
    "198[.]51[.]100[.]7": "IPv4",
    "::ffff:198.51.100.7": "IPv4",
    "2001:db8:4::17": "IPv6",
    "2001:0DB8:0004:0000:0000:0000:0000:0017": "IPv6",
    "203.0.113.0/24": "network",
    "203.0.113.9": "network",
    "https://pay.evil-url.org/a/B?c=1": "URL",
    "hxxps[:]//pay[.]evil-url[.]org:443/a/B?c=1#top": "URL",
    "pay.evil-url.org/a/B?c=1": "URL",
    "pay.evil-url.org": "URL",
    "fraud@evil-mail.org": "mail",
    "mailto:Fraud[at]evil-mail[.]org": "mail",
    DIGEST: "MD5",
    DIGEST.upper(): "MD5",
    f"{DIGEST}4a91c07b": "SHA-1",
    f"{DIGEST[::-1]}{DIGEST}": "SHA-256",
    "invoice_8841.exe": "file",
    r"C:\Users\x\Invoice_8841.EXE": "file",
    "CVE-2026-40417": "CVE",
    "cve 2026 40417": "CVE",
    "AS64500": "AS",
    "ASN 64500": "AS",
    "00:53:00:aa:bb:cc": "MAC",
    "0053.00AA.BBCC": "MAC",
    "00-53-00-AA-BB-CC": "MAC",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT": "wallet",
    "+856 20 5555 0123": "telephone",
    "00856 2055550123": "telephone",
    "+໘໕໖ ໒໐ ໕໕໕໕ ໐໑໒໓": "telephone",
    "1234567890": "account",
    "123-4-56789-0": "account",
    "de89 3704 0044 0532 0130 00": "IBAN",
    "\u202elogin.evil-domain.org\u202c": "domain",
    "\u2066login.\u202eevil-domain.org\u2069": "domain",
    "login.evil-domain.org\0": "domain",
    "\ufeff\u200blogin.evil-domain.org": "domain",
    f"login.evil-domain.org{' ' * 9_000}": "domain",
}
"""Typed → what of PATTERNS is about it."""
MENTIONS = {
    "login.evil-said.org": "mention",
    "LOGIN[.]evil-said(dot)org": "mention",
    "https://pay.evil-said2.org/x": "mention",
    "pay.evil-said2.org": "mention",
}
WORDS = {
    "The SHA-1": "SHA-1",
    DIGEST[::-1][:10]: "SHA-256",
    DIGEST[::-1][:12].upper(): "SHA-256",
    "T1566.002": "technique",
    "มิจฉาชีพหลอกลวง": "Thai words",
    "ຫຼອກລວງ": "Lao words",
    "បោកប្រាស់": "Khmer words",
    "បោក\u200bប្រាស់": "Khmer words",
    "ဖုန်းလိမ်": "Burmese words",
    "lừa đảo": "Vietnamese words",
    "lua dao": "Vietnamese words",
    "LỪA ĐẢO": "Vietnamese words",
    "lừa\u202e đảo\0": "Vietnamese words",
    "诈骗": "Chinese words",
    "மோசடி": "Tamil words",
    '"lừa đảo"': "Vietnamese words",
    "«lua dao»": "Vietnamese words",
    "100%off": "per cent",
    "%100*off*": "per cent",
    "lừa đảo " * 1_250: "Vietnamese words",
}
NAMED = {
    "BD-7K3M": "The notice",
    "bd 7k3m": "The notice",
    "BD7K3M": "The notice",
    "Bank Rahasia Nusantara": "Bank Rahasia Nusantara",
    "nusantara": "Bank Rahasia Nusantara",
    "rahasia": "Bank Rahasia Nusantara",
    "Lingkaran Kelapa": "Lingkaran Kelapa",
    "kelapa-two": "Lingkaran Kelapa",
}
NOTHING = {
    "": "Is it known?",
    " \t ": "Is it known?",
    "\0": "Is it known?",
    "\u202e": "Is it known?",
    "…?!": "Nothing here by these words.",
    "%": "Nothing here by these words.",
    "login.evil-domai%": "Nothing here by these words.",
    "*vil-domain*": "Nothing here by these words.",
    "*": "Nothing here by these words.",
    "_": "Nothing here by these words.",
    "' OR 1=1 --": "Nothing here by these words.",
    "Sokunthea Chanmony": "Nothing here by these words.",
    "named@mitra.example": "Not known here.",
    "evil-domain.org": "Not known here.",
    "evil-said.org": "Not known here.",
    "unheard_of.exe": "Not known here.",
    "a" * 10_000: "Nothing here by these words.",
    "x.y" * 3_333: "Nothing here by these words.",
    "evil.org " * 1_100: "Nothing here by these words.",
}
ROWS = [
    *((asked, KNOWN, f"The {key}") for asked, key in VALUES.items()),
    *((asked, MENTIONED, f"The {key}") for asked, key in MENTIONS.items()),
    *((asked, BY_WORDS, f"The {key}") for asked, key in WORDS.items()),
    *((asked, name, name) for asked, name in NAMED.items()),
    *((asked, answer, "") for asked, answer in NOTHING.items()),
]
OUTSIDE = ("", "newcomer", "cert-vn")
COMMUNITY_KNOWS = "Bank Rahasia Nusantara"


def first(response):
    """The title of the first thing that the page lists, or nothing."""
    found = re.search(r"<h3[^>]*>(.*?)</h3>", text(response), re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


def bare(response, asked=""):
    """A page without the hour and what one request alone has, and without the echo of a text."""
    page = re.sub(r'<span class="hours">.*?</span>', "", text(response), flags=re.DOTALL)
    return response.status_code, page.replace(asked, "·") if asked else page


@pytest.mark.parametrize(("asked", "answer", "title"), ROWS, ids=lambda text: ascii(text)[:40])
def test_what_is_typed_is_answered_first_and_to_nobody_else(asked, answer, title):
    box = make_box_world()
    others = [who for who in OUTSIDE if title != COMMUNITY_KNOWS or who != "cert-vn"]
    before = {who: bare(box.ask(who, asked)) for who in (*others, "cert-th")}
    box.share_everything()
    response = box.ask("cert-th", asked)
    assert response.status_code == 200
    assert heading(response).startswith(answer)
    assert first(response) == title
    assert (bare(response) == before["cert-th"]) == (title == "")
    for who in others:
        assert bare(box.ask(who, asked)) == before[who]


@pytest.mark.parametrize("spell", [str, str.upper, "“{}”".format])
def test_an_id_and_the_name_in_an_address_lead_to_their_record(spell):
    box = make_box_world()
    box.share_everything()
    ref, stix_id = box.refs["The domain"], box.ids["The domain"]
    nothing = {ref: "A" * len(ref), stix_id: stix_id[:-2] + "99"}
    for named, unshared in nothing.items():
        response = box.ask("cert-th", named if spell is str.upper and named == ref else spell(named))
        assert heading(response) == BY_WORDS
        assert first(response) == "The domain"
        for who in OUTSIDE:
            assert bare(box.ask(who, named), named) == bare(box.ask(who, unshared), unshared)


@pytest.mark.parametrize("sign", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u0000")
def test_a_page_echoes_nothing_that_turns_it_around(sign):
    box = make_box_world()
    for typed in (f"lừa {sign}đảo", f"{sign}evil.example", f"evil{sign}.example"):
        assert sign not in text(box.ask("cert-th", typed))
