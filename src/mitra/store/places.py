"""Where shares stand for one reader of a feed: at their numbers, or where an arrival replays them.  Pure.

Rights grow later than content: when they do, an arrival takes positions above everything given out before and replays
there what became readable.  A feed is then a walk over *stretches* of positions, each asked of the database by itself:

* an ordinary stretch lies between arrivals: shares stand there at their own numbers, save those that a later arrival
  moves up, whatever the reader read of them before;
* a replayed stretch is one arrival: of its shares, those that no later arrival moves on and that are not the reader's
  own, which always stand at their numbers.

Why one set of audiences a stretch suffices: an arrival replays *all* shares of its audiences below its first position,
so in a stretch before it none of them stands there.  The same bytes are served once, at the lowest place where the
reader may read them: in a stretch, a share gives way to another of its record exactly when that one is in the
stretch's own sets and has a smaller number, or stands in a stretch before.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from mitra.store.audiences import NO_AUDIENCES
from mitra.store.facts import Arrival
from mitra.store.readable import ForEverybody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mitra.store.readable import Reach

STEP = 1_000
"""From one remembered mark of an arrival to the next, in shares."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Positions above `after` and up to `up_to`, and what a share must be in to stand there."""

    after: int
    up_to: int
    here: Reach
    """What stands in it.  In a replayed stretch the reader's own shares never do, so `own` is empty there."""
    arrival: Arrival | None = None
    before: Reach | None = None
    """In a replayed stretch: what stands somewhere below it, and so goes before it."""


def stretches(reach: Reach, arrivals: Sequence[Arrival], after: int, up_to: int) -> Iterator[Stretch]:
    """Yield the stretches between two positions that could hold something, in ascending order.

    `reach` is as feeds see it, `arrivals` those of this viewer and of everybody, ascending.  Those wholly at or below
    `after` move nothing that stands above it.
    """
    coming = [arrival for arrival in arrivals if last_of(arrival) > after]
    left = _Left(reach, coming)
    here, below = left.reach(), after
    for arrival in coming:
        yield from _ordinary(here, below, min(up_to, arrival.first_seq - 1))
        before = here
        left.pass_by(arrival)
        here, below = left.reach(), max(after, last_of(arrival))
        if arrival.first_seq <= up_to:
            yield from _replayed(here, before, arrival, max(after, arrival.first_seq - 1))
    yield from _ordinary(here, below, up_to)


def last_of(arrival: Arrival) -> int:
    """Return an arrival's last position."""
    return arrival.first_seq + arrival.n - 1


def _ordinary(here: Reach, after: int, up_to: int) -> Iterator[Stretch]:
    if after < up_to and here.ids:
        yield Stretch(after, up_to, here)


def _replayed(standing: Reach, before: Reach, arrival: Arrival, after: int) -> Iterator[Stretch]:
    """Yield an arrival, given what stands where the later ones have not moved it, and what this one has not either."""
    here = replace(
        standing,
        others=standing.others.among(arrival.audiences) if arrival.by is None else NO_AUDIENCES,
        own=NO_AUDIENCES,
        of_sponsor=standing.of_sponsor.among(arrival.audiences)
        if arrival.by in {None, standing.sponsor}
        else NO_AUDIENCES,
    )
    if here.ids:
        yield Stretch(after, last_of(arrival), here, arrival, before)


class _Left:
    """What stands where the arrivals that are still to come have not moved it: the reader's own always does."""

    def __init__(self, reach: Reach, coming: Sequence[Arrival]) -> None:
        self._reach = reach
        self._moved: Counter[int] = Counter()
        self._moved_of_sponsor: Counter[int] = Counter()
        for arrival in coming:
            for moved in self._moved_by(arrival):
                moved.update(arrival.audiences)

    def _moved_by(self, arrival: Arrival) -> Iterator[Counter[int]]:
        if arrival.by is None:
            yield self._moved
        if arrival.by in {None, self._reach.sponsor}:
            yield self._moved_of_sponsor

    def pass_by(self, arrival: Arrival) -> None:
        """Leave an arrival behind: what no later one moves stands here, or stood before."""
        for moved in self._moved_by(arrival):
            moved.subtract(arrival.audiences)
            for audience in arrival.audiences:
                if not moved[audience]:
                    del moved[audience]

    def reach(self) -> Reach:
        """Return what stands here."""
        if not self._moved and not self._moved_of_sponsor:
            return self._reach
        others, of_sponsor = self._reach.others, self._reach.of_sponsor
        return replace(
            self._reach, others=others.without(self._moved), of_sponsor=of_sponsor.without(self._moved_of_sponsor)
        )


# ── Arrivals as rows, and where their shares lie


def listed(audiences: Iterable[int]) -> str:
    """Return audiences as an arrival's row holds them."""
    return ",".join(map(str, audiences))


def arrival_of(first_seq: int, n: int, viewer: int | None, by: int | None, audiences: str, at: int) -> Arrival:
    """Return the arrival that a row says."""
    return Arrival(first_seq, n, viewer, by, frozenset(map(int, audiences.split(","))), at)


class ArrivalMemory:
    """What a process knows of arrivals, which never change: those for everybody, and every STEP-th share of some.

    Safe among threads.
    """

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._lock = Lock()
        self._for_everybody = ForEverybody((), frozenset())
        self._marks: OrderedDict[int, Sequence[int]] = OrderedDict()

    @property
    def last(self) -> int:
        """The first position of the last arrival for everybody that is known."""
        arrivals = self._for_everybody.arrivals
        return arrivals[-1].first_seq if arrivals else 0

    def learn(self, arrivals: Iterable[Arrival]) -> None:
        """Take in arrivals for everybody, all that there are behind `last`, ascending; known ones are passed over."""
        with self._lock:
            new = [arrival for arrival in arrivals if arrival.first_seq > self.last]
            if new:
                self._for_everybody = _together([*self._for_everybody.arrivals, *new])

    def for_everybody(self, up_to: int) -> ForEverybody:
        """Return those that begin at or below a position."""
        known = self._for_everybody
        if not known.arrivals or known.arrivals[-1].first_seq <= up_to:
            return known
        return _together([arrival for arrival in known.arrivals if arrival.first_seq <= up_to])

    def marks(self, arrival: Arrival, find: Callable[[Arrival], Sequence[int]]) -> Sequence[int]:
        """Return the numbers of an arrival's shares of ranks STEP - 1, 2 * STEP - 1, …, found once."""
        with self._lock:
            if arrival.first_seq in self._marks:
                self._marks.move_to_end(arrival.first_seq)
                return self._marks[arrival.first_seq]
        found = find(arrival) if arrival.n > STEP else ()
        with self._lock:
            self._marks[arrival.first_seq] = found
            while len(self._marks) > self._most:
                self._marks.popitem(last=False)
        return found


def _together(arrivals: Sequence[Arrival]) -> ForEverybody:
    return ForEverybody(arrivals, frozenset().union(*(arrival.audiences for arrival in arrivals)))
