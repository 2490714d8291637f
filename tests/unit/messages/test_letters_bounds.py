"""Whatever bytes come, a Letter comes out, soon: mails made to be slow, to be deep, or to be nothing at all."""

import dataclasses
import random
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mitra.core.errors import InvalidInput
from mitra.messages.letters.broken import DEFECTS
from mitra.messages.letters.facts import Letter
from mitra.messages.letters.reading import LONGEST_BYTES, LONGEST_TEXT, read_letter

CORPUS = Path(__file__).parents[2] / "letters"
SIZE = 5_000_000
SECONDS = 2.0


def filled(piece, size=SIZE):
    return piece * (size // len(piece))


def nested(count, between=b""):
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (number, number) for number in range(count)
    )
    return opened + b"\n" + between


BODIES = {
    "delimiters": b"Content-Type: multipart/mixed; boundary=a\n\n" + filled(b"--a\n"),
    "delimiters-almost": nested(21).replace(b'"b', b'"-') + filled(b"\n--" + b"-" * 30 + b"x"),
    "nested-deep": nested(60_000),
    "nested-wide": nested(20, filled(b"\n--b1x")),
    "parts-with-parameters": b"Content-Type: multipart/mixed; boundary=a\n\n"
    + filled(b"--a\nContent-Type: text/plain" + b';a="' * 2_000 + b"\n\nx\n"),
    "header-lines": filled(b"a:\n"),
    "header-folds": b"Subject: x\n" + filled(b" y\n"),
    "header-long": b"Subject: " + filled(b"=?a?q?x"),
    "addresses": b"From: " + filled(b"(") + b"\nTo: " + filled(b'"\\'),
    "addresses-many": b"".join(
        filled(name + b": " + b"(" * 19_000 + b"\n", SIZE // 5)
        for name in (b"From", b"To", b"Cc", b"Delivered-To", b"Authentication-Results")
    ),
    "received": filled(b"Received: by a\n"),
    "html-comments": b"Content-Type: text/html\n\n" + filled(b"<!--"),
    "html-tags": b"Content-Type: text/html\n\n" + filled(b"<a href='"),
    "html-quotes": b"Content-Type: text/html\n\n" + filled(b"<blockquote>x"),
    "html-scripts": b"Content-Type: text/html\n\n" + filled(b"<script></script "),
    "html-entities": b"Content-Type: text/html\n\n&#" + filled(b"9") + b";" + filled(b"&amp"),
    "html-many": b"Content-Type: multipart/mixed; boundary=a\n\n"
    + filled(b"--a\nContent-Type: text/html\n\n" + b"<br>" * 2_500 + b"\n"),
    "marks": b"Content-Type: text/plain; charset=utf-8\n\na" + filled("\u0301\u0323".encode()),
    "quotes": b"Content-Type: text/plain\n\n" + filled(b">\n\n"),
    "heads": b"Content-Type: text/plain\n\n" + filled(b"From: a\nSent: 1\n"),
    "base64": b"Content-Transfer-Encoding: base64\n\n" + filled(b"=A"),
    "quoted-printable": b"Content-Transfer-Encoding: quoted-printable\n\n" + filled(b"= "),
    "utf-7": b"Content-Type: text/plain; charset=utf-7\n\n" + filled(b"+AGE-"),
    "flowed": b"Content-Type: text/plain; format=flowed\n\n" + filled(b"> \n"),
    "bounce-words": b"Return-Path: <>\nSubject: failure notice\n\nHi. This is the\n\n" + filled(b"a@b <"),
    "bounce-one-line": b"Return-Path: <>\nSubject: failure notice\n\nYour message could not be delivered to "
    + filled(b"a"),
    "bounce-recipients": b"Return-Path: <>\nSubject: failure notice\n\nHi. This is the\n\n"
    + filled(b"<a@b.example>:\nx\n\n"),
    "report-groups": b"Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\n"
    + filled(b"Action: failed\n\n"),
    "report-empty": b"Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\n"
    + filled(b"\n"),
    "results": b"From: a@b.example\nAuthentication-Results: hub.example" + filled(b";dkim=pass (("),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_mail_that_is_made_to_be_slow_is_read_soon(name):
    data = BODIES[name]
    begun = time.perf_counter()
    letter = read_letter(data, vouched_by="hub.example")
    assert time.perf_counter() - begun < SECONDS
    assert len(letter.text) <= LONGEST_TEXT


def test_too_much_is_refused_with_what_to_do():
    assert read_letter(b"\n" * LONGEST_BYTES).defects[0] == "empty"
    with pytest.raises(InvalidInput) as refused:
        read_letter(b"\n" * (LONGEST_BYTES + 1))
    assert (refused.value.rule, refused.value.message) == (
        "too-large",
        "The mail is larger than 25 MiB; send its attachments another way.",
    )


@pytest.mark.parametrize(("count", "defects"), [(19, ()), (20, ()), (21, ("nested-too-deep",))])
def test_twenty_parts_within_one_another_are_read(count, defects):
    letter = read_letter(nested(count, b"Hello\n"))
    assert tuple(code for code in letter.defects if code == "nested-too-deep") == defects
    assert letter.text == ("" if defects else "Hello")


@pytest.mark.parametrize(("count", "listed", "defects"), [(499, 499, ()), (500, 499, ("parts-too-many",))])
def test_five_hundred_parts_are_read(count, listed, defects):
    body = b"".join(b"--a\n\n%d\n" % number for number in range(count))
    letter = read_letter(b"Content-Type: multipart/mixed; boundary=a\n\n" + body + b"--a--\n")
    assert letter.text.split() == [str(number) for number in range(listed)]
    assert tuple(code for code in letter.defects if code.startswith("parts")) == defects


def test_a_hundred_attachments_are_listed():
    parts = b"".join(b"--a\nContent-Disposition: attachment; filename=%d\n\nx\n" % number for number in range(101))
    letter = read_letter(
        b"Date: Mon, 2 Mar 2026 09:00:00 +0700\nFrom: a@b.example\n"
        b"Content-Type: multipart/mixed; boundary=a\n\n" + parts + b"--a--\n"
    )
    assert [each.name for each in letter.attachments] == [str(number) for number in range(100)]
    assert letter.defects == ("attachments-too-many",)


def holds(letter):
    """Hold what is promised of every letter."""
    said = [letter.subject, letter.sender_name, letter.text, letter.quoted, letter.sender, letter.original_id]
    said += (
        [each.name for each in letter.attachments] + [each.said for each in letter.reports] + list(letter.recipients)
    )
    said += [letter.message_id, *letter.references, *(each.media_type for each in letter.attachments)]
    for text in said:
        text.encode()
        assert not {sign for sign in text if unicodedata.category(sign) in {"Cc", "Cs"}} - {"\n", "\t"}
        assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert max(len(letter.text), len(letter.quoted)) <= LONGEST_TEXT
    assert set(letter.defects) <= set(DEFECTS)
    assert len(set(letter.recipients)) == len(letter.recipients)
    assert letter.sent_at is None or letter.sent_at.utcoffset().total_seconds() == 0
    assert {name for each in letter.attachments for name in each.name} & set("/\\") == set()
    assert letter.vouched in {"", letter.sender.rpartition("@")[2]}


@given(st.binary(max_size=2_000))
def test_of_any_bytes_a_letter_comes(data):
    holds(read_letter(data, vouched_by="hub.example"))


WORDS = [
    *(
        b"\n",
        b"\r\n",
        b"\r",
        b"\n\n",
        b" ",
        b"\t",
        b"--a",
        b"--a--",
        b"\n--a\n",
        b";",
        b'"',
        b"\\",
        b"(",
        b")",
        b"<",
        b">",
    ),
    *(b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Message-ID: ", b"Return-Path: <>", b"Received: x", b"List-Id: x"),
    *(b"Content-Type: multipart/report; boundary=a", b"Content-Type: multipart/alternative; boundary=a"),
    *(b"Content-Type: message/delivery-status", b"Content-Type: message/rfc822", b"Content-Type: text/html"),
    *(b"Content-Type: text/plain; charset=", b"Content-Transfer-Encoding: base64", b"filename*0*=utf-8''%E0%B8"),
    *(b"Content-Transfer-Encoding: quoted-printable", b"Content-Disposition: attachment; ", b"format=flowed"),
    *(
        b"Final-Recipient: rfc822; a@b.example",
        b"Action: failed",
        b"Action: ",
        b"Status: 5.1.1",
        b"Status: 9",
        b"=?utf-8?B?",
    ),
    *(
        b"=?tis-620?q?=A1",
        b"?=",
        b"utf-7",
        b"utf-16",
        b"idna",
        b"hz",
        b"iso-2022-jp",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xa1\xa2",
    ),
    *(
        b"a@b.example",
        b"MAILER-DAEMON",
        b"failure notice",
        b"Hi. This is the",
        b"<a@b.example>:",
        b"+2AAA-",
        b"\x1b$B",
        b"&#x110000;",
    ),
    *(
        b"<blockquote>",
        b"</a>",
        b"<a href=http://x>",
        b"<script>",
        b"Thu, 99 Foo 99999 99:99:99 +9999",
        b"Authentication-Results: ",
    ),
    *(
        b"hub.example; dkim=pass header.d=b.example",
        "\u202e\u0301".encode(),
        b"X-Failed-Recipients: ",
        b"5.1.1",
        b"\x00",
    ),
]


@settings(max_examples=1_500, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60).map(b"".join))
def test_of_any_words_of_mails_a_letter_comes(data):
    holds(read_letter(data, vouched_by="hub.example"))


def test_of_any_damaged_mail_a_letter_comes():
    chance = random.Random(7)
    for path in sorted(CORPUS.glob("*.eml")):
        data = path.read_bytes()
        holds(read_letter(data, vouched_by="mx.hub.example"))
        for _ in range(20):
            at, length = chance.randrange(len(data)), chance.randrange(1, 80)
            broken = (
                data[:at] + chance.choice([b"", chance.randbytes(length), chance.choice(WORDS)]) + data[at + length :]
            )
            holds(read_letter(broken, vouched_by="mx.hub.example"))


def test_a_letter_is_a_value():
    letter = read_letter(b"Subject: x\n\ny")
    assert letter == read_letter(b"Subject: x\n\ny")
    with pytest.raises(dataclasses.FrozenInstanceError):
        letter.subject = "z"
    assert isinstance(letter, Letter)
