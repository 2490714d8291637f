"""The room's rows: a message, the ways it goes, what organisations and people set up for it, letters that came in."""

from __future__ import annotations

import base64
import secrets

from django.db import models
from django.db.models import Q

from mitra.ledger.kinds import OwnRow
from mitra.messages.rules import TOKEN_BYTES


def new_ref() -> str:
    """Return a random name for addresses."""
    return secrets.token_hex(8)


def new_token() -> str:
    """Return what a way's own return address carries: 128 random bits, in signs that no mail server changes."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().rstrip("=").lower()


class Message(OwnRow):
    """Something that an organisation was told.  It holds no words: whoever reads it reads what it is about again."""

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    key = models.CharField(max_length=200, unique=True)
    code = models.CharField(max_length=60)
    about = models.CharField(max_length=120, db_index=True)
    by = models.BigIntegerField(null=True)
    number = models.CharField(max_length=20, blank=True)
    tlp = models.PositiveSmallIntegerField(null=True)
    severity = models.PositiveSmallIntegerField(default=0)
    realm = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.BigIntegerField(null=True)
    """The person; null where the organisation did by what it did."""
    ladder = models.JSONField(default=list)
    rung = models.PositiveSmallIntegerField(default=0)
    climbed_because = models.CharField(max_length=12, blank=True)
    """Why the rung below was left: `unanswered` or `bounced`."""

    class Meta:
        """An inbox is read newest first."""

        indexes = [models.Index(fields=["owner", "realm", "-at"], name="message_inbox")]

    def __str__(self) -> str:
        return self.code


class Sending(OwnRow):
    """One way of a message out of the node; `owner` is who is told."""

    QUEUED, SENDING, DEFERRED = "queued", "sending", "deferred"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="ways")
    rung = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=8)
    to = models.CharField(max_length=254)
    language = models.CharField(max_length=16, default="en")
    zone = models.CharField(max_length=64, default="UTC")
    domain = models.CharField(max_length=254, blank=True)
    token = models.CharField(max_length=26, unique=True, default=new_token, editable=False)
    severity = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, default=QUEUED)
    state_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    said = models.CharField(max_length=200, blank=True)

    class Meta:
        """A message goes each way once; what waits is found without reading what is done."""

        constraints = [models.UniqueConstraint(fields=["message", "channel", "to"], name="sent_once_each_way")]
        indexes = [
            models.Index(
                fields=["-severity", "next_at", "id"],
                condition=Q(state__in=("queued", "sending", "deferred")),
                name="sending_waits",
            ),
            models.Index(fields=["domain", "state_at"], condition=Q(channel="mail"), name="sending_rate"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class Hook(OwnRow):
    """A webhook of an organisation: where its messages go as signed requests."""

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=80)
    """Kept as it is, for it signs; shown once."""
    realm = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=6, default="works")
    said = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.url


class Wish(OwnRow):
    """How one person wants to be told; who said nothing is told by mail at any hour.

    Purpose of what is kept: quiet hours and channels, to tell this person by them.  Kept while the account stands.
    """

    person = models.BigIntegerField(unique=True)
    by_mail = models.BooleanField(default=True)
    quiet_from = models.PositiveSmallIntegerField(null=True)
    quiet_to = models.PositiveSmallIntegerField(null=True)
    wakes_from = models.PositiveSmallIntegerField(default=4)

    def __str__(self) -> str:
        return str(self.person)


class Browser(OwnRow):
    """A browser in which a person said “tell me here”.

    Purpose of what is kept: the address at its maker's push service and the browser's two public secrets, to tell
    this person in it.  Kept until the person takes it away or the browser takes nothing more; while the account stands.
    """

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    person = models.BigIntegerField(db_index=True)
    endpoint = models.CharField(max_length=500, unique=True)
    p256dh = models.CharField(max_length=88)
    auth = models.CharField(max_length=24)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.ref


class Letter(OwnRow):
    """A mail that came in; `owner` is the organisation that reads it, 0 where nobody was found: the centre looks.

    Purpose of what is kept: who wrote, when, and the text, to be put where it belongs.  Kept 90 days; the mail as it
    came is a file of its own.
    """

    ref = models.CharField(max_length=16, unique=True, default=new_ref, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    """SHA-256 of the mail as it came: the same mail is taken in once."""
    message = models.ForeignKey(Message, null=True, on_delete=models.SET_NULL, related_name="letters")
    kind = models.CharField(max_length=12)
    sender = models.CharField(max_length=254, blank=True)
    is_vouched = models.BooleanField(default=False)
    """Whether our own mail server found it signed by the domain that it says it is from."""
    is_from_told = models.BooleanField(default=False)
    """Whether it says that it is from whom the message went to."""
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list)
    defects = models.JSONField(default=list)
    realm = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.kind
