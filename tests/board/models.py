"""A notice's row: a column a fact."""

from django.db import models

from mitra.store.things.rows import SharedRow


class Notice(SharedRow):
    """A sheet: one organisation's notice."""

    ROOM = "board"

    heading = models.CharField(max_length=200)
    words = models.TextField()
    urgency = models.CharField(max_length=20)
    valid_until = models.DateTimeField(null=True)
    places = models.JSONField(default=list)
    about_ref = models.CharField(max_length=120, null=True)  # noqa: DJ001 -- a fact that is not there is null

    class Meta(SharedRow.Meta):
        """As every shared row."""
