"""Hold rows against their records, and make a row again from its record: as a peer's arrive, and after a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from mitra.core.errors import InvalidInput
from mitra.store.things.held import held, live_of
from mitra.store.things.kinds import kinds
from mitra.store.things.threads import Taken

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.store.things.held import Held
    from mitra.store.things.kinds import Kind
    from mitra.store.things.rows import SharedRow

AT_ONCE = 500
EXAMINING = "holds each row against its record"
MAKING = "makes a row from its record"


def rebuilt(kind: Kind[Any], share: Held) -> SharedRow:
    """Return the row that a share's record says, not saved; raises InvalidInput where it is none of this kind."""
    facts, version = kind.read(share.raw)
    if isinstance(facts, Taken) and facts.taken_by != version.author:
        raise InvalidInput("A step names another author than its record does.", path="/taken_by", rule="not-its-author")
    row: SharedRow = kind.model(stix_id=version.stix_id, owner=share.by, share=share.seq, **kind.columns(facts))
    return row


def settle(kind: Kind[Any], share: Held) -> bool:
    """Let the row of a thing say what a share's record says; return whether it said something else, or was not there.

    Where the row stands for a later version, that one stays, so records may come in any order, and repeatedly.  Raises
    InvalidInput as `rebuilt` does.
    """
    told = rebuilt(kind, share)
    with transaction.atomic():
        rows = kind.model.objects.unrestricted(purpose=MAKING).filter(stix_id=told.stix_id)
        row = rows.select_for_update().first()
        if row is None:
            rows.bulk_create([told])
            return True
        before = held([row.share]).get(row.share) if row.share is not None else None
        if before is not None and _age(kind, before) > _age(kind, share):
            return False
        said = {name: getattr(told, name) for name in ("owner", "share", *kind.names)}
        differs = any(getattr(row, name) != value for name, value in said.items())
        return differs and rows.update(**said) > 0


def settle_all() -> int:
    """Let every row say what its thing's live record says; return how many did not, or were not there."""
    return sum(settle(kind, share) for kind in kinds() for some in live_of(kind.stix_type, AT_ONCE) for share in some)


def _age(kind: Kind[Any], share: Held) -> tuple[datetime, int]:
    """Return what orders the shares of a thing: its version, and of one version the later share."""
    return kind.read(share.raw)[1].modified, share.seq


def disagreements() -> Iterator[str]:
    """Yield a sentence for each row that says something else than its record, and for what is without the other."""
    for kind in kinds():
        for some in live_of(kind.stix_type, AT_ONCE):
            named = {share.stix_id for share in some}
            there = kind.model.objects.unrestricted(purpose=EXAMINING).filter(stix_id__in=named)
            for stix_id in sorted(named.difference(there.values_list("stix_id", flat=True))):
                yield f"The record {stix_id} has no row."
        rows = kind.model.objects.unrestricted(purpose=EXAMINING).filter(share__isnull=False).order_by("pk")
        last = 0
        while some := list(rows.filter(pk__gt=last)[:AT_ONCE]):
            last = some[-1].pk
            shares = held(row.share for row in some)
            for row in some:
                told = _disagreement(kind, row, shares.get(row.share))
                if told:
                    yield f"The row {row.stix_id} {told}."


def _disagreement(kind: Kind[Any], row: SharedRow, share: Held | None) -> str:
    if share is None:
        return "stands for a record that is not there"
    try:
        told = rebuilt(kind, share)
    except InvalidInput as error:
        return f"stands for a record that is not of its kind ({error.message.rstrip('.')})"
    names = ("stix_id", "owner", *kind.names)
    differing = [name for name in names if getattr(row, name) != getattr(told, name)]
    return f"says something else than its record: {', '.join(differing)}" if differing else ""
