"""Hold rows against their records, and make a row again from its record: as a peer's arrive, and after a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mitra.core.errors import InvalidInput
from mitra.store.things.held import held
from mitra.store.things.kinds import kinds
from mitra.store.things.threads import Taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.store.things.held import Held
    from mitra.store.things.kinds import Kind
    from mitra.store.things.rows import SharedRow

AT_ONCE = 500
EXAMINING = "holds each row against its record"


def rebuilt(kind: Kind[Any], share: Held) -> SharedRow:
    """Return the row that a share's record says, not saved; raises InvalidInput where it is none of this kind."""
    facts, version = kind.read(share.raw)
    if isinstance(facts, Taken) and facts.taken_by != version.author:
        raise InvalidInput("A step names another author than its record does.", path="/taken_by", rule="not-its-author")
    row: SharedRow = kind.model(stix_id=version.stix_id, owner=share.by, share=share.seq, **kind.columns(facts))
    return row


def disagreements() -> Iterator[str]:
    """Yield a sentence for each row of any kind that says something else than its record, or has none."""
    for kind in kinds():
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
