"""Read one mail: whatever the bytes are, a Letter comes out, in time that grows as the mail does.

1. Take the mail apart, within bounds (`parts`).
2. Read who wrote to whom, what and when (`addresses`, `fields`).
3. Read what a person would read, and put aside what it answers (`body`, `quoting`).
4. Tell machines from people (`reports`, `machines`).
5. See what our own mail server vouches for (`vouching`).

Nothing is believed, rendered, fetched or run.  tests/unit/messages/test_letters_bounds.py holds what is promised of any
bytes, and the budget: 5 MB made to be slow in less than two seconds.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from mitra.core.errors import TooLarge
from mitra.messages.letters import machines
from mitra.messages.letters.addresses import ids, instant, mailboxes
from mitra.messages.letters.body import Body
from mitra.messages.letters.broken import Broken
from mitra.messages.letters.facts import Letter
from mitra.messages.letters.fields import in_words
from mitra.messages.letters.parts import Splitting
from mitra.messages.letters.quoting import part_quoted
from mitra.messages.letters.reports import Found, read_status, read_words
from mitra.messages.letters.signs import cut, one_line
from mitra.messages.letters.vouching import vouched_domain

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.messages.letters.facts import Kind
    from mitra.messages.letters.fields import Fields
    from mitra.messages.letters.parts import Part

LONGEST_BYTES: Final = 25 << 20
LONGEST_TEXT: Final = 20_000
LONGEST_SUBJECT: Final = 500
LONGEST_NAME: Final = 200
MOST_RECIPIENTS: Final = 200
MOST_REFERENCES: Final = 100
_ENVELOPE: Final = ("delivered-to", "x-original-to", "envelope-to")
_NAMED: Final = ("to", "cc")
_UTF8_MARK: Final = b"\xef\xbb\xbf"
_SHOWN_ADDRESS: Final = re.compile(r"[^\s<>()\"',;:@]+@[^\s<>()\"',;:@]+\.[^\s<>()\"',;:@]+")


def read_letter(data: bytes, *, vouched_by: str = "") -> Letter:
    """Return what one mail says; `vouched_by` is the name of our own mail server in Authentication-Results.

    Raises InvalidInput (`too-large`) for more than LONGEST_BYTES, and nothing else.
    """
    if len(data) > LONGEST_BYTES:
        raise TooLarge(f"The mail is larger than {LONGEST_BYTES >> 20} MiB; send its attachments another way.")
    broken = Broken()
    root = _apart(data, broken)
    fields = root.fields
    sender, sender_name = _sender(fields, broken)
    subject = one_line(in_words(fields.first("subject"), broken), LONGEST_SUBJECT)
    sent_at = _sent_at(fields, broken)
    body = Body(root, broken)
    found = _reported(root, body.text, subject, broken)
    text, quoted = (body.text.strip(), "") if found.is_report else part_quoted(body.text, subject)
    if max(len(text), len(quoted)) > LONGEST_TEXT:
        broken.note("text-cut")
    own_ids = ids(fields.first("message-id"))
    results, domain = fields.all("authentication-results"), sender.rpartition("@")[2]
    return Letter(
        sender=sender,
        sender_name=sender_name,
        recipients=_recipients(fields),
        subject=subject,
        text=cut(text, LONGEST_TEXT),
        quoted=cut(quoted, LONGEST_TEXT),
        sent_at=sent_at,
        message_id=own_ids[0] if own_ids else "",
        references=_references(fields),
        kind=_kind(root, found, subject, text, broken),
        reports=found.reports,
        original_id=found.original_id,
        vouched=vouched_domain(results, by=vouched_by.strip(), domain=domain),
        attachments=body.attachments(),
        defects=broken.codes(),
    )


def _apart(data: bytes, broken: Broken) -> Part:
    """Return the parts of a mail; lines that end as on old Macs end, and a UTF-8 mark ahead, are put right."""
    if not data.strip():
        broken.note("empty")
    if data.startswith(_UTF8_MARK):
        broken.note("mark-before-head")
        data = data.removeprefix(_UTF8_MARK)
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
    return Splitting(data, broken).part(0, len(data))


def _sender(fields: Fields, broken: Broken) -> tuple[str, str]:
    """Return (address, name) of From; no address where it leaves open who wrote (RFC 5322, 3.6.2; RFC 7489, 6.6.1)."""
    named = [box for value in fields.all("from") for box in mailboxes(value)]
    if not named:
        broken.note("sender-missing")
        return "", ""
    name = one_line(in_words(named[0].name, broken), LONGEST_NAME)
    if len(named) > 1 or fields.count("from") > 1:
        broken.note("two-senders")
        return "", name
    sender = named[0].address
    if not sender:
        broken.note("sender-unreadable")
    elif any(shown.lower() != sender.lower() for shown in _SHOWN_ADDRESS.findall(name)):
        broken.note("sender-disguised")
        return "", name
    return sender, name


def _sent_at(fields: Fields, broken: Broken) -> datetime | None:
    told = fields.first("date")
    sent_at = instant(told)
    if sent_at is None:
        broken.note("date-unreadable" if told else "date-missing")
    return sent_at


def _recipients(fields: Fields) -> tuple[str, ...]:
    """Return where the mail was delivered, as the servers noted it, then whom it names."""
    named = (box.address for name in (*_ENVELOPE, *_NAMED) for value in fields.all(name) for box in mailboxes(value))
    return tuple(islice(dict.fromkeys(filter(None, named)), MOST_RECIPIENTS))


def _references(fields: Fields) -> tuple[str, ...]:
    """Return what a mail answers; In-Reply-To adds what References lacks (RFC 5322, 3.6.4)."""
    told = [each for name in ("references", "in-reply-to") for each in ids(fields.first(name))]
    return tuple(dict.fromkeys(told))[-MOST_REFERENCES:]


def _reported(root: Part, text: str, subject: str, broken: Broken) -> Found:
    """Return what a mail server reports, from fields first and from words where it wrote no fields of use."""
    is_of_a_server = machines.is_of_a_mail_server(root.fields)
    found = read_status(root, broken, is_of_a_server=is_of_a_server)
    if found.reports or found.is_receipt or not is_of_a_server or machines.is_of_a_list(root.fields):
        return found
    told = read_words(root, text, subject, broken)
    return Found(found.is_report or told.is_report, told.reports, found.original_id or told.original_id)


def _kind(root: Part, found: Found, subject: str, text: str, broken: Broken) -> Kind:
    """Return what sort of sender wrote; what goes round in circles is answered no more than a machine is."""
    is_looped = machines.goes_round(root.fields)
    if is_looped:
        broken.note("looped")
    if found.is_report:
        return "report"
    if is_looped:
        return "auto-reply"
    if machines.is_of_a_list(root.fields):
        return "list"
    if machines.answers_by_itself(root.fields, subject):
        return "auto-reply"
    return "encrypted" if machines.is_encrypted(root, text) else "human"
