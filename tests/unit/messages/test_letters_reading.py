"""Mails as the programs of people write them: who wrote, what, when, in answer to what, and what came along."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mitra.messages.letters.facts import Attachment, Letter
from mitra.messages.letters.reading import read_letter

CORPUS = Path(__file__).parents[2] / "letters"
VERP = "mitra+abcdefghijklmnopqrstuvwxyz@hub.example"
OURS = "abcdefghijklmnopqrstuvwxyz@hub.example"


def read(name, **said):
    return read_letter((CORPUS / f"{name}.eml").read_bytes(), **said)


def mail(*lines, body=b"Hello"):
    return b"\n".join([*lines, b"", body])


def test_a_reply_from_thunderbird_in_thai_is_read_whole():
    assert read("thunderbird-th", vouched_by="mx.hub.example") == Letter(
        sender="nattaya@cert.example",
        sender_name="ณัฐยา พงษ์ไพร",
        recipients=("mitra@hub.example", VERP),
        subject="ตอบ: [TLP:GREEN] แจ้งเหตุ IN-7KQ2",
        text="รับทราบค่ะ เราปิดเครื่องแม่ข่ายแล้วและกำลัง เก็บหลักฐาน\n\n-- \nณัฐยา",
        quoted="On 2/3/2569 09:58, Mitra Hub wrote:\n> An incident was shared with you.\n> \n> Please answer by 12:00.",
        sent_at=datetime(2026, 3, 2, 3, 15, 1, tzinfo=UTC),
        message_id="7b1f2a90-3c44-4d0a-9a3e-5f0b7c1d2e3f@cert.example",
        references=(OURS,),
        kind="human",
        reports=(),
        original_id="",
        vouched="cert.example",
        attachments=(),
        defects=(),
    )


def test_a_reply_from_outlook_leaves_out_what_it_answers_and_lists_what_it_brings():
    letter = read("outlook-exchange-en")
    assert letter.text == "We have blocked the address – logs attached.\n\nKind regards,\nLinh"
    assert letter.quoted.startswith(
        "________________________________\nFrom: Mitra Hub <mitra@hub.example>\nSent: 02 March"
    )
    assert letter.quoted.endswith("Please tell us what you see.")
    assert (letter.sender, letter.sender_name) == ("Linh.Tran@bank.example", "Tran, Linh (IT Security)")
    assert letter.recipients == ("mitra@hub.example", VERP, "soc@bank.example", "night@bank.example")
    data = b"ip,count\r\nx,1"
    assert letter.attachments == (Attachment("logs 2026.csv", "text/csv", len(data), hashlib.sha256(data).hexdigest()),)
    assert (letter.kind, letter.defects) == ("human", ())


def test_a_reply_from_an_iphone_in_vietnamese():
    letter = read("iphone-vi")
    assert letter.text == "Đã nhận. Chúng tôi sẽ trả lời trước 12 giờ.\n\nGửi từ iPhone của tôi"
    assert letter.quoted.splitlines()[-1] == "> An incident was shared with you."
    assert letter.sender_name == "Nguyễn Thị Hồng Nhung"
    assert (letter.kind, letter.attachments, letter.defects) == ("human", (), ())


def test_a_reply_from_gmail_in_indonesian_with_its_attribution_on_two_lines():
    letter = read("gmail-id")
    assert letter.text == "Sudah kami blokir. Terima kasih."
    assert letter.quoted.splitlines()[:3] == [
        "Pada Sen, 2 Mar 2026 pukul 09.58 Mitra Hub <mitra@hub.example>",
        "menulis:",
        "",
    ]
    assert (letter.recipients, letter.references) == (("mitra@hub.example", VERP), (OURS,))


def test_a_reply_of_html_only_tells_where_its_links_lead():
    letter = read("outlook-mobile-my")
    assert letter.text == "လက်ခံရရှိပါသည်။\nhttps://agency.example <https://evil.example/x> & more"
    assert letter.quoted.splitlines() == [
        "From: Mitra <mitra@hub.example>",
        "Sent: Monday, March 2, 2026 9:28:00 AM",
        "To: Nilar",
        "Subject: IN-7KQ2",
        "An incident was shared with you.",
    ]


def test_old_thai_and_vietnamese_mails_are_read_in_their_charsets():
    thai = read("legacy-thai")
    assert (thai.sender_name, thai.subject) == ("สมชาย ใจดี", "แจ้งเหตุ")
    assert thai.text == "เรียน ศูนย์ประสาน\nเครื่องของเราติดมัลแวร์ครับ"
    vietnamese = read("legacy-vietnamese")
    assert (vietnamese.sender_name, vietnamese.subject) == ("Trần An", "Đã nhận")
    assert vietnamese.text == "Kính gửi: đã nhận."
    assert (thai.defects, vietnamese.defects) == ((), ())


def test_winmail_dat_stays_an_attachment_and_khmer_keeps_its_breaks():
    letter = read("winmail")
    assert letter.text == "បាន\u200bទទួល\u200bហើយ"
    assert [(each.name, each.media_type, each.size_bytes) for each in letter.attachments] == [
        ("winmail.dat", "application/ms-tnef", 14)
    ]


def test_what_is_enciphered_is_told_and_not_read():
    letter = read("pgp-mime")
    assert (letter.kind, letter.text) == ("encrypted", "")
    assert [each.name for each in letter.attachments] == ["", "encrypted.asc"]
    assert read_letter(mail(body=b"-----BEGIN PGP MESSAGE-----\n\nabc")).kind == "encrypted"
    for smime, kind in ((b"enveloped-data", "encrypted"), (b"signed-data", "human")):
        assert read_letter(mail(b"Content-Type: application/pkcs7-mime; smime-type=" + smime)).kind == kind


@pytest.mark.parametrize(
    ("heads", "sender", "defect"),
    [
        ((b"From: Anan <anan@CERT.example>",), "anan@cert.example", ()),
        ((b"From: anan@cert.example (Anan (night) shift)",), "anan@cert.example", ()),
        ((b'From: "Anan, CERT" <@relay.example:anan@cert.example>',), "anan@cert.example", ()),
        (("From: ณัฐยา@ไทย.example".encode(),), "ณัฐยา@xn--o3cw4h.example", ()),
        ((b"From: a@cert.example, b@cert.example",), "", ("two-senders",)),
        ((b"From: a@cert.example", b"From: b@cert.example"), "", ("two-senders",)),
        ((b"From: =?utf-8?q?a=40cert=2Eexample?=",), "", ("sender-unreadable",)),
        ((b"From: nobody",), "", ("sender-unreadable",)),
        ((b'From: "ceo@bank.example" <x@evil.example>',), "", ("sender-disguised",)),
        ((b"From: =?utf-8?b?Y2VvQGJhbmsuZXhhbXBsZQ==?= <x@evil.example>",), "", ("sender-disguised",)),
        ((b'From: "X@Cert.example" <x@cert.example>',), "x@cert.example", ()),
        ((b"To: x@cert.example",), "", ("sender-missing",)),
    ],
)
def test_a_sender_is_named_only_where_one_is(heads, sender, defect):
    letter = read_letter(mail(b"Date: Mon, 2 Mar 2026 09:00:00 +0700", *heads))
    assert (letter.sender, letter.defects) == (sender, defect)


def test_names_and_subjects_hide_nothing_and_turn_nothing_around():
    letter = read_letter(
        mail(
            "Subject: invoice \u202efdp.exe\u202c \x07\U000e0041\u200f".encode(),
            b"From: =?utf-8?q?CERT_=E2=80=AEHT=0A=0DBcc=3A?= <a@b.example>",
            b"Content-Type: text/plain; charset=utf-8",
            body="a\u2066b\x00c\u2028d\x1be\x9f\ufeff".encode(),
        )
    )
    assert (letter.subject, letter.sender_name, letter.text) == ("invoice fdp.exe", "CERT HT Bcc:", "abc\nde")


def test_recipients_stand_once_where_it_was_delivered_first():
    letter = read_letter(
        mail(
            b"To: Team: b@x.example, c@x.example;, undisclosed-recipients:;",
            b"Cc: a@x.example, d@X.example",
            b"Envelope-To: c@x.example",
            b"X-Original-To: a@x.example",
            b"Delivered-To: b@x.example",
        )
    )
    assert letter.recipients == ("b@x.example", "a@x.example", "c@x.example", "d@x.example")


@pytest.mark.parametrize(
    ("said", "sent_at", "defect"),
    [
        (b"Mon, 2 Mar 2026 10:00:00 +0700", datetime(2026, 3, 2, 3, tzinfo=UTC), ()),
        (b"Mon, 02 Mar 2026 10:00:00 +0700 (+07)", datetime(2026, 3, 2, 3, tzinfo=UTC), ()),
        (b"2 Mar 2026 03:00:00 -0000", datetime(2026, 3, 2, 3, tzinfo=UTC), ()),
        (b"2 Mar 2026 03:00 GMT", datetime(2026, 3, 2, 3, tzinfo=UTC), ()),
        (b"Mon, 32 Foo 2026 10:00:00 +0700", None, ("date-unreadable",)),
        (b"31 Dec 9999 23:59:59 -0700", None, ("date-unreadable",)),
    ],
)
def test_an_instant_is_read_in_utc_or_not_at_all(said, sent_at, defect):
    letter = read_letter(mail(b"From: a@b.example", b"Date: " + said))
    assert (letter.sent_at, letter.defects) == (sent_at, defect)


def test_references_come_eldest_first_and_once():
    letter = read_letter(mail(b"References: <1@x>\n <2@x>", b"In-Reply-To: <2@x> <3@x>", b"Message-ID: <4@x> (y)"))
    assert (letter.references, letter.message_id) == (("1@x", "2@x", "3@x"), "4@x")
    assert read_letter(mail(b"In-Reply-To: bare@x.example")).references == ("bare@x.example",)


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        (b'attachment; filename="../../etc/passwd"', "_.._etc_passwd"),
        (b'attachment; filename="C:\\\\temp\\\\run.exe"', "C__temp_run.exe"),
        ('attachment; filename="pic\u202egpj.exe"'.encode(), "picgpj.exe"),
        (b"attachment; filename==?utf-8?b?4Lij4Liy4Lii4LiH4Liy4LiZLnBkZg==?=", "รายงาน.pdf"),
        (b"attachment; filename*=utf-8''%E0%B8%A3%E0%B8%B2%E0%B8%A2%E0%B8%87%E0%B8%B2%E0%B8%99.pdf", "รายงาน.pdf"),
        (b"attachment; filename*=tis-620''%C3%D2%C2%A7%D2%B9.pdf", "รายงาน.pdf"),
        (b"attachment; filename*1*=%B2%E0%B8%A2.pdf;\n filename*0*=utf-8''%E0%B8%A3%E0%B8", "ราย.pdf"),
        (b'attachment; filename="a\x00\x01b.txt"', "ab.txt"),
        (b"attachment; filename=" + b"x" * 300 + b".pdf", "x" * 116 + ".pdf"),
        (b"attachment", ""),
    ],
)
def test_a_name_of_an_attachment_is_no_path_and_hides_nothing(shown, name):
    letter = read_letter(mail(b"Content-Type: application/octet-stream", b"Content-Disposition: " + shown, body=b"x"))
    assert [each.name for each in letter.attachments] == [name]


def test_text_that_is_too_long_ends_between_two_written_signs():
    for sign in ("ก็", "ខ្ញុំ", "👩‍👩‍👧", "🇹🇭", "e\u0323\u0302"):
        for lead in range(len(sign) + 1):
            text = "x" * (20_000 - lead) + sign
            letter = read_letter(mail(b"Content-Type: text/plain; charset=utf-8", body=text.encode()))
            whole = lead >= len(sign) or sign == "e\u0323\u0302"  # which is composed to one sign
            whole = whole and lead >= 1
            assert letter.text == "x" * (20_000 - lead) + ("ệ" if whole and sign[0] == "e" else sign if whole else "")
            assert ("text-cut" in letter.defects) == (not whole)
