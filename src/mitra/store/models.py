"""Audiences as rows, so that rooms above can point to them; everything of machine scale is in tables of its own.

An audience row never goes and, but for `lifted_at`, never changes: what its id means may be remembered.  `key` tells
audiences apart (a digest of all the others); circles are their row ids, ascending, with commas.
"""

from __future__ import annotations

from django.db import models

from mitra.store.files.models import File as File  # noqa: PLC0414 -- Django looks for models here


class Audience(models.Model):
    """To whom: room, realm, level, circles, and until when nobody but the owner."""

    key = models.BinaryField(max_length=16, unique=True)
    room = models.CharField(max_length=40)
    realm = models.IntegerField()
    tlp = models.PositiveSmallIntegerField()
    circles = models.TextField(blank=True)
    embargo_until = models.BigIntegerField(null=True)
    lifted_at = models.BigIntegerField(null=True)
    """When the arrival was written by which feeds see its embargo end, microseconds since 1970."""

    class Meta:
        """The embargoes that feeds see running lie together, in the order in which they end."""

        indexes = [
            models.Index(
                fields=["embargo_until"],
                condition=models.Q(embargo_until__isnull=False, lifted_at__isnull=True),
                name="store_audience_running",
            )
        ]

    def __str__(self) -> str:
        """Return the level and the circles' row ids."""
        return f"{self.tlp} to {self.circles or 'no circle'}"


class AudienceCircle(models.Model):
    """One circle of one audience: by it a viewer's circles reach the audiences worth asking about."""

    circle = models.BigIntegerField()
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="circle_rows", db_index=False)

    class Meta:
        """A circle's audiences lie together."""

        db_table = "store_audience_circle"
        constraints = [models.UniqueConstraint(fields=["circle", "audience"], name="store_circle_audience")]

    def __str__(self) -> str:
        """Return the pair of row ids."""
        return f"{self.circle} in {self.audience_id}"


class HandedPage(models.Model):
    """One page of shares handed to one recipient at one moment (`mitra.store.handed`).

    `first` to `last` are share numbers, `packed` the gaps between them.  Pages of one width lie together, in the order
    in which they begin.
    """

    at = models.BigIntegerField()
    organisation = models.BigIntegerField()
    person = models.BigIntegerField(null=True)
    credential = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=20)
    size_class = models.PositiveSmallIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        """Found by width and beginning."""

        db_table = "store_handed_page"
        indexes = [models.Index(fields=["size_class", "first"], name="store_handed_place")]

    def __str__(self) -> str:
        """Return how many shares went by which way."""
        return f"{self.count} by {self.channel}"


class HandedFile(models.Model):
    """How far a file of noted lines is folded."""

    name = models.CharField(max_length=80, primary_key=True)
    read_bytes = models.BigIntegerField(default=0)

    class Meta:
        """Beside the pages."""

        db_table = "store_handed_file"

    def __str__(self) -> str:
        """Return the file's name."""
        return self.name
