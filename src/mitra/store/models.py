"""Audiences as rows, so that rooms above can point to them; everything of machine scale is in tables of its own.

An audience row never changes and never goes: what its id means may be remembered.  `key` tells audiences apart (a
digest of all the others); circles are their row ids, ascending, with commas.
"""

from __future__ import annotations

from django.db import models


class Audience(models.Model):
    """To whom: room, realm, level, circles, and until when nobody but the owner."""

    key = models.BinaryField(max_length=16, unique=True)
    room = models.CharField(max_length=40)
    realm = models.IntegerField()
    tlp = models.PositiveSmallIntegerField()
    circles = models.TextField(blank=True)
    embargo_until = models.BigIntegerField(null=True)

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
