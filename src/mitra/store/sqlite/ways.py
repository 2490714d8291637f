"""Find shares by their numbers, by the cheapest way in.

* by words, when the filter has some: the index of words gives them in order;
* by id, when the filter names ids;
* by audience, by owner or by type, when few shares have one of those: listed in windows of numbers, and sorted;
* by walking the shares in order.

Measured on a million shares, in shares walked past (0.07 µs): a listed share costs 15, and so does each place in an
index where a listing begins.  How many shares a way leads to is told by tallies and remembered until the store has
grown by a hundredth, for it decides about speed only.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mitra.store.sqlite.asking import listed
from mitra.store.sqlite.raw import marks
from mitra.store.words.lexemes import by_places
from mitra.store.words.tables import fts_query

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

    from mitra.store.keys import Keys
    from mitra.store.sqlite.asking import Passing
    from mitra.store.sqlite.raw import Raw, Row
    from mitra.store.words.lexemes import Match

FEW_AUDIENCES: Final = 200
"""Up to so many, the first and last place of each is asked for before a long walk."""
COUNTED_AUDIENCES: Final = 5_000
FEW_OF: Final = 20
"""Who reads less than one share of so many asks for words in its audiences; others read past what is not for them."""
LISTING_COSTS: Final = 15
LONG_WALK: Final = 20_000
GENEROUS: Final = 1.5
"""How much larger than by the average the first window is."""
GROWTH: Final = 4
"""From one window to the next."""
NUMBER: Final = "s.seq"
_WITHIN: Final = "> :after AND s.seq <= :up_to"
_LISTING: Final = """
SELECT s.seq FROM share s INDEXED BY share_{column} WHERE s.{column} IN (SELECT value FROM json_each(:listing))
"""
_BY_ID: Final = """
SELECT s.seq FROM record r INDEXED BY record_id CROSS JOIN share s INDEXED BY share_record ON s.record = r.id
WHERE r.sid IN (SELECT value FROM json_each(:sids)) AND r.stix_id IN (SELECT value FROM json_each(:stix_ids))
"""


_BY_WORDS: Final = "SELECT s.rowid AS seq FROM words s WHERE s.words MATCH :match"


class Span(NamedTuple):
    """The shares to look among: above `after`, up to `up_to`."""

    after: int
    up_to: int

    def split(self, size: int, *, newest_first: bool) -> tuple[Span, Span]:
        """Return the part to look at first, of at most that size, and the rest."""
        if newest_first:
            at = max(self.after, self.up_to - size)
            return Span(at, self.up_to), Span(self.after, at)
        at = min(self.up_to, self.after + size)
        return Span(self.after, at), Span(at, self.up_to)


class Question(NamedTuple):
    """What is asked of the shares that pass: which columns, under which condition, how many, in which direction."""

    columns: str
    condition: str
    limit: int
    newest_first: bool = False


class Way(NamedTuple):
    """Where the numbers come from: a statement that lists them by an index, or none where shares are walked."""

    listing: str = ""
    window: int = 0
    """Among how many numbers to look first."""
    number: str = NUMBER
    """What the statement calls a share's number."""


class Listing(NamedTuple):
    """Some values of one indexed column, and how many live shares have one of them."""

    column: str
    values: Collection[Any]
    n: int


class Counts:
    """How many live shares have one of some values, as last counted.  Safe among threads."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()

    def of(self, key: Hashable, top: int, count: Callable[[], int]) -> int:
        """Return what was counted for the key, or count when the store has grown since."""
        with self._lock:
            known, n = self._kept.get(key, (-1, 0))
        if not known <= top <= known + known // 100:
            known, n = top, count()
        with self._lock:
            self._kept[key] = known, n
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return n


class Finding:
    """Finds the shares that pass, among those up to the highest number given out."""

    def __init__(self, parts: tuple[Raw, Keys, Counts], passing: Passing, top: int, match: Match | None = None) -> None:
        self._raw, self._keys, self._counts = parts
        self._passing = passing
        self._top = top
        self._match = match

    def numbers(self, span: Span, limit: int, *, newest_first: bool = False) -> list[int]:
        """Return the numbers of the shares that pass, in order, at most so many."""
        asked = Question(NUMBER, self._passing.at_its_number(), limit, newest_first)
        return [seq for (seq,) in self.rows(span, asked)]

    def rows(self, span: Span, asked: Question) -> list[Row]:
        """Return the columns asked for, in the order of the shares' numbers."""
        if span.after >= span.up_to or not self._passing.reach.ids:
            return []
        way = self._way(span, asked.limit)
        if not way.listing:
            return self._walk(self._first_and_last(span), asked)
        found: list[Row] = []
        size = way.window
        while len(found) < asked.limit and span.after < span.up_to:
            window, span = span.split(size, newest_first=asked.newest_first)
            found += self._list(way, window, asked._replace(limit=asked.limit - len(found)))
            size *= GROWTH
        return found

    def _walk(self, span: Span, asked: Question) -> list[Row]:
        tables = f"share s NOT INDEXED{self._record(asked)}"
        condition = f"s.seq {_WITHIN} AND {asked.condition} ORDER BY s.seq {_order(asked)}"
        return self._ask(tables, condition, span, asked)

    def _list(self, way: Way, span: Span, asked: Question) -> list[Row]:
        """Read what a listing leads to, in its order; the limit in it keeps SQLite from dropping that order."""
        number = way.number
        within = _WITHIN.replace(NUMBER, number)
        listing = f"{way.listing} AND {number} {within} ORDER BY {number} {_order(asked)} LIMIT -1"
        tables = f"({listing}) f CROSS JOIN share s ON s.seq = f.seq{self._record(asked)}"
        return self._ask(tables, asked.condition, span, asked)

    def _ask(self, tables: str, condition: str, span: Span, asked: Question) -> list[Row]:
        sql = f"SELECT {asked.columns} FROM {tables} WHERE {condition} LIMIT :limit"
        values = {**self._passing.values, "after": span.after, "up_to": span.up_to, "limit": asked.limit}
        return self._raw.ask(sql, values)

    def _record(self, asked: Question) -> str:
        needed = asked.columns != NUMBER or self._passing.asks_record
        return " CROSS JOIN record r ON r.id = s.record" if needed else ""

    # ── Which way

    def _way(self, span: Span, limit: int) -> Way:
        """Return the cheapest way in."""
        only, ids = self._passing.only, self._passing.reach.ids
        if self._match is not None:
            return self._by_words(self._match, span)
        if only.stix_ids:
            return self._by_id(span)
        listings = [
            self._listing(column, values, key)
            for column, values, key in (
                ("by", only.by, only.by),
                ("type", only.types, only.types),
                ("audience", ids if len(ids) <= COUNTED_AUDIENCES else (), ids.levels),
            )
            if values
        ]
        if listings:
            best = min(listings, key=lambda each: each.n)
            n = max(best.n, 1)
            walked = min(span.up_to - span.after, limit * self._top // n)
            if LISTING_COSTS * (len(best.values) + min(limit, n)) < walked:
                return self._by(best, int(GENEROUS * limit * self._top / n) + 1)
        return Way()

    def _by_words(self, match: Match, span: Span) -> Way:
        only, ids = self._passing.only, self._passing.reach.ids
        is_narrow = len(ids) <= FEW_AUDIENCES and self._listing("audience", ids, ids.levels).n * FEW_OF < self._top
        self._passing.values["match"] = fts_query(by_places(match, only, ids if is_narrow else ()))
        return Way(_BY_WORDS, span.up_to - span.after, "s.rowid")

    def _by_id(self, span: Span) -> Way:
        stix_ids = self._passing.only.stix_ids
        self._passing.values.update(stix_ids=listed(stix_ids), sids=listed({*map(self._keys.of_id, stix_ids)}))
        return Way(_BY_ID, span.up_to - span.after)

    def _listing(self, column: str, values: Collection[Any], key: Hashable) -> Listing:
        def count() -> int:
            sql = f"SELECT coalesce(sum(n), 0) FROM tally WHERE {column} IN (SELECT value FROM json_each(?))"
            return int(self._raw.ask(sql, [listed(values)])[0][0])

        return Listing(column, values, self._counts.of((column, key), self._top, count))

    def _by(self, listing: Listing, window: int) -> Way:
        self._passing.values["listing"] = listed(listing.values)
        return Way(_LISTING.format(column=listing.column), window)

    def _first_and_last(self, span: Span) -> Span:
        """Return the span between the first and the last share in it that has one of the audiences.

        Who polls at the head, or reads little of what others write, is spared the walk over everything else.
        """
        ids = self._passing.reach.ids
        if len(ids) > FEW_AUDIENCES or span.up_to - span.after <= LONG_WALK:
            return span
        sql = (
            f"WITH listed (id) AS (VALUES {marks(len(ids), '(?)')}) SELECT "
            "min((SELECT min(seq) FROM share INDEXED BY share_audience WHERE audience = listed.id AND seq > ?)), "
            "max((SELECT max(seq) FROM share INDEXED BY share_audience WHERE audience = listed.id AND seq <= ?)) "
            "FROM listed"
        )
        ((first, last),) = self._raw.ask(sql, [*ids, span.after, span.up_to])
        return Span(0, 0) if first is None or last is None else Span(first - 1, last)


def _order(asked: Question) -> str:
    return "DESC" if asked.newest_first else "ASC"
