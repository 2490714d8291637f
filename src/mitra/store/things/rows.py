"""The base of every shared row, and the one way to read them: for a viewer.

A row has `stix_id` from birth and `share` once it is released; audience, level, author and version are its share's and
its record's.  Its manager answers no question that names no viewer: not `all`, not `get`, not a related manager, not
`save`.  `releasing` writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from django.db import models
from django.db.models import BooleanField, F, Func

from mitra.core.policy.facts import Tlp
from mitra.store.doors import store
from mitra.store.facts import State
from mitra.store.states import CODES

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from mitra.core.policy.facts import Viewer
    from mitra.ledger.kinds import Owner
    from mitra.store.readable import Reach

Row = TypeVar("Row", bound="SharedRow")
NOT_RED: Final = frozenset(Tlp) - {Tlp.RED}
HEADSTONES: Final = (State.WITHDRAWN, State.RECALLED)
"""Ends after which whoever could read a thing sees that there was one."""


class ReadWithoutViewer(RuntimeError):
    """A shared row was asked for without saying who asks: a fault of the program, never of its user."""


class SharedRows(models.Manager[Row]):
    """Rows that are read by whoever may read their shares."""

    def get_queryset(self) -> QuerySet[Row]:
        """Raise ReadWithoutViewer."""
        message = f"{self.model.__name__} is read by visible_to(viewer, now=…), or drafts_of(actor)."
        raise ReadWithoutViewer(message)

    def visible_to(self, viewer: Viewer, *, now: datetime) -> QuerySet[Row]:
        """Return the rows whose live share the viewer reads.

        Without TLP:RED, whose words are read one by one, each reading logged (`red_to`).
        """
        return self._rows().filter(_is_readable(_reach(self.model, viewer, now), State.LIVE, is_red=False))

    def red_to(self, viewer: Viewer, *, now: datetime) -> QuerySet[Row]:
        """Return the rows at TLP:RED that name the viewer, with what lists may show of them: no words."""
        red = self._rows().filter(_is_readable(_reach(self.model, viewer, now), State.LIVE, is_red=True))
        return red.only("stix_id", "share", "owner")

    def headstones_to(self, viewer: Viewer, *, now: datetime) -> QuerySet[Row]:
        """Return the rows that their owner took back and the viewer could read, with no more than that they were."""
        gone = self._rows().filter(_is_readable(_reach(self.model, viewer, now), *HEADSTONES, is_red=False))
        return gone.only("stix_id", "share", "owner")

    def drafts_of(self, actor: Owner) -> QuerySet[Row]:
        """Return what the actor's organisation has not released yet."""
        return self._rows().filter(owner=actor.organisation, share=None)

    def unrestricted(self, *, purpose: str) -> QuerySet[Row]:  # noqa: ARG002 -- said where it is called, for who reads that
        """Return every row, for the program's own work; a house test lists who may call it and what for."""
        return self._rows()

    def _rows(self) -> QuerySet[Row]:
        return models.QuerySet(self.model, using=self._db)


class SharedRow(models.Model):
    """A row and its record, written together."""

    ROOM: ClassVar[str]
    """The room of its audiences."""

    stix_id = models.CharField(max_length=120, unique=True)
    owner = models.BigIntegerField(db_index=True)
    """The organisation that wrote it: alone in reading it as a draft, and the sharer of its share."""
    share = models.BigIntegerField(null=True, unique=True)
    """The number of the share that holds its present version; None while it is a draft."""

    objects: ClassVar[SharedRows[Any]] = SharedRows()

    class Meta:
        """No table of its own; Django itself asks through the same manager."""

        abstract = True
        base_manager_name = "objects"

    def __str__(self) -> str:
        """Return its id."""
        return self.stix_id

    def delete(self, *_args: object, **_more: object) -> tuple[int, dict[str, int]]:
        """Raise ReadWithoutViewer: Django's own way asks no manager."""
        message = f"{type(self).__name__} is not deleted: what visible_to shows is withdrawn, and a draft is discarded."
        raise ReadWithoutViewer(message)


def _reach(model: type[SharedRow], viewer: Viewer, now: datetime) -> Reach:
    return store().visible_to(viewer, now=now).reach_in(model.ROOM)


def _is_readable(reach: Reach, *states: State, is_red: bool) -> Func:
    """Return the condition that a row's share is in one of these states and within the reach."""
    told = reach.at({Tlp.RED} if is_red else NOT_RED)
    ways = [f"share.audience IN ({_listed(told.others)})"]
    ways += [f"(share.by = {told.me:d} AND share.audience IN ({_listed(told.own)}))"] if told.me is not None else []
    if told.sponsor is not None:
        ways.append(f"(share.by = {told.sponsor:d} AND share.audience IN ({_listed(told.of_sponsor)}))")
    codes = ",".join(str(CODES[state]) for state in states)
    which = f"share.state IN ({codes}) AND ({' OR '.join(ways)})"
    template = f"EXISTS (SELECT 1 FROM share WHERE share.seq = %(expressions)s AND {which})"  # noqa: S608 -- numbers
    return _Condition(F("share"), template=template)


def _listed(audiences: Any) -> str:  # noqa: ANN401 -- any set of whole numbers
    return ",".join(str(int(audience)) for audience in audiences) or "NULL"


class _Condition(Func):
    conditional = True
    output_field = BooleanField()
