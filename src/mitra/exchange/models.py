"""People-scale rows of sharing: what waits in front of the store, and who opened what is for named persons only.

* `HeldItem` is an own row (O): only the organisation that shared it reads it, through `objects.held_for(actor)`.
* `RedReading` is a governance row (G): written before the words are shown, never changed.
* `TaxiiStatus` is an own row (O): a machine asks again what became of what it sent.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from mitra.core.policy.facts import REAL_REALM, Tlp
from mitra.ledger.kinds import GovernanceRow, OwnRow, OwnRows

if TYPE_CHECKING:
    from mitra.community.facts import Actor


class Safeguard(models.TextChoices):
    """What holds an item; `words.py` says it in a sentence."""

    BENIGN_VALUE = "benign-value", "benign value"
    REFERENCE_UPWARD = "reference-upward", "reference upward"
    REVIEW = "review", "review of what was found"


class Decision(models.TextChoices):
    """What an owner decided about a held item; none yet is `''`."""

    RELEASED = "released", "let go"
    DISCARDED = "discarded", "put away"


class HeldItems(OwnRows["HeldItem"]):
    """Held items, read by their owner's people who hold the room, in their realm; RED only by who tried to share it."""

    def held_for(self, actor: Actor) -> HeldItems:
        """Return the items that the actor's organisation has waiting or has decided, newest first."""
        if "exchange" not in actor.viewer.rooms:
            return self.none()
        mine = self.filter(owner=actor.organisation, realm=actor.viewer.realm)
        own_red = Q(tlp__lt=Tlp.RED) | Q(shared_by__isnull=False, shared_by=actor.person)
        return mine.filter(own_red).order_by("-held_at", "id")


class HeldItem(OwnRow):
    """One object that a safeguard stopped, with everything that its release needs.  No seq: it is not shared."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    realm = models.PositiveIntegerField(default=REAL_REALM)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    """The person who tried to share it; null for a machine credential and the operator."""
    stix_id = models.CharField(max_length=300)
    type = models.CharField(max_length=255)
    title = models.CharField(max_length=200, blank=True)
    raw = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    tlp = models.PositiveSmallIntegerField(choices=[(level.value, level.label) for level in Tlp])
    safeguard = models.CharField(max_length=20, choices=Safeguard)
    why = models.JSONField(default=dict)
    """What the safeguard saw: {value, list, what} or {reference}."""
    terms = models.JSONField()
    """To whom it was to go: the audience, PAP and condition, as `intake.keep` writes them."""
    terms_digest = models.BinaryField(max_length=32)
    path = models.CharField(max_length=255, blank=True)
    line = models.BigIntegerField(null=True, blank=True)
    held_at = models.DateTimeField()
    decision = models.CharField(max_length=10, blank=True, choices=Decision)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)

    objects: ClassVar = HeldItems.as_manager()

    class Meta:
        """Waiting once for one audience."""

        constraints = [
            models.UniqueConstraint(
                fields=["owner", "digest", "terms_digest"],
                condition=Q(decision=""),
                name="held_once_while_it_waits",
            ),
        ]
        indexes = [models.Index(fields=["owner", "decision", "-held_at"], name="held_of_owner")]

    def __str__(self) -> str:
        return f"{self.stix_id} ({self.safeguard})"


class RedReading(GovernanceRow):
    """One person was shown the words of one TLP:RED share at one moment."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="+")
    share_ref = models.CharField(max_length=64)
    shared_by = models.ForeignKey("community.Organisation", on_delete=models.PROTECT, related_name="+")
    """The share's owner, who may ask who has read it."""
    read_at = models.DateTimeField()

    class Meta:
        """Asked by share."""

        indexes = [models.Index(fields=["share_ref", "read_at"], name="red_readings_of_share")]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.share_ref} at {self.read_at:%Y-%m-%d %H:%M:%S}"


class TaxiiStatus(OwnRow):
    """What became of the objects of one TAXII POST, as it was told to the sender; kept for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.BinaryField()
    """The status resource, byte for byte."""
    made_at = models.DateTimeField(db_index=True)
    realm = models.IntegerField(default=REAL_REALM)

    def __str__(self) -> str:
        return str(self.id)
