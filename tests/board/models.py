"""The board's rows: a column a fact."""

from django.db import models

from mitra.store.things.rows import SharedRow
from mitra.store.things.threads import Contribution, StepRow


class Notice(SharedRow):
    """A sheet: one organisation's notice."""

    ROOM = "board"

    heading = models.CharField(max_length=200)
    words = models.TextField()
    urgency = models.CharField(max_length=20)
    valid_until = models.DateTimeField(null=True)
    places = models.JSONField(default=list)
    about_ref = models.CharField(max_length=120, null=True)  # noqa: DJ001 -- a fact that is not there is null
    number = models.CharField(max_length=20, blank=True, db_index=True)


class Reply(Contribution):
    """A contribution: what somebody answers to a notice."""

    ROOM = "board"

    words = models.TextField()


class NoticeStep(StepRow):
    """A step of a notice."""

    ROOM = "board"
