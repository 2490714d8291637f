"""The outbox, what is to be delivered from it, and what shall ring.  Instants are microseconds since 1970.

None of these rows is followed by a high-water mark: each is claimed by the state it is in (GROUND 2.2).  An event is
never changed but for `is_told`; `nr` orders the events of one subject and is shown to nobody.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

NEVER = 2**62
"""The `next_at` of a delivery that waits behind a parked one."""


class Subject(models.Model):
    """Something that events happen to more than once: its row gives them their numbers."""

    subject = models.CharField(max_length=120)
    nr = models.BigIntegerField()
    at = models.BigIntegerField()
    """When something last happened to it."""

    class Meta:
        """One row for each, found by it."""

        constraints = [models.UniqueConstraint(fields=["subject"], name="pulse_subject_once")]

    def __str__(self) -> str:
        """Return what it is."""
        return self.subject


class EventRow(models.Model):
    """Something that happened."""

    uid = models.UUIDField(unique=True)
    name = models.CharField(max_length=80)
    v = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=120)
    nr = models.BigIntegerField()
    actor = models.BigIntegerField(null=True)
    audience = models.BigIntegerField(null=True)
    realm = models.IntegerField()
    at = models.BigIntegerField()
    cause = models.UUIDField(null=True)
    depth = models.PositiveSmallIntegerField()
    fields = models.TextField()
    is_told = models.BooleanField(default=False)
    """Whether a worker has made its deliveries."""

    class Meta:
        """A subject's events have one order; what is to be told is found without reading what was."""

        db_table = "pulse_event"
        constraints = [models.UniqueConstraint(fields=["subject", "nr"], name="pulse_event_subject_nr")]
        indexes = [
            models.Index(fields=["id"], condition=Q(is_told=False), name="pulse_event_untold"),
            models.Index(fields=["audience", "uid"], condition=Q(audience__isnull=False), name="pulse_event_audience"),
        ]

    def __str__(self) -> str:
        """Return its name and what it happened to."""
        return f"{self.name} of {self.subject}"


class Delivery(models.Model):
    """An event on its way to one reaction, or a ring on its way to its timer's.

    The oldest undone one of (handler, subject) goes first: by `nr`, and rings, which have none, as they rang.
    """

    WAITING, PARKED, DONE, SKIPPED = "waiting", "parked", "done", "skipped"
    UNDONE = (WAITING, PARKED)

    event = models.ForeignKey(EventRow, null=True, on_delete=models.PROTECT, db_index=False)
    handler = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    nr = models.BigIntegerField(default=0)
    state = models.CharField(max_length=8, default=WAITING)
    state_at = models.BigIntegerField()
    """Since when it is in this state."""
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.BigIntegerField()
    error = models.CharField(max_length=200, blank=True)
    due_at = models.BigIntegerField(null=True)
    """When the timer was due; only of rings."""
    realm = models.IntegerField(default=0)

    class Meta:
        """Every event comes to every handler once; what is done is in no index that workers read."""

        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="pulse_delivery_once")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state="waiting"), name="pulse_delivery_due"),
            models.Index(
                fields=["handler", "subject", "nr", "id"],
                condition=Q(state__in=("waiting", "parked")),
                name="pulse_delivery_undone",
            ),
        ]

    def __str__(self) -> str:
        """Return who is told of what."""
        return f"{self.handler} of {self.subject}"


class Timer(models.Model):
    """Something that shall ring for one subject at one instant, unless it is moved or cancelled before."""

    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    due_at = models.BigIntegerField()
    realm = models.IntegerField()

    class Meta:
        """A subject has each timer once."""

        constraints = [models.UniqueConstraint(fields=["name", "subject"], name="pulse_timer_once")]
        indexes = [models.Index(fields=["due_at", "id"], name="pulse_timer_due")]

    def __str__(self) -> str:
        """Return its name and its subject."""
        return f"{self.name} of {self.subject}"


class Job(models.Model):
    """Something that workers run again and again, one at a time in the whole node."""

    name = models.CharField(max_length=80, primary_key=True)
    next_at = models.BigIntegerField()
    ran_at = models.BigIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        """Return its name."""
        return self.name


class Worker(models.Model):
    """A worker process that runs, or ended without saying so."""

    started_at = models.BigIntegerField()
    seen_at = models.BigIntegerField()

    def __str__(self) -> str:
        """Return since when it runs."""
        return f"worker since {self.started_at}"


class ClockJump(models.Model):
    """The node's clock moved by itself, by more than a minute."""

    at = models.BigIntegerField()
    seconds = models.BigIntegerField()

    def __str__(self) -> str:
        """Return by how much."""
        return f"{self.seconds} s"
