"""The room's rows: a case, what is written to it, and the steps that it takes; a column a fact."""

from __future__ import annotations

from django.db import models

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
    circle = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.number


class Entry(Contribution):
    """A contribution: what one organisation writes to a case, to all of its circle or to fewer."""

    ROOM = "cases"

    number = models.CharField(max_length=20, db_index=True)
    kind = models.CharField(max_length=20)
    words = models.TextField()

    def __str__(self) -> str:
        return self.number


class CaseStep(StepRow):
    """A step of a case."""

    ROOM = "cases"

    def __str__(self) -> str:
        return self.word
