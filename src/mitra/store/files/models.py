"""A file's row: whose, what it is, which key opens its bytes, and which thing holds it."""

from __future__ import annotations

import uuid

from django.db import models


def new_id() -> str:
    """Return a random name for a file."""
    return uuid.uuid4().hex


class File(models.Model):
    """One file.  Without its key its bytes are noise, on the disk and in every backup."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    owner = models.BigIntegerField(db_index=True)
    realm = models.PositiveIntegerField(default=0)
    holder = models.CharField(max_length=120, blank=True, db_index=True)
    """The id of the thing through which it is read; `''` until one holds it."""
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    """What its bytes show it to be, whatever its sender said."""
    key = models.BinaryField(null=True)
    """None once it is erased."""
    kept_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """Beside the records."""

        db_table = "store_file"

    def __str__(self) -> str:
        """Return its name."""
        return self.name
