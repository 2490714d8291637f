"""Read the log: what a receipt says, what an act said, how far all of it is published.

Whoever asks about an act must hold something of it: a share that its viewer reads, or its own receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from mitra.core.errors import NotFound
from mitra.core.ledger.commitment import entry
from mitra.core.ledger.dates import instant
from mitra.ledger.facts import ActReceipt, Erasure, Health, Place, Said
from mitra.ledger.models import Act, ActBody, Checkpoint, Log

if TYPE_CHECKING:
    from datetime import datetime

MICROSECONDS = 1_000_000


def get_receipt(act: int) -> ActReceipt:
    """Return the leaf, commitment and coarse time of an act; raises NotFound."""
    row = _get_act(act)
    commitment = bytes(row.commitment)
    return ActReceipt(row.pk, row.leaf, commitment, instant(row.t * MICROSECONDS), entry(commitment, row.t))


def find_said(act: int) -> Said | None:
    """Return what an act committed to; None when it was erased."""
    row = ActBody.objects.filter(pk=act).first()
    if row is None:
        return None
    seed = None if row.seed is None else bytes(row.seed)
    return Said(row.kind, row.by, instant(row.at), bytes(row.salt), seed, bytes(row.body), bytes(row.aside or b""))


def find_erasure(act: int) -> Erasure | None:
    """Return who erased what an act said, and when; None while it is here."""
    by_act = Act.objects.filter(pk=act).values_list("erased_by", flat=True).first()
    said = None if by_act is None else find_said(by_act)
    return None if said is None else Erasure(said.by, said.at)


def get_place(act: int) -> Place:
    """Return where an act stands, and whether a checkpoint covers it yet; raises NotFound."""
    leaf = _get_act(act).leaf
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None or newest.size <= leaf:
        size = 0 if newest is None else newest.size
        return Place(leaf, size, None, None if newest is None else instant(newest.at))
    covering = Checkpoint.objects.filter(size__gt=leaf).order_by("size").first()
    is_known = Checkpoint.objects.filter(size__lte=leaf).exists()
    published_at = instant(covering.at) if covering is not None and is_known else None
    return Place(leaf, newest.size, published_at, instant(newest.at))


def count_entries() -> int:
    """Return how many entries the log has: the one thing about it that is public, because its checkpoint says so."""
    newest = Act.objects.order_by("-leaf").values_list("leaf", flat=True).first()
    return 0 if newest is None else newest + 1


def count_published() -> int:
    """Return how many entries the newest checkpoint covers."""
    newest = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    return newest or 0


def health(now: datetime) -> Health:
    """Return how far the log is published, what waits, and why it stopped if it did."""
    log = Log.objects.filter(pk=1).first() or Log()
    newest = Checkpoint.objects.order_by("-size").values_list("at", flat=True).first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM ledger_counter")
        (counted,) = cursor.fetchone()
    oldest = Act.objects.filter(leaf=log.size).values_list("t", flat=True).first()
    return Health(
        size=log.size,
        pending=max(0, counted - log.size),
        waiting_seconds=0 if oldest is None else max(0, int(now.timestamp()) - oldest),
        checked_at=None if newest is None else instant(newest),
        stopped=log.stopped,
        stopped_at=None if log.stopped_at is None else instant(log.stopped_at),
    )


def _get_act(act: int) -> Act:
    row = Act.objects.filter(pk=act).first()
    if row is None:
        raise NotFound
    return row
