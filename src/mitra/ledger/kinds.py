"""The kinds of row that rooms keep, each a base class: a model says by its base who may read it.

Records and shared rows are read through the store's door; what stands here is kept beside it:

* a governance row says who may do what; it is read by its room's queries, and each change of it is a leaf of the log;
* an own row belongs to one organisation and is never shared as itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from django.db import models

if TYPE_CHECKING:

    class Owner(Protocol):
        """Whoever acts for one organisation."""

        @property
        def organisation(self) -> int:
            """The organisation's row id."""


Row = TypeVar("Row", bound=models.Model)


class GovernanceRow(models.Model):
    """Who may do what: organisation, standing, circle, role, credential, setting."""

    class Meta:
        """No table of its own."""

        abstract = True


class OwnRows(models.QuerySet[Row]):
    """Rows that are read by their owner."""

    def of(self, actor: Owner) -> OwnRows[Row]:
        """Return the rows that belong to the actor's organisation."""
        return self.filter(owner=actor.organisation)


class OwnRow(models.Model):
    """A row of one organisation; `owner` is that organisation's row id."""

    owner = models.BigIntegerField(db_index=True)

    objects = OwnRows.as_manager()

    class Meta:
        """No table of its own."""

        abstract = True
