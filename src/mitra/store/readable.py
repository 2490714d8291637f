"""What a viewer reads, as sets of audiences: policy's answers, remembered until something could change them.

What is remembered hangs on the viewer (all its rights are in it), on the store's mark (which changes with each new
audience, first use of one, and arrival), and on the next end of an embargo.  Feeds see an embargo end when its arrival
is written, pages when the clock says so.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.ledger.dates import instant
from mitra.store.audiences import NO_AUDIENCES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.audiences import AudienceBook, AudienceSet
    from mitra.store.facts import Arrival, Filter

REMEMBERED_BYTES = 32 << 20
"""How much the sets may weigh that are kept in memory; a viewer of 10,000 audiences weighs 40 KB."""
WEIGHT = 1_000
"""What a remembered viewer weighs beside its sets."""


@dataclass(frozen=True)
class Reach:
    """Everything that one viewer reads: a share in `others`, its own in `own`, its sponsor's in `of_sponsor`."""

    audiences: AudienceBook
    """Every audience by its row id, those in the sets among them."""
    others: AudienceSet = NO_AUDIENCES
    """Read whoever shared it."""
    me: int | None = None
    own: AudienceSet = NO_AUDIENCES
    """Read of the viewer's own organisation's shares: holds those of `others` that it used."""
    sponsor: int | None = None
    of_sponsor: AudienceSet = NO_AUDIENCES
    """Read of the sponsor's shares, beyond `others`."""

    @cached_property
    def ids(self) -> AudienceSet:
        """All audiences in it."""
        return self.others | self.own | self.of_sponsor

    def reads(self, by: int, audience: int) -> bool:
        """Return whether a share of this organisation with this audience is readable."""
        return (
            audience in self.others
            or (by == self.me and audience in self.own)
            or (by == self.sponsor and audience in self.of_sponsor)
        )

    def within(self, ids: Collection[int]) -> Reach:
        """Return the part of it that lies in these audiences."""
        return replace(
            self, others=self.others.among(ids), own=self.own.among(ids), of_sponsor=self.of_sponsor.among(ids)
        )

    def in_room(self, room: str) -> Reach:
        """Return the part of it that lies in one room."""
        ids = self.audiences.of_room(room)
        return replace(self, others=self.others & ids, own=self.own & ids, of_sponsor=self.of_sponsor & ids)

    def at(self, tlps: Collection[int]) -> Reach:
        """Return the part of it at these levels."""
        return replace(self, others=self.others.at(tlps), own=self.own.at(tlps), of_sponsor=self.of_sponsor.at(tlps))

    def narrowed(self, only: Filter) -> Reach:
        """Return the part of it that a filter's levels, circles and end of an embargo leave."""
        reach = self
        if only.tlps:
            reach = reach.at(only.tlps)
        if only.circles:
            reach = reach.within(self.audiences.naming(only.circles))
        if only.embargo_ends_by is not None:
            reach = reach.within(self.audiences.ending_by(only.embargo_ends_by))
        return reach


@dataclass(frozen=True)
class Sight:
    """What one viewer reads at one moment: on pages, in feeds, and the arrivals that moved what feeds give it."""

    pages: Reach
    feeds: Reach
    all_arrivals: Sequence[Arrival]
    """Those for its organisation and those for everybody, in ascending positions."""
    until: datetime | None
    """The next end of an embargo that changes `pages`."""
    _rooms: dict[str, Sight] = field(default_factory=dict, init=False, compare=False)

    def in_room(self, room: str) -> Sight:
        """Return the part of it that lies in one room; remembered with it."""
        if self.pages.audiences.is_all_in(room):
            return self
        if room not in self._rooms:
            feeds = self.feeds.in_room(room)
            pages = feeds if self.pages is self.feeds else self.pages.in_room(room)
            self._rooms[room] = Sight(pages, feeds, self.all_arrivals, self.until)
        return self._rooms[room]

    @cached_property
    def arrivals(self) -> Sequence[Arrival]:
        """The arrivals of what it reads in feeds; found at the first page of a feed."""
        ids = self.feeds.ids
        return [arrival for arrival in self.all_arrivals if ids.meets(arrival.audiences)]

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        sets = {
            id(each): each
            for reach in (self.pages, self.feeds)
            for each in (reach.others, reach.own, reach.of_sponsor, reach.ids)
        }
        return WEIGHT + 8 * len(self.all_arrivals) + sum(len(each.levels) for each in sets.values())


def circles_that_reach(viewer: Viewer) -> frozenset[int]:
    """Return the circles by which an audience could reach the viewer: its own, and its sponsor's."""
    found = viewer.standing_circles | viewer.working_circles | viewer.person_circles
    sponsor = viewer.sponsor
    return found if sponsor is None else found | sponsor.circles | sponsor.opened


class ForEverybody(NamedTuple):
    """The arrivals for everybody, ascending, and the audiences whose embargoes they lifted."""

    arrivals: Sequence[Arrival]
    lifted: frozenset[int]


def sight_of(
    book: AudienceBook,
    viewer: Viewer,
    now: datetime,
    *,
    used: Sequence[int],
    for_everybody: ForEverybody,
    for_one: Sequence[Arrival],
) -> Sight:
    """Return what the viewer reads, given the audiences that its organisation used and the arrivals.

    The book knows every audience that a share could have which the viewer is to be shown.
    """
    opened = book.open_to(viewer, circles_that_reach(viewer), now)
    either = opened.others | opened.of_sponsor
    running = [(end, key) for end, key in book.running(now) if key in either]
    shut = {key for _, key in running}
    shut_in_feeds = {key for key in book.unlifted(for_everybody.lifted) if key in either}

    def reach_without(closed: Collection[int]) -> Reach:
        others = opened.others.without(closed)
        return Reach(
            audiences=book,
            others=others,
            me=viewer.organisation,
            own=book.own(viewer, used, others, now),
            sponsor=None if viewer.sponsor is None else viewer.sponsor.organisation,
            of_sponsor=opened.of_sponsor.without(closed),
        )

    pages = reach_without(shut)
    feeds = pages if shut_in_feeds == shut else reach_without(shut_in_feeds)
    arrivals = for_everybody.arrivals
    if for_one:
        arrivals = sorted([*arrivals, *for_one], key=attrgetter("first_seq"))
    return Sight(pages, feeds, arrivals, instant(running[0][0]) if running else None)


def gained(before: Reach, after: Reach) -> tuple[AudienceSet, AudienceSet]:
    """Return what feeds replay to an organisation whose rights grew: whoever shared, and beyond that its sponsor's."""
    others = after.others - before.others
    known = before.others | before.of_sponsor if after.sponsor == before.sponsor else before.others
    return others, after.of_sponsor - known


# ── Memory


@dataclass(frozen=True, slots=True)
class _Remembered:
    mark: int
    since: datetime
    sight: Sight
    weight: int

    def holds(self, mark: int, now: datetime) -> bool:
        until = self.sight.until
        return mark == self.mark and self.since <= now and (until is None or now < until)


class SightMemory:
    """The sets of the viewers that asked last, up to a weight; safe among threads."""

    def __init__(self, most: int = REMEMBERED_BYTES) -> None:
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[Viewer, _Remembered] = OrderedDict()
        self._lock = Lock()

    def find(self, viewer: Viewer, mark: int, now: datetime) -> Sight | None:
        """Return what is remembered, if it still holds."""
        with self._lock:
            kept = self._kept.get(viewer)
            if kept is None or not kept.holds(mark, now):
                return None
            self._kept.move_to_end(viewer)
            return kept.sight

    def keep(self, viewer: Viewer, mark: int, now: datetime, sight: Sight) -> None:
        """Remember it, and forget who asked longest ago; the one that asked last is always remembered."""
        kept = _Remembered(mark, now, sight, sight.weight)
        with self._lock:
            former = self._kept.pop(viewer, None)
            self._kept[viewer] = kept
            self._weight += kept.weight - (former.weight if former else 0)
            while self._weight > self._most and len(self._kept) > 1:
                _, forgotten = self._kept.popitem(last=False)
                self._weight -= forgotten.weight
