"""Mail that comes in: to whom it belongs, what it may not do, and what a mail server's report moves."""

import hashlib
from datetime import timedelta

import pytest

from mail_world import MEMBER, actor, now, opened, person, send
from mitra.messages import queries
from mitra.messages.channels.outcome import Outcome
from mitra.messages.facts import Channel
from mitra.messages.models import Message, Sending
from mitra.messages.operations import letters, sending

pytestmark = pytest.mark.django_db


def arrived(raw, **more):
    return letters.keep_letter(raw if isinstance(raw, bytes) else raw.encode(), now=now(), **more)


def reply(to, sender, text="ครับ รับทราบ", more=""):
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: Re: case\r\nMessage-ID: <{hashlib.sha256(text.encode()).hexdigest()}"
        f"@x>\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )


def test_a_reply_comes_to_whoever_was_told_and_takes_no_step(world, post):
    opened(world, MEMBER)
    send()
    (taken,) = post.to("th-named@mitra.example")
    assert arrived(reply(taken.sender, "th-named@mitra.example"))
    assert not arrived(reply(taken.sender, "th-named@mitra.example"))  # the same mail again
    (letter,) = queries.list_letters(actor(MEMBER))
    assert (letter.text.strip(), letter.is_from_told, letter.kind) == ("ครับ รับทราบ", True, "human")
    assert queries.list_letters(actor("police-th")) == ()
    assert Message.objects.get(code="cases.asked", owner=world.organisations[MEMBER]).acknowledged_at is None


def test_a_forged_sender_is_marked_and_an_automatic_answer_stops_no_clock(world, post):
    opened(world, MEMBER)
    send()
    (taken,) = post.to("th-named@mitra.example")
    arrived(reply(taken.sender, "somebody@evil.example", "I acknowledge everything"))
    arrived(reply(taken.sender, "th-named@mitra.example", "ไม่อยู่", "Auto-Submitted: auto-replied\r\n"))
    found = {letter.text.strip(): letter for letter in queries.list_letters(actor(MEMBER))}
    assert found["I acknowledge everything"].is_from_told is False
    assert found["ไม่อยู่"].kind == "auto-reply"
    (clock,) = [one for one in queries.list_inbox(actor(MEMBER), now=now()) if one.code == "cases.asked"]
    assert clock.asks


DSN = """From: MAILER-DAEMON@mx.example\r
To: {to}\r
Subject: Undelivered Mail Returned to Sender\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain\r
\r
It could not be delivered.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example\r
\r
Final-Recipient: rfc822; th-named@mitra.example\r
Action: {action}\r
Status: {status}\r
Diagnostic-Code: smtp; {said}\r
--b--\r
"""


def test_a_bounce_that_comes_back_by_mail_tells_the_next_rung(world, post):
    person(MEMBER, "boss@th.example", "administrator")
    opened(world, MEMBER)
    send()
    (taken,) = post.to("th-named@mitra.example")
    arrived(DSN.format(to=taken.sender, action="failed", status="5.1.1", said="550 no such user"))
    send()
    assert len(post.to("boss@th.example")) == 1


def test_a_report_with_no_token_of_ours_moves_nothing_and_one_of_success_says_arrived(world, post):
    opened(world, MEMBER)
    send()
    (taken,) = post.to("th-named@mitra.example")
    forged = "mitra+abcdefghijklmnopqrstuvwxyz@hub.example"
    arrived(DSN.format(to=forged, action="failed", status="5.1.1", said="x"))
    assert Sending.objects.get(to="th-named@mitra.example").state == "sent"
    arrived(DSN.format(to=taken.sender, action="delivered", status="2.0.0", said="250 ok"))
    assert Sending.objects.get(to="th-named@mitra.example").state == "delivered"
    arrived(DSN.format(to=taken.sender, action="failed", status="5.0.0", said="late and forged"))
    assert Sending.objects.get(to="th-named@mitra.example").state == "delivered"


def test_what_another_server_is_still_trying_is_not_sent_again(world, post):
    opened(world, MEMBER)
    send()
    (taken,) = post.to("th-named@mitra.example")
    arrived(DSN.format(to=taken.sender, action="delayed", status="4.4.1", said="host down"))
    assert Sending.objects.get(to="th-named@mitra.example").state == "deferred"
    send(lambda: now() + timedelta(days=3))
    assert len(post.to("th-named@mitra.example")) == 1


def test_a_vouched_sender_with_a_number_finds_its_message_and_an_unknown_one_lies_unmatched(world, post, settings):
    settings.MITRA_MAIL_VOUCHED_BY = "mx.hub.example"
    made = opened(world, MEMBER)
    signed = "Authentication-Results: mx.hub.example; dkim=pass header.d=mitra.example\r\n"
    raw = reply("mitra@hub.example", "th-named@mitra.example", "ข้อมูลเพิ่ม").replace("Re: case", f"Re: {made.number}")
    arrived(signed + raw)
    arrived(raw.replace("ข้อมูลเพิ่ม", "ไม่มีลายเซ็น"))
    (letter,) = queries.list_letters(actor(MEMBER))
    assert (letter.is_vouched, letter.message.number) == (True, made.number)
    assert [one.text.strip() for one in queries.list_letters(actor("centre"))] == ["ไม่มีลายเซ็น"]


def test_letters_are_taken_from_a_maildir_once_and_a_mail_without_end_does_not_stop_the_others(
    world, settings, tmp_path
):
    settings.MITRA_MAIL_FOLDER = str(tmp_path)
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(b"From: a@x.example\r\nTo: b@y.example\r\n\r\n" + b"x" * (26 << 20))
    (tmp_path / "new" / "2").write_bytes(reply("mitra+cert-th@hub.example", "a@x.example").encode())
    assert letters.take_in(now=now()) == 2
    assert letters.take_in(now=now()) == 0
    assert sorted(path.name for path in (tmp_path / "cur").iterdir()) == ["1:2,S", "2:2,S"]
    assert len(queries.list_letters(actor("cert-th"))) == 1


def test_a_bounce_that_comes_while_its_mail_is_still_being_sent_is_not_lost(world, post):
    person(MEMBER, "boss@th.example", "administrator")
    opened(world, MEMBER)
    claimed, _ = sending.claim(Channel.MAIL, now())
    way = next(one for one in claimed if one.to == "th-named@mitra.example")
    to = f"mitra+{way.token}@hub.example"
    arrived(DSN.format(to=to, action="failed", status="5.1.1", said="550 no such user"))
    sending.note([(one, Outcome("sent")) for one in claimed], now=now())
    assert Sending.objects.get(pk=way.pk).state == "bounced"
    send()
    assert len(post.to("boss@th.example")) == 1
