"""Build the statements by which a door reads: what a viewer reads as a condition, filters, and where to start.

A page is found in two steps.  Which shares, as narrow rows in order, by the cheapest way in:

* by words, when the filter has some: from stretch to stretch, as the index of words keeps no order;
* by id, when the filter names ids;
* *listing*: of each audience (or owner) the first shares in the span, from its index, merged in order;
* *walking* the shares in order and testing each.

Then what their records say, one probe each.

A set of audiences goes in as a map of bytes, the byte at an id being not nought when it is in it: testing a share costs
0.15 µs whether the set has five or fifty thousand (measured; a hash of numbers 0.16, and 10 ms to send).  A listed
share costs six walked ones, an audience without any eight.  How far a page would have to walk is guessed from the
tallies; a walk that guessed wrongly stops, and what is left is listed, so no page walks the whole store for nothing.

`+ 0` keeps a condition from being answered by an index; `LIMIT 1` keeps a record's probe where it is written.
"""

# ruff: noqa: S608 - what is written into a statement is our own words and numbers; every value is bound

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.core.policy.facts import Tlp
from mitra.store.keys import order_of
from mitra.store.postgres.raw import numbers
from mitra.store.states import LIVE, OTHER_RECORDS, OTHER_SHARES
from mitra.store.words.lexemes import STRETCH_BITS, by_places, in_one_of, stretch_of
from mitra.store.words.tables import ts_query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mitra.store.audiences import AudienceSet
    from mitra.store.facts import Arrival, Filter
    from mitra.store.keys import Keys
    from mitra.store.places import Stretch
    from mitra.store.postgres.raw import Raw, Row
    from mitra.store.readable import Reach
    from mitra.store.words.lexemes import Match

FEW_AUDIENCES: Final = 200
"""Up to so many, the tallies are asked how many shares they have."""
A_LISTED_SHARE: Final = 6
AN_AUDIENCE: Final = 8
"""What listing costs, in shares walked past."""
PATIENCE: Final = 4
"""A walk may take so many times as long as was guessed."""
FEW_SHARES: Final = 5_000
"""Who reads so many, has each looked at for words."""
SHORT_STRETCH: Final = 1 << 10
LONG_STRETCH: Final = 1 << 14
"""Up to so many shares, a stretch is asked as a whole whatever there is in it."""
MUCH: Final = 64
LEAST_WALK: Final = 20_000
"""So far every walk goes, in shares: 3 ms."""
NOTHING: Final = "false"

NARROW: Final = "s.seq, s.at, s.record, s.audience, s.company"
_RECORD = "CROSS JOIN LATERAL (SELECT * FROM record WHERE id = {of}.record LIMIT 1) r"
_OF_IDS = "record r JOIN share s ON s.record = r.id"
_BY = "{}.by + 0 = ANY(%(by)s::int8[])"
_LATER = """
SELECT FROM record m CROSS JOIN LATERAL (
    SELECT id, created_by, stix_id, version FROM record WHERE sid = m.sid AND n = 0
    UNION ALL
    SELECT id, created_by, stix_id, version FROM record WHERE sid = m.sid AND n > 0 AND version {beyond} m.version
) v JOIN share w ON w.record = v.id
WHERE m.id = s.record AND v.version {beyond} m.version AND v.stix_id = m.stix_id AND w.voice <= s.voice
AND (v.created_by = m.created_by OR w.by = s.by) AND {among}
"""


@dataclass(frozen=True, slots=True)
class Span:
    """The shares to look among: above `after`, up to `up_to`."""

    after: int
    up_to: int

    @property
    def size(self) -> int:
        """How many numbers lie in it."""
        return max(self.up_to - self.after, 0)


NOWHERE: Final = Span(0, 0)


class Run(NamedTuple):
    """A run of an arrival's shares: those in a span, the first of which has the rank `first`, from `rank` on."""

    span: Span
    first: int
    rank: int


@dataclass(frozen=True, slots=True)
class Way:
    """Where to look: how far to walk, and what of the rest to list."""

    walked: Span
    listed: Span = NOWHERE
    by: str = "audience"
    """The column whose shares are listed."""
    keys: str = "{}"
    """Which of them, as one array."""


def readable(alias: str, reach: Reach, values: dict[str, object], name: str = "reach") -> str:
    """Return the condition that a share is readable, and put its values under this name."""
    parts = []
    if reach.others:
        parts.append(_is_in(alias, reach.others, values, f"{name}_others"))
    for whose, by, audiences in (("own", reach.me, reach.own), ("sponsor", reach.sponsor, reach.of_sponsor)):
        if by is not None and audiences:
            values[f"{name}_{whose}_by"] = by
            part = _is_in(alias, audiences, values, f"{name}_{whose}")
            parts.append(f"{alias}.by + 0 = %({name}_{whose}_by)s AND {part}")
    return f"({' OR '.join(parts)})" if parts else NOTHING


def _is_in(alias: str, audiences: AudienceSet, values: dict[str, object], name: str) -> str:
    values[name] = audiences.levels
    found = f"get_byte(%({name})s::bytea, ({alias}.audience - 1)::int4) > 0"
    return f"CASE WHEN {alias}.audience <= length(%({name})s::bytea) THEN {found} ELSE false END"


class Asking:
    """One filter over one reach, as statements."""

    def __init__(self, raw: Raw, keys: Keys, reach: Reach, only: Filter, match: Match | None = None) -> None:
        self._raw = raw
        self._keys = keys
        self._match = match
        self._only = only
        self.reach = reach.narrowed(only)
        is_among_words = bool(only.words and only.stix_ids)
        asks_record = is_among_words or only.versions not in {"all", "last", "first"}
        self._record = _RECORD.format(of="s") if asks_record else ""

    def find(self, span: Span, limit: int, *, newest_first: bool = False) -> list[int]:
        """Return the numbers of the shares that pass, in order, at most so many."""
        return [row[0] for row in self.rows(self.reach, span, limit, newest_first=newest_first)]

    def rows(self, here: Reach, span: Span, limit: int, *, newest_first: bool = False) -> list[Row]:
        """Return NARROW rows of the shares in the span that pass and stand in these sets, in order, at most so many.

        What has words is found newest first only.
        """
        if not here.ids or not span.size:
            return []
        values = self._values()
        passes = self._passes(here, values)
        if self._match is not None:
            return self._of_words(here, self._match, span, (passes, values, limit))
        if self._only.stix_ids:
            return self._of_ids(span, passes, values, limit, newest_first=newest_first)
        way = self._way(here, span, limit, newest_first=newest_first)
        found: list[Row] = []
        if way.walked.size:
            found = self._raw.ask(self._walk(passes, newest_first=newest_first), {**values, **_in(way.walked, limit)})
        if len(found) < limit and way.listed.size:
            listing = self._list(way.by, passes, newest_first=newest_first)
            found += self._raw.ask(listing, {**values, **_in(way.listed, limit - len(found)), "listed": way.keys})
        return found

    def members(self, stretch: Stretch, arrival: Arrival, run: Run, limit: int) -> list[Row]:
        """Return (NARROW, rank) rows of the shares of a run of an arrival that pass, in order, at most so many."""
        values = self._values()
        passes = self._passes(stretch.here, values, stretch.before, arrival.first_seq)
        values |= {**_in(run.span, limit), "first": run.first, "rank": run.rank, "arrived": numbers(arrival.audiences)}
        by = ""
        if arrival.by is not None:
            by, values["arrived_by"] = "AND by = %(arrived_by)s", arrival.by
        sql = f"""
            SELECT {NARROW}, s.rank FROM (
                SELECT *, %(first)s - 1 + row_number() OVER (ORDER BY seq) AS rank FROM share
                WHERE seq > %(after)s AND seq <= %(up_to)s AND audience = ANY(%(arrived)s::int8[]) {by}
            ) s {self._record} WHERE s.rank >= %(rank)s AND {passes} ORDER BY s.seq LIMIT %(limit)s
        """
        return self._raw.ask(sql, values)

    # ── Which way

    def _way(self, here: Reach, span: Span, limit: int, *, newest_first: bool) -> Way:
        """Return how to look through a span: walk it when that is short, else list what few have, else walk a while."""
        if span.size <= LEAST_WALK:
            return Way(span)
        audiences = here.ids
        by, keys, count = "audience", numbers(audiences), len(audiences)
        known = count <= FEW_AUDIENCES
        n = self._count("audience", keys) if known else None
        if self._only.by:
            owners = numbers(self._only.by)
            shared = self._count("by", owners)
            if n is None or shared < n:
                by, keys, count, n = "by", owners, len(self._only.by), shared
        if n == 0:
            return Way(NOWHERE)
        far = span.size if n is None else min(span.size, limit * span.up_to // n)
        if n is not None and count * AN_AUDIENCE + min(n, count * limit) * A_LISTED_SHARE < far:
            return Way(NOWHERE, span, by, keys)
        far = min(span.size, LEAST_WALK if n is None else far * PATIENCE + LEAST_WALK)
        if newest_first:
            return Way(Span(span.up_to - far, span.up_to), Span(span.after, span.up_to - far), by, keys)
        return Way(Span(span.after, span.after + far), Span(span.after + far, span.up_to), by, keys)

    def _count(self, column: str, keys: str) -> int:
        sql = f"SELECT coalesce(sum(n), 0)::int8 FROM tally WHERE {column} = ANY(%s::int8[])"
        ((n,),) = self._raw.ask(sql, [keys])
        return int(n)

    # ── Statements

    def _walk(self, passes: str, *, newest_first: bool) -> str:
        order = "DESC" if newest_first else "ASC"
        return (
            f"SELECT {NARROW} FROM share s {self._record} "
            f"WHERE s.seq > %(after)s AND s.seq <= %(up_to)s AND {passes} ORDER BY s.seq {order} LIMIT %(limit)s"
        )

    def _list(self, by: str, passes: str, *, newest_first: bool) -> str:
        order = "DESC" if newest_first else "ASC"
        return f"""
            SELECT each.* FROM unnest(%(listed)s::int8[]) key CROSS JOIN LATERAL (
                SELECT {NARROW} FROM share s {self._record}
                WHERE s.{by} = key AND s.seq > %(after)s AND s.seq <= %(up_to)s AND {passes}
                ORDER BY s.seq {order} LIMIT %(limit)s
            ) each ORDER BY each.seq {order} LIMIT %(limit)s
        """

    def _of_words(
        self, here: Reach, match: Match, span: Span, asked: tuple[str, Mapping[str, object], int]
    ) -> list[Row]:
        """Return what has the words, newest first.

        Of who reads little, all shares are looked at.  Else the index is asked from stretch to stretch, each four times
        as long as the one before: it gives all that a stretch has or nothing, so a long one in which there is much is
        not asked as a whole.
        """
        passes, values, limit = asked
        match = by_places(match, self._only, ())
        sql = f"""
            SELECT {NARROW} FROM words f JOIN share s ON s.seq = f.seq {self._record}
            WHERE {{those}} AND f.lexemes @@ %(match)s::tsquery AND f.seq > %(after)s AND f.seq <= %(up_to)s
            AND {passes} ORDER BY f.seq DESC LIMIT %(limit)s
        """
        audiences = numbers(here.ids)
        if len(here.ids) <= FEW_AUDIENCES and self._count("audience", audiences) <= FEW_SHARES:
            few = {**values, **_in(span, limit), "match": ts_query(match), "audiences": audiences}
            return self._raw.ask(sql.format(those="s.audience = ANY(%(audiences)s::int8[])"), few)
        rows: list[Row] = []
        rest, size = span, SHORT_STRETCH
        while len(rows) < limit and rest.size:
            part, stretches = _last_of(rest, size)
            if size > LONG_STRETCH and self._has_much(match, part):
                size = SHORT_STRETCH
                continue
            there = ts_query(in_one_of(match, stretches))
            found = self._raw.ask(sql.format(those="true"), {**values, **_in(part, limit - len(rows)), "match": there})
            rows += found
            rest, size = Span(rest.after, part.after), size * 4
        return rows

    def _has_much(self, match: Match, part: Span) -> bool:
        """Return whether a long stretch has many shares that match, by looking at four short ones in it."""
        bits = STRETCH_BITS[0]
        some = {stretch_of(part.up_to - nth * part.size // 4, bits) for nth in range(4)}
        sql = "SELECT count(*) FROM words WHERE lexemes @@ %s::tsquery"
        ((n,),) = self._raw.ask(sql, [ts_query(in_one_of(match, some))])
        return int(n) > MUCH

    def _of_ids(
        self, span: Span, passes: str, values: Mapping[str, object], limit: int, *, newest_first: bool
    ) -> list[Row]:
        ids = sorted(self._only.stix_ids)
        sids = numbers(self._keys.of_id(stix_id) for stix_id in ids)
        sql = f"""
            SELECT {NARROW} FROM {_OF_IDS}
            WHERE r.sid = ANY(%(sids)s::int8[]) AND r.stix_id = ANY(%(stix_ids)s)
            AND s.seq > %(after)s AND s.seq <= %(up_to)s AND {passes}
            ORDER BY s.seq {"DESC" if newest_first else "ASC"} LIMIT %(limit)s
        """
        return self._raw.ask(sql, {**values, **_in(span, limit), "sids": sids, "stix_ids": ids})

    # ── Conditions

    def _values(self) -> dict[str, object]:
        """Return what the filter says, under the names by which conditions call it."""
        only = self._only
        return {
            "by": numbers(only.by),
            "types": sorted(only.types),
            "without_types": sorted(only.without_types),
            "version": "" if only.versions in {"all", "last", "first"} else order_of(only.versions),
            "modified": only.versions,
        }

    def _passes(
        self, here: Reach, values: dict[str, object], before: Reach | None = None, first_seq: int | None = None
    ) -> str:
        """Return what a share and its record must be: one of these sets, and at its record's lowest place.

        For an arrival, that begins at `first_seq`: `before` is what stands below it, as the reader's own shares do.
        """
        only = self._only
        parts = [f"s.state = {LIVE}", readable("s", here, values, "here")]
        if only.by:
            parts.append(_BY.format("s"))
        if only.types:
            parts.append("s.type = ANY(%(types)s::text[])")
        if only.without_types:
            red = _is_in("s", self.reach.ids.at([Tlp.RED]), values, "red")
            parts.append(f"(s.type <> ALL(%(without_types)s::text[]) OR {red})")
        if only.words and only.stix_ids:
            parts.append("r.stix_id = ANY(%(stix_ids)s)")
            values["stix_ids"] = sorted(only.stix_ids)
        if only.versions not in {"all", "last", "first"}:
            parts.append("(r.version = %(version)s OR r.version = '' AND r.modified = %(modified)s)")
        lower = f"e.seq < s.seq AND {self._among('e', here, values, 'here')}"
        if before is not None:
            values["arrival"] = first_seq
            lower = f"({lower} OR e.seq < %(arrival)s AND {self._among('e', before, values, 'before')})"
            if before.me is not None:
                values["me"] = before.me
                parts.append("s.by <> %(me)s")
        parts.append(
            f"(s.company & {OTHER_SHARES} = 0 OR "
            f"NOT EXISTS (SELECT FROM share e WHERE e.record = s.record AND e.seq <> s.seq AND {lower}))"
        )
        if only.versions in {"last", "first"}:
            later = _LATER.format(
                beyond=">" if only.versions == "last" else "<", among=self._among("w", self.reach, values, "reach")
            )
            parts.append(f"(s.company & {OTHER_RECORDS} = 0 OR NOT EXISTS ({later}))")
        return " AND ".join(parts)

    def _among(self, alias: str, reach: Reach, values: dict[str, object], name: str) -> str:
        """Return the condition that another share is one of those that the filter chooses among."""
        by = f" AND {_BY.format(alias)}" if self._only.by else ""
        return f"{alias}.state = {LIVE} AND {readable(alias, reach, values, name)}{by}"


def _last_of(span: Span, size: int) -> tuple[Span, Sequence[str]]:
    """Return the last part of a span, of about a size, and the lexemes of the stretches that it lies in."""
    bits = max(bits for bits in STRETCH_BITS if 1 << bits <= size)
    first = max(span.after + 1, span.up_to - size + 1) >> bits
    last = span.up_to >> bits
    part = Span(max(span.after, (first << bits) - 1), span.up_to)
    return part, [stretch_of(number << bits, bits) for number in range(first, last + 1)]


def _in(span: Span, limit: int) -> dict[str, object]:
    return {"after": span.after, "up_to": span.up_to, "limit": limit}
