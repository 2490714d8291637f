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

    def __str__(self) -> str:
        """Return what kind of decision it was."""
        return self.kind
