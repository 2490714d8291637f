"""Ask delivery memory who holds a share.  The caller decides whom the answer may be told."""

from __future__ import annotations

from collections import defaultdict
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

from django.db.models import Q

from mitra.core.ledger.dates import instant
from mitra.store.handed.facts import Channel, Holder
from mitra.store.handed.folding import fold
from mitra.store.handed.packing import unpack
from mitra.store.models import HandedPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Way = tuple[int, int | None, str]
    """Organisation, person and channel."""

WIDTHS: Final = range(64)
"""Every class of width that a page can have."""


def who_has(seqs: Iterable[int]) -> Sequence[Holder]:
    """Return who was handed which of these shares, the latest first.

    Folds first what was noted, so that a page handed out a moment ago counts.
    """
    fold()
    holders = [
        Holder(seq, organisation, person, Channel(channel), len(times), instant(min(times)), instant(max(times)))
        for seq in seqs
        for (organisation, person, channel), times in _met(seq).items()
    ]
    return sorted(holders, key=lambda holder: holder.last_at, reverse=True)


def _met(seq: int) -> dict[Way, list[int]]:
    met: defaultdict[Way, list[int]] = defaultdict(list)
    for way, at in _pages_with(seq):
        met[way].append(at)
    return met


def _pages_with(seq: int) -> Iterator[tuple[Way, int]]:
    """Yield to whom and when each page went that holds a share.

    One probe for each width: a page of that width that holds the share begins at most so far below it.
    """
    near = (Q(size_class=width, first__gt=seq - (1 << width), first__lte=seq) for width in WIDTHS)
    pages = HandedPage.objects.filter(reduce(or_, near), last__gte=seq).values_list(
        "organisation", "person", "channel", "at", "first", "count", "packed"
    )
    for organisation, person, channel, at, first, count, packed in pages.iterator():
        if not packed or seq in unpack(first, count, bytes(packed)):
            yield (organisation, person, channel), at
