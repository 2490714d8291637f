"""Machines are told from people by what they write in a mail's head, and where they write nothing, by its subject."""

import unicodedata
from pathlib import Path

import pytest

from mitra.messages.letters.machines import MOST_HOPS
from mitra.messages.letters.reading import read_letter

CORPUS = Path(__file__).parents[2] / "letters"
HEAD = b"Return-Path: <a@b.example>\nFrom: a@b.example\nDate: Mon, 2 Mar 2026 09:00:00 +0700\n"


def kind_of(head):
    return read_letter(HEAD + head + b"\n\nHello").kind


def test_each_note_of_absence_in_the_corpus_is_an_auto_reply():
    notes = sorted(CORPUS.glob("away-*.eml"))
    read = {path.stem: read_letter(path.read_bytes()) for path in notes}
    assert len(read) == 12
    assert {name: (each.kind, each.defects) for name, each in read.items()} == dict.fromkeys(read, ("auto-reply", ()))
    assert {each.references for each in read.values()} == {("abcdefghijklmnopqrstuvwxyz@hub.example",)}


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"Auto-Submitted: auto-replied", "auto-reply"),
        (b"Auto-Submitted: auto-generated (failure)", "auto-reply"),
        (b"auto-submitted: AUTO-NOTIFIED; owner-email=a@b.example", "auto-reply"),
        (b"Auto-Submitted: no", "human"),
        (b"Auto-Submitted: No (a person)", "human"),
        (b"X-Autoreply: yes", "auto-reply"),
        (b"X-Autorespond:", "auto-reply"),
        (b"X-Autoreply: no", "human"),
        (b"X-Auto-Response-Suppress: OOF, AutoReply", "auto-reply"),
        (b"X-Auto-Response-Suppress: None", "human"),
        (b"Precedence: auto_reply", "auto-reply"),
        (b"Precedence: bulk", "auto-reply"),
        (b"Precedence: Junk", "auto-reply"),
        (b"Precedence: list", "list"),
        (b"Precedence: first-class", "human"),
        (b"List-Id: <x.lists.example>", "list"),
        (b"List-Id: <x.lists.example>\nAuto-Submitted: auto-replied", "list"),
        (b"List-Unsubscribe: <mailto:x@b.example>", "human"),
    ],
)
def test_a_head_tells_who_wrote(head, kind):
    assert kind_of(head) == kind


def test_an_empty_envelope_sender_is_a_machine():
    assert read_letter(b"Return-Path: <>\nFrom: a@b.example\nSubject: x\n\nHello").kind == "auto-reply"
    assert read_letter(b"Return-Path: < >\nFrom: a@b.example\nSubject: x\n\nHello").kind == "auto-reply"


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: x",
        "Out of office AutoReply: x",
        "Automatic reply",
        "Auto-Reply: x",
        "การตอบกลับอัตโนมัติ: x",
        "ไม่อยู่ที่สำนักงาน",
        "Tự động trả lời: x",
        unicodedata.normalize("NFD", "Trả lời tự động: x"),
        "Jawapan automatik: x",
        "Di luar kantor: x",
        "Tidak di kantor (sampai Senin)",
        "ការឆ្លើយតបដោយស្វ័យប្រវត្តិ: x",
        "ຕອບກັບອັດຕະໂນມັດ",
        "အလိုအလျောက်ပြန်စာ: x",
        "Awtomatikong sagot: x",
        "Resposta automática: x",
        "自动回复：x",
        "自動回覆: x",
        "자동 회신: x",
        "[EXT] [SPAM?] Automatic reply: x",
    ],
)
def test_a_subject_tells_a_note_of_absence(subject):
    assert kind_of(f"Subject: {subject}".encode()) == "auto-reply"


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: x",
        "Automatic reply is broken",
        "Out of office hours, the SOC answers",
        "ตอบกลับ: x",
        "Trả lời: x",
        "Balasan: x",
        "回复: x",
        "",
    ],
)
def test_a_person_may_write_about_absence(subject):
    assert kind_of(f"Subject: {subject}".encode()) == "human"


def test_a_mail_that_goes_round_is_answered_by_nobody():
    letter = read_letter((CORPUS / "looped.eml").read_bytes())
    assert (letter.kind, letter.defects) == ("auto-reply", ("looped",))
    for hops, kind in ((MOST_HOPS, "human"), (MOST_HOPS + 1, "auto-reply")):
        assert kind_of(b"\n".join([b"Received: by x.example"] * hops)) == kind


def test_a_list_is_a_list():
    letter = read_letter((CORPUS / "mailman-list.eml").read_bytes())
    assert (letter.kind, letter.text) == ("list", "Notes.")
