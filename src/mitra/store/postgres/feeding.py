"""One page of a feed: stretch after stretch of positions, until it is full."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mitra.core.ledger.dates import micros, replay_date, replayed_by
from mitra.core.policy.facts import Tlp
from mitra.store.facts import FeedPage, FeedRow
from mitra.store.places import STEP, stretches
from mitra.store.postgres.asking import Asking, Run, Span, readable
from mitra.store.postgres.raw import numbers
from mitra.store.states import LIVE, OTHER_SHARES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mitra.store.facts import Arrival, Filter
    from mitra.store.places import Stretch
    from mitra.store.postgres.store import Parts
    from mitra.store.readable import Sight

_AT = "SELECT seq FROM share WHERE at <= %s ORDER BY at DESC LIMIT 1"
_RECORDS = "SELECT id, stix_id, modified, raw, marking_at FROM record WHERE id = ANY(%s::int8[])"
_LOOSEST = """
SELECT o.record, min(a.tlp) FROM share o JOIN store_audience a ON a.id = o.audience
WHERE o.record = ANY(%(records)s::int8[]) AND o.state = {live} AND {readable} GROUP BY o.record
"""
_MARKS = """
SELECT seq FROM (
    SELECT seq, row_number() OVER (ORDER BY seq) AS nth FROM share
    WHERE seq < %(first)s AND audience = ANY(%(audiences)s::int8[]) AND by = coalesce(%(by)s, by)
) s WHERE nth %% {step} = 0 ORDER BY seq
"""


_ZERO = ord("0")
_STRICTEST = max(Tlp)


class Placed(NamedTuple):
    """A share where it stands for this reader, without its record."""

    position: int
    at: int
    seq: int
    record: int
    audience: int
    company: int


def after_date(parts: Parts, only: Filter, after: int) -> int:
    """Return the number of the last share that is not younger than the filter's date, or `after` if that is higher."""
    if only.added_after is None:
        return after
    found = parts.raw.ask(_AT, [micros(only.added_after)])
    return max(after, found[0][0]) if found else after


class Feed:
    """What one filter leaves of one viewer's feed."""

    def __init__(self, parts: Parts, sight: Sight, only: Filter) -> None:
        self._parts = parts
        self._raw = parts.raw
        self._sight = sight
        self._only = only
        self._asking = Asking(parts.raw, parts.keys, sight.feeds, only)

    def page(self, after: int, top: int, limit: int) -> FeedPage:
        """Return the page behind a position, as far as `top`."""
        found: list[Placed] = []
        for stretch in stretches(self._asking.reach, self._sight.arrivals, self._begin(after), top):
            found += self._standing(stretch, limit + 1 - len(found))
            if len(found) > limit:
                break
        return FeedPage(self._rows(found[:limit]), more=len(found) > limit)

    def _begin(self, after: int) -> int:
        """Return the last position that is not younger than the filter's date, or `after` if that is higher."""
        begin = after_date(self._parts, self._only, after)
        if self._only.added_after is not None:
            date = micros(self._only.added_after)
            for arrival in self._sight.arrivals:
                passed = replayed_by(arrival.at, arrival.n, date, self._drawn(arrival))
                begin = max(begin, arrival.first_seq - 1 + passed) if passed else begin
        return begin

    def _standing(self, stretch: Stretch, limit: int) -> list[Placed]:
        if stretch.arrival is not None:
            return self._replayed(stretch, stretch.arrival, limit)
        rows = self._asking.rows(stretch.here, Span(stretch.after, stretch.up_to), limit)
        return [Placed(seq, at, seq, *rest) for seq, at, *rest in rows]

    def _replayed(self, stretch: Stretch, arrival: Arrival, limit: int) -> list[Placed]:
        drawn = self._drawn(arrival)
        found: list[Placed] = []
        for run in self._runs(arrival, stretch.after - arrival.first_seq + 1):
            for seq, _, *rest, rank in self._asking.members(stretch, arrival, run, limit - len(found)):
                at = replay_date(arrival.at, arrival.n, rank, drawn(rank))
                found.append(Placed(arrival.first_seq + rank, at, seq, *rest))
            if len(found) >= limit:
                break
        return found

    def _runs(self, arrival: Arrival, rank: int) -> Iterator[Run]:
        """Yield runs of an arrival's shares from a rank on, each twice as long as the one before."""
        marks = self._parts.arrivals.marks(arrival, self._marks)
        step, steps = rank // STEP, 1
        while step * STEP < arrival.n:
            after = marks[step - 1] if step else 0
            last = step + steps - 1
            yield Run(Span(after, marks[last] if last < len(marks) else arrival.first_seq - 1), step * STEP, rank)
            step, steps = step + steps, 2 * steps

    def _marks(self, arrival: Arrival) -> Sequence[int]:
        values = {"first": arrival.first_seq, "audiences": numbers(arrival.audiences), "by": arrival.by}
        return [seq for (seq,) in self._raw.ask(_MARKS.format(step=STEP), values)]

    def _drawn(self, arrival: Arrival) -> Callable[[int], int]:
        return lambda rank: self._parts.keys.drawn(arrival.first_seq + rank)

    def _rows(self, found: Sequence[Placed]) -> list[FeedRow]:
        if not found:
            return []
        ids = numbers(placed.record for placed in found)
        records = {row[0]: row for row in self._raw.ask(_RECORDS, [ids])}
        levels = self._sight.feeds.ids.levels
        loosest = self._loosest(found)
        rows = []
        for position, at, seq, record, audience, _ in found:
            if record in records:
                tlp = min(levels[audience - 1] - _ZERO, loosest.get(record, _STRICTEST))
                _, stix_id, modified, raw, marking_at = records[record]
                rows.append(FeedRow(position, at, seq, stix_id, modified, raw, marking_at, tlp))
        return rows

    def _loosest(self, found: Sequence[Placed]) -> Mapping[int, int]:
        """Return the loosest level of each record that has other shares."""
        shared = [placed.record for placed in found if placed.company & OTHER_SHARES]
        if not shared:
            return {}
        values: dict[str, object] = {"records": numbers(shared)}
        sql = _LOOSEST.format(live=LIVE, readable=readable("o", self._sight.feeds, values))
        return dict(self._raw.ask(sql, values))
