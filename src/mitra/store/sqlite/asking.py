"""Build the statements by which a door reads: what a viewer reads as a condition, filters, and where to start.

A page is found in two steps.  *Which shares*: their numbers only, by the cheapest of four ways in:

* by id, when the filter names ids;
* by audience or by owner, when few shares have one of those: they are listed and sorted;
* by walking the shares in order, between the first and the last place that the viewer could read.

*What they say*: the rows of those numbers, records included, in order.  So no sort ever carries a record's bytes.

Measured on a million shares: a walk costs 0.1 µs a share that it passes, a listed share 2.5 µs with its checks.  The
`+` before a column keeps SQLite from using the index on it where the one on `record` is meant: without it, the check
that the same bytes stand nowhere lower takes minutes at 5,000 audiences instead of milliseconds.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import Tlp
from mitra.store.keys import order_of
from mitra.store.sqlite.raw import fold, marks, numbers
from mitra.store.states import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.store.facts import Filter
    from mitra.store.keys import Keys
    from mitra.store.readable import Reach
    from mitra.store.sqlite.raw import Raw

FEW_AUDIENCES: Final = 200
"""Up to so many, the first and last place and the counts are asked for each audience by itself."""
LISTING_COSTS: Final = 25
"""What listing one share costs, in shares walked past."""
NOTHING: Final = "0"

ROWS = """
SELECT s.seq, s.record, r.stix_id, s.type, r.modified, r.created_by, r.digest, r.raw, r.marking_at, r.title,
       s.audience, s.by, s.at, s.act, s.under, s.pap, s.condition, s.state, s.voice, r.accepted_at,
       (SELECT min(a.tlp) FROM share o INDEXED BY share_record JOIN store_audience a ON a.id = o.audience
        WHERE o.record = s.record AND o.seq <> s.seq AND o.state = {live} AND {others})
FROM share s CROSS JOIN record r ON r.id = s.record
WHERE s.seq IN ({seqs})
"""


@dataclass(frozen=True, slots=True)
class Span:
    """The shares to look among: above `after`, up to `up_to`."""

    after: int
    up_to: int


@dataclass(frozen=True, slots=True)
class Way:
    """Where the numbers come from: the tables to read, and what holds there already."""

    tables: str
    condition: str
    values: tuple[object, ...] = ()


def readable(alias: str, reach: Reach) -> str:
    """Return the condition that a share is readable.  It never starts from the index on audiences."""
    parts = []
    if reach.others:
        parts.append(f"+{alias}.audience IN ({numbers(reach.others)})")
    parts.extend(
        f"+{alias}.by = {by:d} AND +{alias}.audience IN ({numbers(audiences)})" for by, audiences in reach.beyond
    )
    return f"({' OR '.join(parts)})" if parts else NOTHING


class Asking:
    """One filter over one reach, as conditions."""

    def __init__(self, raw: Raw, keys: Keys, reach: Reach, only: Filter) -> None:
        self._raw = raw
        self._keys = keys
        self._only = only
        self._reach = reach.narrowed(only)
        asks_record = bool(only.words) or only.versions != "all"
        self._record = " CROSS JOIN record r ON r.id = s.record" if asks_record else ""

    def find(self, span: Span, limit: int, *, newest_first: bool = False) -> list[int]:
        """Return the numbers of the shares that pass, in order, at most so many."""
        if not self._reach.ids:
            return []
        way, span = self._way(span, limit)
        if span.after >= span.up_to:
            return []
        condition, values = self._passes()
        order = "DESC" if newest_first else "ASC"
        sql = (
            f"SELECT s.seq FROM {way.tables} WHERE {way.condition} AND s.seq > ? AND s.seq <= ? AND {condition} "
            f"ORDER BY s.seq {order} LIMIT ?"
        )
        found = self._raw.ask(sql, [*way.values, span.after, span.up_to, *values, limit])
        return [seq for (seq,) in found]

    def _way(self, span: Span, limit: int) -> tuple[Way, Span]:
        """Return the cheapest way in, and the part of the span that can hold anything."""
        if self._only.stix_ids:
            return self._by_id(), span
        audiences = self._reach.ids
        ways = []
        if len(audiences) <= FEW_AUDIENCES:
            listed = numbers(audiences)
            way = Way(f"share s INDEXED BY share_audience{self._record}", f"s.audience IN ({listed})")
            ways.append((self._count("audience", listed), way))
        if self._only.by:
            listed = numbers(self._only.by)
            way = Way(f"share s INDEXED BY share_by{self._record}", f"s.by IN ({listed})")
            ways.append((self._count("by", listed), way))
        if ways:
            n, way = min(ways, key=lambda pair: pair[0])
            if n == 0:
                return way, Span(0, 0)
            walked = min(span.up_to - span.after, limit * span.up_to // n)
            if n * LISTING_COSTS < walked:
                return way, span
        if len(audiences) <= FEW_AUDIENCES:
            span = self._first_and_last(span)
        return Way(f"share s NOT INDEXED{self._record}", "1"), span

    def _by_id(self) -> Way:
        ids = sorted(self._only.stix_ids)
        sids = numbers(self._keys.of_id(stix_id) for stix_id in ids)
        return Way(
            "record r INDEXED BY record_version CROSS JOIN share s INDEXED BY share_record ON s.record = r.id",
            f"r.sid IN ({sids}) AND r.stix_id IN ({marks(len(ids))})",
            tuple(ids),
        )

    def _count(self, column: str, listed: str) -> int:
        ((n,),) = self._raw.ask(f"SELECT coalesce(sum(n), 0) FROM tally WHERE {column} IN ({listed})")
        return int(n)

    def _first_and_last(self, span: Span) -> Span:
        """Return the span between the first and the last share in it that has one of the audiences.

        Who polls at the head, or reads little of what others write, is spared the walk over everything else.
        """
        listed = ",".join(f"({audience:d})" for audience in self._reach.ids)
        sql = (
            f"WITH listed (id) AS (VALUES {listed}) SELECT "
            "min((SELECT min(seq) FROM share INDEXED BY share_audience WHERE audience = listed.id AND seq > ?)), "
            "max((SELECT max(seq) FROM share INDEXED BY share_audience WHERE audience = listed.id AND seq <= ?)) "
            "FROM listed"
        )
        ((first, last),) = self._raw.ask(sql, [span.after, span.up_to])
        return Span(0, 0) if first is None or last is None else Span(first - 1, last)

    def _passes(self) -> tuple[str, list[object]]:
        """Return what a share and its record must be, and its values, in order."""
        only = self._only
        parts = [f"s.state = {LIVE}", readable("s", self._reach)]
        values: list[object] = []
        if only.by:
            parts.append(f"+s.by IN ({numbers(only.by)})")
        if only.types:
            parts.append(f"s.type IN ({marks(len(only.types))})")
            values.extend(sorted(only.types))
        if only.without_types:
            red = numbers(key for key in self._reach.ids if self._reach.audiences[key].tlp is Tlp.RED)
            parts.append(f"(s.type NOT IN ({marks(len(only.without_types))}) OR +s.audience IN ({red}))")
            values.extend(sorted(only.without_types))
        if only.words:
            parts.append("instr(fold(r.title), ?)")
            values.append(fold(only.words))
        if only.versions not in {"all", "last", "first"}:
            parts.append("(r.version = ? OR r.version = '' AND r.modified = ?)")
            values += [order_of(only.versions), only.versions]
        parts.append(self._stands_lowest())
        if only.versions in {"last", "first"}:
            parts.append(self._is_version(only.versions))
        return " AND ".join(parts), values

    def _among(self, alias: str) -> str:
        """Return the condition that another share is one of those that the filter chooses among."""
        by = f" AND +{alias}.by IN ({numbers(self._only.by)})" if self._only.by else ""
        return f"{alias}.state = {LIVE} AND {readable(alias, self._reach)}{by}"

    def _stands_lowest(self) -> str:
        return (
            "NOT EXISTS (SELECT 1 FROM share e INDEXED BY share_record "
            f"WHERE e.record = s.record AND e.seq < s.seq AND {self._among('e')})"
        )

    def _is_version(self, which: str) -> str:
        """Return the condition that no later (or earlier) version comes from a voice as near to the author.

        Only versions that name the same author, or that one organisation shared, are versions of one another: else
        anybody could put a version of its own before somebody else's object.
        """
        beyond = ">" if which == "last" else "<"
        return (
            "NOT EXISTS (SELECT 1 FROM record v INDEXED BY record_version "
            "CROSS JOIN share w INDEXED BY share_record ON w.record = v.id "
            f"WHERE v.sid = r.sid AND v.version {beyond} r.version AND v.stix_id = r.stix_id "
            f"AND w.voice <= s.voice AND (v.created_by = r.created_by OR +w.by = s.by) AND {self._among('w')})"
        )


def rows_of(seqs: Sequence[int], reach: Reach) -> str:
    """Return the statement that reads whole shares, with the loosest level at which this viewer reads each."""
    return ROWS.format(live=LIVE, others=readable("o", reach), seqs=numbers(seqs))


def after_date(raw: Raw, only: Filter, after: int) -> int:
    """Return the number after which shares are younger than the filter's date."""
    if only.added_after is None:
        return after
    sql = "SELECT seq FROM share INDEXED BY share_at WHERE at <= ? ORDER BY at DESC LIMIT 1"
    found = raw.ask(sql, [micros(only.added_after)])
    return max(after, found[0][0]) if found else after
