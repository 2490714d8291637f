"""The room's rows: a case, what is written to it, and the steps that it takes; a column a fact."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mitra.ledger.kinds import OwnRow
from mitra.store.things.rows import SharedRow
from mitra.store.things.threads import Contribution, StepRow


class Case(SharedRow):
    """A sheet: one incident, in the words of the organisation that opened it."""

    ROOM = "cases"

    number = models.CharField(max_length=20, db_index=True)
    heading = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    kind = models.CharField(max_length=80)
    impact = models.JSONField(default=dict)
    states = models.JSONField(default=list)
    sectors = models.JSONField(default=list)
    detected_at = models.DateTimeField(null=True)
    occurred_from = models.DateTimeField(null=True)
    occurred_until = models.DateTimeField(null=True)
    precision = models.CharField(max_length=10, default="minute")
    circle = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.number


class Entry(Contribution):
    """A contribution: what one organisation writes to a case, to all of its circle or to fewer."""

    ROOM = "cases"

    number = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=20)
    words = models.TextField()
    happened_at = models.DateTimeField(null=True)
    corrects = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.number


class CaseStep(StepRow):
    """A step of a case."""

    ROOM = "cases"

    class Meta(StepRow.Meta):
        """What is merged into a case, and what somebody's own number names, is found without reading all steps."""

        indexes = [
            models.Index(fields=["word"], condition=Q(word__in=("merge", "number", "offer-merge")), name="case_named")
        ]

    def __str__(self) -> str:
        return self.word


class ClockRow(OwnRow):
    """A clock of one organisation: until when it has to answer, to assess, to say how things stand."""

    case = models.CharField(max_length=120, db_index=True)
    circle = models.CharField(max_length=60)
    number = models.CharField(max_length=20)
    realm = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=120, blank=True)
    """What within the case, as a task; `''` for the case itself."""
    asked_by = models.BigIntegerField(null=True)
    """Who asked its owner in: only of clocks to acknowledge."""
    severity = models.PositiveSmallIntegerField()
    since = models.DateTimeField()
    warn_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One of each kind at a time; those that run are found by when they are due."""

        constraints = [
            models.UniqueConstraint(
                fields=["case", "owner", "kind", "subject"], condition=Q(ended_at=None), name="clock_runs_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["owner", "realm", "due_at"],
                condition=Q(ended_at=None, paused_at=None),
                name="clock_running",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Look(OwnRow):
    """An organisation has seen some entries of a case; who wrote one of them learns from it who has read it."""

    case = models.CharField(max_length=120)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    """The rows of the oldest and the newest entry that it saw then, and with them all between."""
    at = models.DateTimeField()

    class Meta:
        """The looks that came after an entry are found by it."""

        indexes = [models.Index(fields=["case", "last"], name="case_looks")]

    def __str__(self) -> str:
        return f"{self.case} {self.first}-{self.last}"


class Desk(OwnRow):
    """What an organisation keeps of a case for itself: who has it in hand, and which case of old it goes on with.

    Purpose of what is kept: that colleagues ask this person.  Kept while the case is.
    """

    case = models.CharField(max_length=120)
    person = models.BigIntegerField(null=True)
    before = models.CharField(max_length=120, blank=True)

    class Meta:
        """One an organisation."""

        constraints = [models.UniqueConstraint(fields=["owner", "case"], name="one_desk_a_case")]

    def __str__(self) -> str:
        return self.case


class Calendar(OwnRow):
    """When an organisation works, in its own words: minutes since midnight on its own clock."""

    zone = models.CharField(max_length=64)
    start = models.PositiveSmallIntegerField()
    end = models.PositiveSmallIntegerField()
    weekdays = models.JSONField(default=list)
    extra = models.JSONField(default=list)

    class Meta:
        """One an organisation."""

        constraints = [models.UniqueConstraint(fields=["owner"], name="calendar_once")]

    def __str__(self) -> str:
        return self.zone


class Task(Contribution):
    """A contribution: something to be done in a case."""

    ROOM = "cases"

    number = models.CharField(max_length=20, db_index=True)
    heading = models.CharField(max_length=200)
    words = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    chain = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.number


class TaskStep(StepRow):
    """A step of a task."""

    ROOM = "cases"

    def __str__(self) -> str:
        return self.word
