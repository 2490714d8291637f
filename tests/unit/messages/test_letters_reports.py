"""What mail servers say of our mails, in the forms of those that people run; and what is no report."""

from pathlib import Path

import pytest

from mitra.messages.letters.facts import Report
from mitra.messages.letters.reading import read_letter

CORPUS = Path(__file__).parents[2] / "letters"
VERP = "mitra+abcdefghijklmnopqrstuvwxyz@hub.example"
OURS = "abcdefghijklmnopqrstuvwxyz@hub.example"
DUTY = "duty@cert.example"


def read(name):
    return read_letter((CORPUS / f"{name}.eml").read_bytes())


def report(*blocks, heads=(b"Return-Path: <>",), kind=b"message/delivery-status"):
    head = [
        *heads,
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=a",
        b"",
        b"--a",
        b"",
        b"--a",
    ]
    told = b"\n\n".join([b"Reporting-MTA: dns; mx.example", *blocks])
    return read_letter(b"\n".join([*head, b"Content-Type: " + kind, b"", told, b"--a--"]))


SAID = {
    "postfix-failed": (
        Report(
            recipient=DUTY,
            original_recipient=DUTY,
            action="failed",
            status="5.1.1",
            said="550 5.1.1 <duty@cert.example>: Recipient address rejected: User unknown in virtual mailbox table",
            remote="mx.cert.example",
        ),
    ),
    "postfix-delayed": (
        Report(DUTY, DUTY, "delayed", "4.4.1", "connect to mx.cert.example[192.0.2.30]:25: Connection timed out", ""),
    ),
    "postfix-success": (
        Report(DUTY, DUTY, "relayed", "2.0.0", "250 2.0.0 Ok: queued as 4Zk3Qm", "mx.cert.example"),
        Report("night@cert.example", "all@cert.example", "delivered", "2.0.0", "delivered to mailbox", ""),
    ),
    "exchange-online-failed": (
        Report(
            recipient="old.duty@bank.example",
            original_recipient="",
            action="failed",
            status="5.1.10",
            said="550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient old.duty@bank.example not found by SMTP address"
            " lookup",
            remote="",
        ),
    ),
    "exim-failed": (
        Report(
            recipient=DUTY,
            original_recipient="",
            action="failed",
            status="5.2.2",
            said="552 5.2.2 The recipient's inbox is out of storage space",
            remote="mx.cert.example",
        ),
    ),
    "exim-text": (
        Report(
            recipient=DUTY,
            original_recipient="",
            action="failed",
            status="5.3.0",
            said="SMTP error from remote mailer after RCPT TO:<duty@cert.example>: host mx.cert.example [192.0.2.30]:"
            " 553 5.3.0 no such user here",
            remote="",
        ),
    ),
    "sendmail-failed": (
        Report(
            recipient="all@agency.example",
            original_recipient="all@agency.example",
            action="failed",
            status="5.1.1",
            said="550 5.1.1 <duty@agency.example>... User unknown",
            remote="mx.agency.example",
        ),
    ),
    "qmail-failed": (
        Report(
            recipient=DUTY,
            original_recipient="",
            action="failed",
            status="5.7.1",
            said="192.0.2.30 does not like recipient. Remote host said: 550 5.7.1 Unable to relay Giving up on"
            " 192.0.2.30.",
            remote="",
        ),
        Report("night@cert.example", "", "failed", "5.1.1", "Sorry, no mailbox here by that name. (#5.1.1)", ""),
    ),
    "global-failed": (
        Report(
            recipient="ณัฐยา@xn--o3cw4h.example",
            original_recipient="ณัฐยา@xn--o3cw4h.example",
            action="failed",
            status="5.1.1",
            said="550 5.1.1 ไม่มีผู้รับนี้",
            remote="",
        ),
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_each_mail_server_is_understood(name):
    letter = read(name)
    assert letter.reports == SAID[name]
    assert (letter.kind, letter.original_id, letter.defects) == ("report", OURS, ())
    assert VERP in letter.recipients
    assert letter.attachments == ()


def test_that_a_mail_was_displayed_reports_nothing():
    letter = read("displayed")
    assert (letter.kind, letter.reports, letter.original_id, letter.defects) == ("report", (), OURS, ())


@pytest.mark.parametrize("kind", ["message/feedback-report", "message/disposition-notification"])
def test_nothing_of_delivery_is_sought_in_what_reports_another_thing(kind):
    head = "Return-Path: <>\nSubject: failure notice\nContent-Type: multipart/report; boundary=a\n\n--a"
    letter = read_letter(f"{head}\n\n{DUTY}\n550 5.1.1\n--a\nContent-Type: {kind}\n\nx: y\n--a--\n".encode())
    assert (letter.kind, letter.reports) == ("report", ())


def test_of_a_broken_report_what_can_be_read_is_read():
    letter = read("broken-report")
    assert letter.kind == "report"
    assert letter.reports == (Report(DUTY, "", "failed", "5.2.2", "552 5.2.2 over quota", ""),)
    assert letter.defects == ("boundary-missing", "boundary-unclosed", "sender-unreadable", "report-unreadable")


@pytest.mark.parametrize(
    ("fields", "action", "status"),
    [
        (b"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.1 no", "failed", "5.7.1"),
        (b"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 450 4.7.1 no", "failed", "5.0.0"),
        (b"Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 550 5.7.1 no", "failed", "5.2.2"),
        (b"Action: failed\nStatus: 4.4.7", "failed", "4.4.7"),
        (b"Action: failed\nStatus: 5.1.1 (bad address)", "failed", "5.1.1"),
        (b"Action: error\nStatus: 5.1.1", "failed", "5.1.1"),
        (b"ACTION: Delayed (still trying)\nStatus: 4.4.1", "delayed", "4.4.1"),
        (b"Action: expanded\nStatus: 2.0.0", "expanded", "2.0.0"),
        (b"Action: failed\nDiagnostic-Code: smtp; 550 no user on 192.5.1.1", "failed", ""),
        (b"Status: 2.1.5", "delivered", "2.1.5"),
        (b"Diagnostic-Code: smtp; 421 4.3.2 later", "delayed", "4.3.2"),
    ],
)
def test_an_action_and_a_status_are_read_from_what_is_there(fields, action, status):
    letter = report(b"Final-Recipient: rfc822; duty@cert.example\n" + fields)
    assert [(each.action, each.status, each.recipient) for each in letter.reports] == [(action, status, DUTY)]


@pytest.mark.parametrize(
    ("said", "recipient"),
    [
        (b"rfc822; duty@CERT.example", DUTY),
        (b"RFC822;<duty@cert.example> (Duty)", DUTY),
        (b"duty@cert.example", DUTY),
        (b"rfc822; |/usr/bin/neko", ""),
        (b"rfc822; duty@*.cert.example", ""),
        (b"x400; /C=TH/", ""),
        (b"utf-8; \\x{110000}\\x{D800}@cert.example", ""),
    ],
)
def test_a_recipient_is_an_address_or_nobody(said, recipient):
    letter = report(b"Action: failed\nFinal-Recipient: " + said)
    assert [each.recipient for each in letter.reports] == [recipient]


def test_a_report_on_what_a_machine_sent_says_so():
    back = b"--a\nContent-Type: message/rfc822\n\nReturn-Path: <>\nMessage-ID: <x@y.example>\n\nHello\n--a--\n"
    letter = read_letter(b"Content-Type: multipart/report; boundary=a\n\n" + back)
    assert (letter.original_id, "report-about-a-report" in letter.defects) == ("x@y.example", True)


@pytest.mark.parametrize(
    ("subject", "body", "reports"),
    [
        (
            "Undeliverable: x",
            "Delivery has failed to:\n\nduty@cert.example<mailto:duty@cert.example>\nNo.\n\nReturned '550 5.1.1 no'\n",
            [(DUTY, "failed", "5.1.1")],
        ),
        (
            "Mail could not be delivered",
            "Reporting-MTA: dns; x\n\nAction: failed\nFinal-Recipient: rfc822; duty@cert.example\nStatus: 5.1.1\n",
            [(DUTY, "failed", "5.1.1")],
        ),
        (
            "Warning: message 1tpAbC delayed 24 hours",
            "It has not yet been delivered:\n\n  duty@cert.example\n    451 4.7.1 later\n",
            [(DUTY, "delayed", "4.7.1")],
        ),
        ("Warning: message 1tpAbC delayed 24 hours", "  duty@cert.example\n    later\n", [(DUTY, "delayed", "")]),
        ("failure notice", "It went wrong: 552 5.2.2 over quota\n", [("", "failed", "5.2.2")]),
        ("failure notice", "It went wrong.\n", []),
    ],
)
def test_a_bounce_without_form_is_read_from_its_words(subject, body, reports):
    letter = read_letter(f"Return-Path: <>\nFrom: postmaster@x.example\nSubject: {subject}\n\n{body}".encode())
    assert letter.kind == "report"
    assert [(each.recipient, each.action, each.status) for each in letter.reports] == reports


@pytest.mark.parametrize("sender", ["Postmaster <postmaster@x.example>", "MAILER-DAEMON", "Mail System <>"])
def test_a_mail_server_that_names_nobody_as_its_envelope_sender_may_forget_to_say_so(sender):
    head = f"Return-Path: <x@x.example>\nFrom: {sender}\nSubject: failure notice\n\n"
    letter = read_letter(head.encode() + b"Hi. This is the mail program.\n\n<duty@cert.example>: none here (#5.1.1)\n")
    assert letter.reports == (Report(DUTY, "", "failed", "5.1.1", "none here (#5.1.1)", ""),)


def test_whom_only_the_head_names_is_found():
    head = b"Return-Path: <>\nX-Failed-Recipients: duty@cert.example\nSubject: Mail delivery failed\n\n"
    letter = read_letter(head + b"It went wrong: 552 5.2.2 full\n")
    assert letter.reports == (Report(DUTY, "", "failed", "5.2.2", "", ""),)


def test_fields_within_another_form_are_read_where_a_server_wrote():
    body = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nNo.\n--a\nContent-Type: message/delivery-status\n\n"
    body += b"Final-Recipient: rfc822; duty@cert.example\nAction: delayed\n--a--\n"
    letter = read_letter(b"Return-Path: <>\n" + body)
    assert (letter.kind, letter.reports) == ("report", (Report(DUTY, "", "delayed", "", "", ""),))
    assert read_letter(b"From: anan@cert.example\n" + body).kind == "human"


@pytest.mark.parametrize(
    ("heads", "kind"),
    [
        ((b"From: anan@cert.example", b"Subject: failure notice"), "human"),
        ((b"From: anan@cert.example", b"Subject: Fwd: Undelivered Mail"), "human"),
        ((b"From: anan@cert.example", b"X-Failed-Recipients: duty@cert.example"), "human"),
        ((b"From: postmaster@cert.example", b"Subject: our new server"), "human"),
        ((b"From: MAILER-DAEMON", b"Subject: errors from x"), "auto-reply"),
        ((b"Return-Path: <>", b"From: anan@cert.example", b"Subject: I am away"), "auto-reply"),
    ],
)
def test_what_people_write_about_bounces_is_none(heads, kind):
    body = b"Hi. This is the mail. 550 5.1.1\n"
    letter = read_letter(b"\n".join([*heads, b"", body]))
    assert (letter.kind, letter.reports) == (kind, ())


def test_a_bounce_that_somebody_sends_on_is_none():
    bounce = (CORPUS / "postfix-failed.eml").read_bytes()
    sent_on = b"From: anan@cert.example\nContent-Type: multipart/mixed; boundary=fwd\n\n--fwd\n\nSee this.\n"
    sent_on += b"--fwd\nContent-Type: message/rfc822\n\n" + bounce + b"\n--fwd--\n"
    letter = read_letter(sent_on)
    assert (letter.kind, letter.text, letter.reports) == ("human", "See this.", ())
    assert [each.media_type for each in letter.attachments] == ["message/rfc822"]


def test_flufl_bounce_is_spared_what_it_stumbles_over():
    heads = b"Return-Path: <>\nFrom: " + b"(" * 5_000 + b"\nX-Failed-Recipients: " + b"(" * 5_000 + b"\n"
    letter = read_letter(heads + b"Subject: failure notice\n\nx")
    assert (letter.kind, letter.reports) == ("report", ())
