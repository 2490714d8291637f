"""Find by words, in every room that the viewer holds: records and what rooms share, the nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from mitra.core.errors import NotFound
from mitra.core.stix.ids import is_id
from mitra.core.stix.values import written
from mitra.exchange import cursors
from mitra.exchange.queries.lists import lines_of, list_records, tell_nothing_of_red
from mitra.exchange.queries.shapes import Count
from mitra.store.doors import store
from mitra.store.facts import Filter, Spot
from mitra.store.things.kinds import find_kind
from mitra.store.words.indexing import findable_until

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.exchange.queries.shapes import RecordLine

CURSOR = "search"
REF_CHARACTERS = 22
"""Of the name under which a share is shown."""
NEARNESSES = 4
"""A cursor's number holds how near, and the share's number: so many to one."""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One answer: its line, where it leads, and what people call a thing of its kind."""

    line: RecordLine
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of answers, the cursor of the next, how many there are, and since when some may still be missing."""

    items: tuple[FoundLine, ...]
    next: str | None
    total: Count
    unfindable_since: datetime | None = None


def search(viewer: Viewer, only: Filter, *, after: str | None = None, limit: int = 25, now: datetime) -> FoundPage:
    """Return what has the words of a filter; raises InvalidInput for a cursor of another question.

    An id is found as such, and so is the name in a record's address.  Of TLP:RED nothing is found by words: one that
    finds it would tell what it says.
    """
    told = tell_nothing_of_red(only)
    named = written(only.words)
    if is_id(named.lower()):
        by_id = Filter(stix_ids=frozenset({named.lower()}), versions="last")
        page = list_records(viewer, by_id, limit=limit, now=now)
        return FoundPage(tuple(_found(line) for line in page.items), None, page.total)
    if len(named) == REF_CHARACTERS and (named_so := _under_ref(viewer, named, now)):
        return FoundPage(named_so, None, Count(1, is_exact=True))
    binding = cursors.bind(viewer, told)
    found = (
        store()
        .visible_to(viewer, now=now)
        .search(told, after=_spot(after, binding, now) if after else None, limit=limit)
    )
    following = found.next and cursors.seal(
        CURSOR, found.next.seq * NEARNESSES + found.next.nearness, binding=binding, now=now
    )
    lines = lines_of(found.shares, viewer)
    total = Count(found.count, is_exact=found.is_exact)
    return FoundPage(tuple(_found(line) for line in lines), following, total, findable_until(now=now))


def _spot(cursor: str, binding: bytes, now: datetime) -> Spot:
    seq, nearness = divmod(cursors.open_cursor(CURSOR, cursor, binding=binding, now=now), NEARNESSES)
    return Spot(nearness, seq)


def _under_ref(viewer: Viewer, ref: str, now: datetime) -> tuple[FoundLine, ...]:
    """Return the record that has this name in its address, or nothing."""
    try:
        share = store().visible_to(viewer, now=now).get(ref)
    except NotFound:
        return ()
    return tuple(_found(line) for line in lines_of([share], viewer))


def _found(line: RecordLine) -> FoundLine:
    kind = find_kind(line.type)
    if kind is None or kind.address is None:
        return FoundLine(line, reverse("exchange:record", args=[line.ref]), line.type_label)
    return FoundLine(line, kind.address(line.id), str(kind.label))
