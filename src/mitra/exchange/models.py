"""People-scale rows of sharing: what waits in front of the store, and who opened what is for named persons only.

* `HeldItem` is an own row (O): only the organisation that shared it reads it, through `objects.held_for(actor)`.
* `RedReading` is a governance row (G): written before the words are shown; nothing of it changes but that it is logged.
* `Tightening` is a governance row (G): what of law 4 is still to be done.
* `TaxiiStatus` is an own row (O): a machine asks again what became of what it sent.
* `Import` is an own row (O): a long input that is worked off while nobody waits, and what became of it.
* `Recall` is an own row (O) of whoever asks back or tightens what it shared.
* `Notice` is an own row (O) of whoever was handed it: what it is about stands in the store and the recall, not here.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from mitra.core.policy.decide import is_person
from mitra.core.policy.facts import REAL_REALM, Tlp
from mitra.ledger.kinds import GovernanceRow, OwnRow, OwnRows
from mitra.store.models import AudienceCircle

if TYPE_CHECKING:
    from mitra.community.facts import Actor


class Safeguard(models.TextChoices):
    """What holds an item; `words.py` says it in a sentence."""

    BENIGN_VALUE = "benign-value", "benign value"
    REFERENCE_UPWARD = "reference-upward", "reference upward"
    REFERENCE_TIGHTENED = "reference-tightened", "reference tightened"
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
    act = models.BigIntegerField(null=True)
    """The act that logs it, with the others of its hour; null until then, 0 where it is an act of its own."""

    class Meta:
        """Asked by share; those that wait for their hour lie together."""

        indexes = [
            models.Index(fields=["share_ref", "read_at"], name="red_readings_of_share"),
            models.Index(fields=["id"], condition=Q(act__isnull=True), name="red_readings_to_log"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} read {self.share_ref} at {self.read_at:%Y-%m-%d %H:%M:%S}"


class Tightening(GovernanceRow):
    """An act that tightened a share, while what points to its object is still being looked at (law 4)."""

    act = models.BigIntegerField(unique=True)
    looked_at = models.BigIntegerField(default=0)
    """The store's number of the last record looked at."""

    def __str__(self) -> str:
        return str(self.act)


class ImportState(models.TextChoices):
    """How far an import is."""

    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"


class Imports(OwnRows["Import"]):
    """Imports, read by their owner's people and machines who share, in their realm; RED only by who sent it."""

    def sent_by(self, actor: Actor) -> Imports:
        """Return what the actor's organisation sent, newest first."""
        mine = self.filter(owner=actor.organisation, realm=actor.viewer.realm)
        own_red = Q(is_red=False) | Q(person__isnull=False, person=actor.person)
        return mine.filter(own_red).order_by("-made_at", "id")


class Import(OwnRow):
    """One input that waits on the disk, is being read, or was."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    realm = models.PositiveIntegerField(default=REAL_REALM)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    credential = models.BigIntegerField(null=True)
    """By which machine, where no person sent it."""
    filename = models.CharField(max_length=255, blank=True)
    size_bytes = models.BigIntegerField()
    read_bytes = models.BigIntegerField(default=0)
    terms = models.JSONField()
    is_red = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.WAITING)
    outcome = models.JSONField(default=dict)
    """{totals, accepted: [ref], results: [what was not accepted], notes}, lists bounded."""
    error = models.TextField(blank=True)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    """When whoever works at it was last heard of."""
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar = Imports.as_manager()

    class Meta:
        """Asked by owner; what is unfinished lies together."""

        indexes = [
            models.Index(fields=["owner", "-made_at"], name="imports_of_owner"),
            models.Index(fields=["made_at"], condition=Q(ended_at__isnull=True), name="imports_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.filename or self.id} ({self.state})"


class AskedBack(models.TextChoices):
    """What its sharer did with something that others hold."""

    RECALLED = "recalled", "recalled"
    TIGHTENED = "tightened", "tightened"


class Recalls(OwnRows["Recall"]):
    """Recalls, read by their owner's people who hold the room, in their realm; of RED only by those whom it named."""

    def made_for(self, actor: Actor) -> Recalls:
        """Return what the actor's organisation asked back or tightened, newest first."""
        viewer = actor.viewer
        if "exchange" not in viewer.rooms:
            return self.none()
        named = AudienceCircle.objects.filter(circle__in=viewer.person_circles if is_person(viewer) else ())
        own_red = Q(audience__tlp__lt=Tlp.RED) | Q(audience__in=named.values("audience"))
        return self.filter(own_red, owner=actor.organisation, realm=viewer.realm).order_by("-made_at", "id")


class Recall(OwnRow):
    """One organisation's share came to an end in one act, after which whoever was handed it is told."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    act = models.BigIntegerField()
    seq = models.BigIntegerField()
    """The share that ended; what it said is read from the store, and gone with it."""
    audience = models.ForeignKey("store.Audience", on_delete=models.PROTECT, related_name="+")
    to = models.CharField(max_length=10, choices=AskedBack)
    instead = models.BigIntegerField(null=True)
    """The share that stands in its place, where there is one."""
    reason = models.TextField(blank=True)
    is_taken_along = models.BooleanField(default=False)
    """Whether another organisation asked it back, on whose share it rested."""
    realm = models.IntegerField(default=REAL_REALM)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    """When its holders were told first; null until the worker has."""

    objects: ClassVar = Recalls.as_manager()

    class Meta:
        """Once for each organisation of an act."""

        constraints = [models.UniqueConstraint(fields=["act", "owner"], name="one_recall_an_act")]
        indexes = [models.Index(fields=["owner", "-made_at"], name="recalls_of_owner")]

    def __str__(self) -> str:
        return f"{self.to} by {self.owner}"


class Notices(OwnRows["Notice"]):
    """Notices, read by their owner's people who hold the room, in their realm; a person's own by that person only."""

    def told_to(self, actor: Actor) -> Notices:
        """Return the notices that this actor may read, newest first."""
        if "exchange" not in actor.viewer.rooms:
            return self.none()
        mine = self.filter(owner=actor.organisation, realm=actor.viewer.realm)
        personal = Q(person__isnull=True) | Q(person__isnull=False, person=actor.person)
        return mine.filter(personal).order_by("-recall__made_at", "id")


class Notice(OwnRow):
    """One organisation, or of it the one person who could read it, is told that what it was handed was asked back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recall = models.ForeignKey(Recall, on_delete=models.PROTECT, related_name="notices")
    act = models.BigIntegerField()
    """The recall's, for nobody is told twice of one act."""
    seq = models.BigIntegerField()
    """The first share that was handed to it of those that the act asks back."""
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    """Who alone is told, where the organisation as a whole could not read it."""
    realm = models.IntegerField(default=REAL_REALM)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects: ClassVar = Notices.as_manager()

    class Meta:
        """Once for each act."""

        constraints = [
            models.UniqueConstraint(
                fields=["act", "owner"], condition=Q(person__isnull=True), name="one_notice_an_act"
            ),
            models.UniqueConstraint(
                fields=["act", "person"], condition=Q(person__isnull=False), name="one_notice_a_person"
            ),
        ]
        indexes = [models.Index(fields=["owner", "done_at"], name="notices_of_owner")]

    def __str__(self) -> str:
        return f"{self.owner} about {self.recall_id}"


class TaxiiStatus(OwnRow):
    """What became of the objects of one TAXII POST, as it was told to the sender; kept for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.BinaryField()
    """The status resource, byte for byte."""
    made_at = models.DateTimeField(db_index=True)
    realm = models.IntegerField(default=REAL_REALM)

    def __str__(self) -> str:
        return str(self.id)
