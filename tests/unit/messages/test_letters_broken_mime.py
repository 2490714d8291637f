"""Mails that are broken as real ones are: read as far as they can be, and each defect told."""

import pytest

from mitra.messages.letters.charsets import codec_of
from mitra.messages.letters.reading import read_letter

THAI = "แจ้งเหตุ ระบบล่ม"


def read(*heads, body=b"", defects=()):
    """Read a mail that lacks nothing else; hold its defects."""
    letter = read_letter(b"\n".join([b"From: a@b.example", b"Date: Mon, 2 Mar 2026 09:00:00 +0700", *heads, b"", body]))
    assert letter.defects == defects
    return letter


@pytest.mark.parametrize("name", ["windows-874", "TIS-620", "iso-8859-11", "x-windows-874", "cp874", '"tis-620"'])
def test_thai_is_read_by_each_of_its_names(name):
    assert read(f"Content-Type: text/plain; charset={name}".encode(), body=THAI.encode("cp874")).text == THAI


@pytest.mark.parametrize(
    ("name", "codec", "text"),
    [
        ("koi8-r", "koi8-r", "Привет"),
        ("KOI8-U", "koi8-u", "Привіт"),
        ("gb2312", "gb18030", "你好"),
        ("big5", "big5hkscs", "你好"),
        ("iso-2022-jp", "iso2022_jp", "こんにちは"),
        ("ks_c_5601-1987", "cp949", "안녕"),
        ("utf-16", "utf-16", "สวัสดี"),
        ("iso-8859-1", "cp1252", "café – “x”"),
    ],
)
def test_charsets_mean_what_browsers_mean(name, codec, text):
    assert read(f"Content-Type: text/plain; charset={name}".encode(), body=text.encode(codec)).text == text


@pytest.mark.parametrize(
    ("charset", "data", "text", "defects"),
    [
        ("x-unknown", THAI.encode(), THAI, ("charset-unknown",)),
        ("x-unknown", THAI.encode("cp874"), THAI, ("charset-unknown",)),
        ("unknown-8bit", "café".encode("latin-1"), "café", ("charset-unknown",)),
        ("utf-8", "café".encode("latin-1"), "café", ("charset-wrong",)),
        ("utf-8", THAI.encode("cp874"), THAI, ("charset-wrong",)),
        ("utf-8", THAI.encode() + b"\xff", THAI + "\ufffd", ("charset-wrong",)),
        ("us-ascii", THAI.encode(), THAI, ("charset-wrong",)),
        ("utf-8", THAI.encode()[:-1], THAI[:-1], ()),
        ("", THAI.encode(), THAI, ("charset-wrong",)),
        ("windows-874", b"\xa1\xdb", "ก\ufffd", ("charset-wrong",)),
        ("x-unknown", b"plain", "plain", ("charset-unknown",)),
        ("us-ascii", b"\xef\xbb\xbf" + THAI.encode(), THAI, ()),
    ],
)
def test_text_in_another_charset_than_it_says_is_read(charset, data, text, defects):
    head = f"Content-Type: text/plain; charset={charset}".encode()
    assert read(head, body=data, defects=defects).text == text


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "zip", "hex", "rot13", "unicode_escape", "undefined", "a\0b", "é", ""]
)
def test_what_is_no_charset_decodes_nothing(name):
    assert codec_of(name) == ""


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (THAI.encode(), THAI),
        (THAI.encode("cp874"), THAI),
        (b"=?tis-620?Q?=E1=A8=E9=A7?= =?tis-620?Q?=E0=CB=B5=D8?=", "แจ้งเหตุ"),
        (b"=?utf-8?B?4Lk=?=\n =?utf-8?b?geC4iA==?=", "แจ"),
        (b"=?utf-8?Q?=E0=B9?=\n =?utf-8?Q?=81=E0=B8=88?=", "แจ"),
        (b'x "=?utf-8?Q?a_b?=" y', 'x "a b" y'),
        (b"=?utf-8*th?Q?=E0=B9=81?= and =?utf-8?Q?b?=", "แ and b"),
        (b"=?utf-8?Q?broken", "=?utf-8?Q?broken"),
        (b"=?iso-8859-1?Q?caf=E9?= =?utf-8?Q?=E0=B9=81?=", "caféแ"),
    ],
)
def test_subjects_are_read_as_they_are_written(subject, text):
    head = b"Content-Type: text/plain; charset=windows-874"
    letter = read_letter(b"Subject: " + subject + b"\n" + head + b"\n\nx")
    assert letter.subject == text


def test_parts_without_a_boundary_are_found_by_their_delimiters():
    body = b"--xyz\nContent-Type: text/plain\n\nHello\n--xyz\nContent-Type: image/png\n\nx\n--xyz--\n"
    for told in (b"", b"; boundary=other"):
        letter = read(b"Content-Type: multipart/mixed" + told, body=body, defects=("boundary-missing",))
        assert (letter.text, [each.media_type for each in letter.attachments]) == ("Hello", ["image/png"])
    alone = read(b"Content-Type: multipart/mixed", body=b"Hello", defects=("boundary-missing",))
    assert (alone.text, alone.attachments) == ("Hello", ())


def test_a_mail_that_was_cut_off_is_read_to_where_it_ends():
    letter = read(
        b"Content-Type: multipart/mixed; boundary=a",
        body=b"--a\n\nHello\n--a\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAAA",
        defects=("boundary-unclosed", "base64-broken"),
    )
    assert (letter.text, letter.attachments[0].size_bytes) == ("Hello", 3)


@pytest.mark.parametrize(
    ("how", "body", "text", "defects"),
    [
        (b"base64", b"SGVsbG8=\n", "Hello", ()),
        (b"BASE64 ", b"SGVs!bG8=", "Hello", ("base64-broken",)),
        (b"base64", b"SGVsbG8=\n-- \nA list's footer", "Hello", ("base64-broken",)),
        (b"quoted-printable", b"a=3D=\nb=C3=A9", "a=bé", ()),
        (b"quoted-printable", b"a=ZZb", "a=ZZb", ("quoted-printable-broken",)),
        (b"x-uuencode", b"begin", "begin", ("encoding-unknown",)),
    ],
)
def test_bodies_are_unpacked(how, body, text, defects):
    heads = (b"Content-Type: text/plain; charset=utf-8", b"Content-Transfer-Encoding: " + how)
    assert read(*heads, body=body, defects=defects).text == text


def test_heads_that_are_broken_end_where_they_break():
    letter = read(b"Subject: x", b"this is no field", body=b"Hello", defects=("header-broken",))
    assert (letter.subject, letter.text) == ("x", "this is no field\n\nHello")


def test_marks_of_mailboxes_and_of_byte_order_ahead_of_the_head_are_passed_over():
    rest = b"From: a@b.example\nDate: Mon, 2 Mar 2026 09:00:00 +0700\n\nHello"
    assert read_letter(b"From a@b Mon Mar  2 09:00:00 2026\n" + rest) == read_letter(rest)
    marked = read_letter(b"\xef\xbb\xbf" + rest)
    assert (marked.sender, marked.defects) == ("a@b.example", ("mark-before-head",))
    assert read_letter(rest.replace(b"\n", b"\r")) == read_letter(rest) == read_letter(rest.replace(b"\n", b"\r\n"))


def test_a_type_that_cannot_be_read_is_plain_text():
    assert read(b"Content-Type: text; charset=utf-8", body=b"Hello", defects=("type-unreadable",)).text == "Hello"


def test_lines_that_flow_are_joined_and_others_are_not():
    body = b"One \ntwo\nthree \n> four \n> five\n>> six\n-- \nname"
    flowed = read(b"Content-Type: text/plain; format=flowed", body=body)
    assert flowed.text == "One two\nthree \n-- \nname"
    assert flowed.quoted == "> four five\n>> six"
    split = read(b"Content-Type: text/plain; format=flowed; delsp=yes", body=b"fo \nur")
    assert split.text == "four"
