"""Take in what came by mail: each mail once, to whom it belongs, and trusted for nothing.

1. The site's mail server puts mails into a Maildir (`new/`); each is read, kept and moved to `cur/`.  A mail that was
   kept before a crash and not moved is known by its bytes.
2. It belongs to the message whose token its address carries; else to the message of a number in its subject, where our
   mail server vouches for a sender whom the node knows; else to the organisation that its address names
   (`mitra+cert-th@…`); else to nobody, and the centre looks.
3. A mail server's report moves the way that it speaks of, by its token only.
4. No letter takes a step: whoever reads it decides.
"""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from django.conf import settings
from django.db import transaction

from mitra.community import queries as community
from mitra.core.errors import InvalidInput
from mitra.core.text.numbers import read_number
from mitra.messages.letters.reading import read_letter
from mitra.messages.models import Letter, Message, Sending
from mitra.messages.operations.sending import note_report
from mitra.messages.rules import tokens_in

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.messages.letters.facts import Letter as Read

log = logging.getLogger("mitra.messages")

AT_ONCE: Final = 50
KEPT: Final = timedelta(days=90)
LONGEST_BYTES: Final = 25 << 20
NOBODY: Final = 0
_NUMBER: Final = re.compile(r"\b[A-Za-z]{2,4}-[0-9A-Za-z]{4,8}\b", re.ASCII)
_BODY: Final = re.compile(r"\+([a-z0-9]+(?:-[a-z0-9]+)*)@", re.ASCII | re.IGNORECASE)


class Place(NamedTuple):
    """Where a letter belongs."""

    owner: int
    realm: int
    message: Message | None
    way: Sending | None


def take_in(*, now: datetime) -> int:
    """Take in what waits in the node's Maildir; return how many mails."""
    if not settings.MITRA_MAIL_FOLDER:
        return 0
    folder = Path(settings.MITRA_MAIL_FOLDER)
    waiting = sorted((folder / "new").glob("*"))[:AT_ONCE] if (folder / "new").is_dir() else []
    for path in waiting:
        with path.open("rb") as file:
            data = file.read(LONGEST_BYTES + 1)
        try:
            keep_letter(data, now=now)
        except InvalidInput as error:
            log.warning("a mail was not taken in and lies in cur/: %s", error.message)
        (folder / "cur").mkdir(exist_ok=True)
        path.rename(folder / "cur" / f"{path.name}:2,S")
    return len(waiting)


def keep_letter(data: bytes, *, now: datetime) -> bool:
    """Keep one mail, once; return whether it was new.  Raises InvalidInput for one that is too long."""
    read = read_letter(data, vouched_by=settings.MITRA_MAIL_VOUCHED_BY)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        if Letter.objects.filter(digest=digest).exists():
            return False
        place = place_of(read)
        Letter.objects.create(
            owner=place.owner,
            digest=digest,
            message=place.message,
            kind=read.kind,
            sender=read.sender,
            is_vouched=bool(read.vouched),
            is_from_told=place.way is not None and place.way.to.lower() == read.sender.lower(),
            subject=read.subject[:500],
            text=read.text,
            attachments=[asdict(one) for one in read.attachments],
            defects=list(read.defects),
            realm=place.realm,
            received_at=now,
        )
        if place.way is not None:
            for report in read.reports:
                note_report(place.way.token, report.action, f"{report.status} {report.said}".strip(), now=now)
    return True


def place_of(read: Read) -> Place:
    """Return where a letter belongs."""
    for token in tokens_in(read.recipients):
        way = Sending.objects.select_related("message").filter(token=token, channel="mail").first()
        if way is not None:
            return Place(way.owner, way.message.realm, way.message, way)
    return _by_number(read) or _by_address(read) or Place(NOBODY, 0, None, None)


def _by_number(read: Read) -> Place | None:
    """Return the place of a number in the subject, where a sender whom we know is vouched for."""
    sender = community.find_person_by_email(read.sender) if read.vouched and read.sender else None
    if sender is None:
        return None
    for said in _NUMBER.findall(read.subject):
        try:
            number = read_number(said)
        except InvalidInput:
            continue
        told = Message.objects.filter(owner=sender.organisation, number=number, realm=sender.realm)
        if (message := told.order_by("-pk").first()) is not None:
            return Place(message.owner, message.realm, message, None)
    return None


def _by_address(read: Read) -> Place | None:
    for address in read.recipients:
        named = _BODY.search(address)
        body = community.find_organisation(named[1].lower()) if named else None
        if body is not None:
            return Place(body.id, 0, None, None)
    return None


def forget(*, before: datetime) -> int:
    """Forget letters that came before an instant; return how many."""
    gone, _ = Letter.objects.filter(received_at__lt=before).delete()
    return gone
