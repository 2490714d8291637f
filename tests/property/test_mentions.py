"""What is asked alone is among the mentions of every text that has it, in any writing, made harmless or not."""

from hypothesis import given
from hypothesis import strategies as st

from mitra.core.text.defang import defang
from mitra.core.text.found import find_values
from mitra.core.text.mentions import may_mention, mention_asked, mentions_of

VALUES = {
    "login.evil-example.org": "domain-name",
    "xn--42c3bd5b5db.com": "domain-name",
    "https://login.evil-example.org/a/B?c=1": "url",
    "http://198.51.100.7:8080/x": "url",
    "fraud@evil-example.org": "email-addr",
    "198.51.100.7": "ipv4-addr",
    "198.51.100.0/24": "ipv4-addr",
    "2001:db8::17": "ipv6-addr",
    "0123456789abcdef0123456789abcdef": "md5",
    "a" * 64: "sha256",
    "CVE-2026-12345": "vulnerability",
    "AS64500": "autonomous-system",
    "aa-bb-cc-dd-ee-ff": "mac-addr",
    "+856 20 5555 0123": "telephone",
    "DE89 3704 0044 0532 0130 00": "iban",
    "1BoatSLRHtKNngkdXEeobR76b53LETtpyT": "crypto-wallet",
}
AROUND = ("", " ", "ธนาคารเตือนภัย ", "ບໍ່ຄວນກົດ ", " ធនាគារ", " ဖုန်း ", " 詐騙,", "\n", "“", "” ", ". ")


@given(value=st.sampled_from(sorted(VALUES)), before=st.sampled_from(AROUND), after=st.sampled_from(AROUND))
def test_a_value_asked_alone_is_mentioned_wherever_it_is_found(value, before, after):
    asked = mention_asked(value)
    assert asked
    assert mention_asked(f"“{defang(value, VALUES[value])}”") == asked
    for spelling in (value, defang(value, VALUES[value])):
        text = before + spelling + after
        if len(find_values(text)) == 1 and find_values(text)[0].as_written == spelling:
            assert asked in mentions_of(text)
    assert asked in mentions_of(f"{AROUND[2]}{value} {AROUND[4]}")


@given(st.text(st.sampled_from(" .:@+＋[](){}-09aAbBfFsSnNcCvVeEdDoOtTxX1hp/ไท中d\t\n"), max_size=60))
def test_a_text_that_may_mention_nothing_has_no_value_in_it(text):
    assert may_mention(text) or find_values(text) == []


@given(value=st.sampled_from(sorted(VALUES)), other=st.sampled_from(["and", "ธนาคาร", "2026", "evil.org"]))
def test_an_address_among_other_words_is_asked_for_by_words(value, other):
    assert mention_asked(f"{other} {value}") == ""
