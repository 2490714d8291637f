"""Read a feed: stretch after stretch (`mitra.store.places`), each page one statement where no arrival lies.

Budget: a page of 1,000 out of a million in 2 ms, wherever it lies and whatever part of them the viewer reads; measured
by `bench/taxii_pages.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.ledger.dates import micros, replay_date, replayed_by
from mitra.store.facts import FeedPage, FeedRow
from mitra.store.places import stretches
from mitra.store.sqlite.asking import BEFORE, Passing, served_at, values_of
from mitra.store.sqlite.replaying import Replay
from mitra.store.sqlite.ways import Finding, Question, Span

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.store.facts import Arrival, Filter
    from mitra.store.keys import Keys
    from mitra.store.places import ArrivalMemory, Stretch
    from mitra.store.readable import Sight
    from mitra.store.sqlite.raw import Raw
    from mitra.store.sqlite.ways import Counts

_ROW = f"s.seq, s.at, s.seq, {{names}}, r.raw, r.marking_at, {served_at()}"
_NAMED, _NAMELESS = _ROW.format(names="r.stix_id, r.modified"), _ROW.format(names="'', ''")
_AT = "SELECT seq FROM share INDEXED BY share_at WHERE at <= ? ORDER BY at DESC LIMIT 1"


class Source(NamedTuple):
    """What a feed is read from."""

    raw: Raw
    keys: Keys
    counts: Counts
    memory: ArrivalMemory


class Feeding:
    """The feed of one viewer, as far as it sees now."""

    def __init__(self, source: Source, sight: Sight, top: int, *, is_named: bool) -> None:
        self.raw, self.keys, self.counts, self.memory = source
        self.sight = sight
        self.top = top
        self.row = _NAMED if is_named else _NAMELESS

    def page(self, after: int, limit: int, only: Filter) -> FeedPage:
        """Return objects in ascending positions after a position and after the filter's date."""
        passing = Passing(self.sight.feeds, only)
        after = max(after, self._dated(only))
        rows: list[FeedRow] = []
        for stretch in stretches(passing.reach, self.sight.arrivals, after, self.top):
            wanted = limit + 1 - len(rows)
            if wanted <= 0:
                break
            read = self._ordinary if stretch.arrival is None else self._replayed
            rows += read(stretch, passing.standing(stretch.here), wanted)
        return FeedPage(rows[:limit], more=len(rows) > limit)

    def _ordinary(self, stretch: Stretch, passing: Passing, limit: int) -> list[FeedRow]:
        asked = Question(self.row, passing.at_its_number(), limit)
        return [*map(FeedRow._make, self._finding(passing).rows(Span(stretch.after, stretch.up_to), asked))]

    def _finding(self, passing: Passing) -> Finding:
        return Finding((self.raw, self.keys, self.counts), passing, self.top)

    # ── Replayed shares

    def _replayed(self, stretch: Stretch, passing: Passing, limit: int) -> list[FeedRow]:
        """Return what an arrival replays behind a position.

        1. The share at that position, from the nearest remembered mark.
        2. Of those behind it, what is readable and stands lowest here, by their own numbers.
        3. The ranks of these, by listing the arrival's shares up to the last of them.
        """
        arrival, before = stretch.arrival, stretch.before
        if arrival is None or before is None:
            return []
        replay = Replay(self.raw, self.memory, arrival)
        rank = stretch.after - arrival.first_seq + 1
        start = replay.seq_of(rank - 1) if rank else 0
        passing.values.update(values_of(before, BEFORE), first=arrival.first_seq)
        asked = Question(self.row, passing.where_replayed(), limit)
        found = self._finding(passing).rows(Span(start, arrival.first_seq - 1), asked)
        if not found:
            return []
        ranks = {seq: rank + nth for nth, seq in enumerate(replay.seqs(start, found[-1][0]))}
        return [self._moved(FeedRow(*row), arrival, ranks[row[0]]) for row in found]

    def _moved(self, row: FeedRow, arrival: Arrival, rank: int) -> FeedRow:
        position = arrival.first_seq + rank
        return row._replace(position=position, at=replay_date(arrival.at, arrival.n, rank, self.keys.drawn(position)))

    # ── Dates

    def _dated(self, only: Filter) -> int:
        """Return the last position of this viewer's whose date is not after the filter's."""
        if only.added_after is None:
            return 0
        date = micros(only.added_after)
        found = number_at(self.raw, only.added_after)
        begun = bisect_right(self.sight.arrivals, date, key=attrgetter("at"))
        if not begun:
            return found
        arrival = self.sight.arrivals[begun - 1]
        passed = replayed_by(arrival.at, arrival.n, date, lambda rank: self.keys.drawn(arrival.first_seq + rank))
        return max(found, arrival.first_seq - 1 + passed)


def number_at(raw: Raw, moment: datetime) -> int:
    """Return the number of the last share whose date is not after a moment, or 0."""
    return next((seq for (seq,) in raw.ask(_AT, [micros(moment)])), 0)
