"""The rows of the log: an act for ever, and its body until it is erased.

The counter that gives out leaves and positions is one row of a table of its own (`ledger_counter`), made by the
first migration and written by `operations.write_act` alone.  Instants are microseconds since 1970 in both databases.
"""

from __future__ import annotations

from django.db import models


class Act(models.Model):
    """One decision, as far as the public log shows it."""

    leaf = models.BigIntegerField(unique=True)
    commitment = models.BinaryField(max_length=32)
    t = models.BigIntegerField()
    first_seq = models.BigIntegerField(null=True)
    """The first of the shares that it made, `shares` in a row; both are null for an act that made none."""
    shares = models.IntegerField(null=True)
    erased_by = models.BigIntegerField(null=True)
    """The act that erased this one's salt, seed and body; null while they are here."""

    def __str__(self) -> str:
        """Return the leaf, which is all that is public."""
        return f"act at leaf {self.leaf}"


class ActBody(models.Model):
    """What was decided, by whom: salt, seed and body are erased together, and the act stays."""

    act = models.OneToOneField(Act, on_delete=models.PROTECT, primary_key=True, related_name="body_row")
    kind = models.CharField(max_length=60)
    by = models.BigIntegerField(null=True)
    at = models.BigIntegerField()
    salt = models.BinaryField(max_length=32)
    seed = models.BinaryField(max_length=32, null=True)
    body = models.BinaryField()
    aside = models.BinaryField(null=True)
    """What only the author's organisation is told; the body commits to it."""

    def __str__(self) -> str:
        """Return what kind of decision it was."""
        return self.kind


class ErasedLine(models.Model):
    """What remains of an erased line of an act: its leaf, so that the paths of the others still hold."""

    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="+")
    seq = models.BigIntegerField()
    leaf = models.BinaryField(max_length=32)

    class Meta:
        """A share stands in an act once."""

        constraints = [models.UniqueConstraint(fields=["act", "seq"], name="ledger_erased_once")]

    def __str__(self) -> str:
        """Return which share's line it was."""
        return f"share {self.seq} in act {self.act_id}"


class Log(models.Model):
    """The one row that says how far the log is published, and why it stopped if it did."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(max_length=32)
    stopped = models.TextField(blank=True)
    """A sentence for the operator; while it stands, no checkpoint is signed and nothing new is promised."""
    stopped_at = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        """Return how many entries are published."""
        return f"log of {self.size}"


class Checkpoint(models.Model):
    """One published checkpoint; those whose partial tiles are served are kept."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.BigIntegerField()

    def __str__(self) -> str:
        """Return its size."""
        return f"checkpoint at {self.size}"


class KeyChange(models.Model):
    """One key that replaced another; the change is an act, and of the log's key a statement that both signed."""

    role = models.CharField(max_length=20)
    old = models.CharField(max_length=400)
    new = models.CharField(max_length=400)
    at = models.BigIntegerField()
    signs_until = models.BigIntegerField()
    """Until when the old key of the log signs beside the new one."""
    statement = models.TextField(blank=True)
    act = models.ForeignKey(Act, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Asked in their order."""

        indexes = [models.Index(fields=["role", "at"], name="ledger_key_changes")]

    def __str__(self) -> str:
        """Return whose key it was."""
        return f"{self.role} key"
