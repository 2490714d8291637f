"""Which audiences a viewer reads, as sets of row ids: policy's answers, remembered until something could change them.

Policy is asked over the few distinct audiences that the viewer's circles reach, and over those that its own
organisation used; the database then sees only numbers.  What is remembered hangs on the viewer (all its rights are in
it), on the store's mark (which changes with each new audience or first use of one), and on the next end of an embargo.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from mitra.core.policy.decide import own, readable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.store.facts import Filter

REMEMBERED = 512
"""Viewers whose sets are kept in memory."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything that one viewer reads: whoever shared it, or beyond that only by certain organisations."""

    others: frozenset[int]
    beyond: tuple[tuple[int, frozenset[int]], ...]
    """Pairs (organisation, audiences): read of this organisation's shares only."""
    audiences: Mapping[int, Audience]

    @property
    def ids(self) -> frozenset[int]:
        """All audiences in it."""
        return self.others.union(*(more for _, more in self.beyond))

    def narrowed(self, only: Filter) -> Reach:
        """Return the part of it that a filter's levels, circles and end of an embargo leave."""
        if not only.tlps and not only.circles and only.embargo_ends_by is None:
            return self
        left = frozenset(
            key
            for key in self.ids
            if (not only.tlps or self.audiences[key].tlp in only.tlps)
            and (not only.circles or not only.circles.isdisjoint(self.audiences[key].circles))
            and (only.embargo_ends_by is None or _ends_by(self.audiences[key], only.embargo_ends_by))
        )
        beyond = tuple((by, more & left) for by, more in self.beyond if more & left)
        return replace(self, others=self.others & left, beyond=beyond)


def _ends_by(audience: Audience, until: datetime) -> bool:
    return audience.embargo_until is not None and audience.embargo_until <= until


@dataclass(frozen=True, slots=True)
class _Remembered:
    mark: int
    since: datetime
    until: datetime | None
    reach: Reach

    def holds(self, mark: int, now: datetime) -> bool:
        return mark == self.mark and self.since <= now and (self.until is None or now < self.until)


class ReachMemory:
    """The sets of the viewers that asked last; safe among threads."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._kept: OrderedDict[Viewer, _Remembered] = OrderedDict()
        self._lock = Lock()

    def find(self, viewer: Viewer, mark: int, now: datetime) -> Reach | None:
        """Return what is remembered, if it still holds."""
        with self._lock:
            kept = self._kept.get(viewer)
            if kept is None or not kept.holds(mark, now):
                return None
            self._kept.move_to_end(viewer)
            return kept.reach

    def keep(self, viewer: Viewer, mark: int, now: datetime, reach: Reach, until: datetime | None) -> None:
        """Remember it, and forget who asked longest ago."""
        with self._lock:
            self._kept[viewer] = _Remembered(mark, now, until, reach)
            self._kept.move_to_end(viewer)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


def circles_that_reach(viewer: Viewer) -> frozenset[int]:
    """Return the circles by which an audience could reach the viewer: its own, and its sponsor's."""
    found = viewer.standing_circles | viewer.working_circles | viewer.person_circles
    sponsor = viewer.sponsor
    return found if sponsor is None else found | sponsor.circles | sponsor.opened


def reach_of(
    viewer: Viewer, reached: Mapping[int, Audience], used: Mapping[int, Audience], now: datetime
) -> tuple[Reach, datetime | None]:
    """Return what the viewer reads of the audiences that reach it and of those that it used itself, and until when."""
    general = readable(viewer, reached, now)
    mine = own(viewer, used, now)
    beyond: list[tuple[int, frozenset[int]]] = []
    if viewer.organisation is not None and (more := mine.audiences - general.others):
        beyond.append((viewer.organisation, more))
    if viewer.sponsor is not None and general.of_sponsor:
        beyond.append((viewer.sponsor.organisation, general.of_sponsor))
    known = {**reached, **used}
    kept = general.others.union(*(more for _, more in beyond))
    until = min((end for end in (general.until, mine.until) if end is not None), default=None)
    return Reach(general.others, tuple(beyond), {key: known[key] for key in kept}), until
