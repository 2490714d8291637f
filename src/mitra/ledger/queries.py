"""Read the log: what a receipt says.  Whoever asks must hold something of the act; it names nobody and nothing."""

from __future__ import annotations

from mitra.core.errors import NotFound
from mitra.core.ledger.commitment import entry
from mitra.core.ledger.dates import instant
from mitra.ledger.facts import ActReceipt
from mitra.ledger.models import Act

MICROSECONDS = 1_000_000


def get_receipt(act: int) -> ActReceipt:
    """Return the leaf, commitment and coarse time of an act; raises NotFound.

    The caller has the act's number from a share that its viewer reads, or from its own receipt.
    """
    row = Act.objects.filter(pk=act).first()
    if row is None:
        raise NotFound
    commitment = bytes(row.commitment)
    return ActReceipt(row.pk, row.leaf, commitment, instant(row.t * MICROSECONDS), entry(commitment, row.t))


def count_entries() -> int:
    """Return how many entries the log has: the one thing about it that is public, because its checkpoint says so."""
    newest = Act.objects.order_by("-leaf").values_list("leaf", flat=True).first()
    return 0 if newest is None else newest + 1
