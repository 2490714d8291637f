"""Imports as their sender's organisation reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import NotFound
from mitra.exchange.models import Import

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.community.facts import Actor

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import, and how far it is."""

    id: str
    filename: str
    state: str
    """`waiting`, `running`, `done` or `failed`."""
    size_bytes: int
    read_bytes: int
    made_at: datetime
    ended_at: datetime | None
    totals: Mapping[str, int]
    """How many were accepted, duplicate, held and refused; empty until it is done."""
    error: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.ended_at is not None


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import with what became of its objects: so many as are told one by one."""

    line: ImportLine
    accepted: tuple[Mapping[str, Any], ...]
    results: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...]


def list_imports(actor: Actor) -> tuple[ImportLine, ...]:
    """Return the newest imports of the actor's organisation."""
    actor.require(EXCHANGE_SHARE)
    return tuple(_line(row) for row in Import.objects.sent_by(actor)[:MOST_SHOWN])


def get_import(actor: Actor, import_id: object) -> ImportView:
    """Return one import of the actor's organisation; raises NotFound."""
    actor.require(EXCHANGE_SHARE)
    try:
        key = UUID(str(import_id))
    except ValueError as garbage:
        raise NotFound from garbage
    row = Import.objects.sent_by(actor).filter(pk=key).first()
    if row is None:
        raise NotFound
    told = row.outcome
    return ImportView(
        _line(row), tuple(told.get("accepted", ())), tuple(told.get("results", ())), tuple(told.get("notes", ()))
    )


def has_imports_to_do() -> bool:
    """Return whether an import waits, or was begun and not ended: for the worker."""
    return Import.objects.filter(ended_at=None).exists()


def _line(row: Import) -> ImportLine:
    return ImportLine(
        id=str(row.id),
        filename=row.filename,
        state=row.state,
        size_bytes=row.size_bytes,
        read_bytes=min(row.read_bytes, row.size_bytes),
        made_at=row.made_at,
        ended_at=row.ended_at,
        totals=row.outcome.get("totals", {}),
        error=row.error,
    )
