"""Say in SQL what a door asks: what a viewer reads, what a filter leaves, which place is the lowest.

Sets of audiences are bound as bytes and tested a byte at a time, so that the text of a statement does not depend on
the viewer and SQLite prepares it once.  Measured on a million shares, a page of 1,000 of which one in two is readable:
0.6 ms so, 2.1 ms with 5,000 audiences written in as a list.

Whether the same bytes stand lower, and whether a later version is there, is asked of those shares alone whose
`company` says that there could be: of most there is neither.  The `+` before a column keeps SQLite from using the index
on it where the one on `record` is meant.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import orjson

from mitra.core.policy.facts import Tlp
from mitra.store.audiences import DIGITS
from mitra.store.keys import order_of
from mitra.store.states import LIVE, OTHER_RECORDS, OTHER_SHARES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.store.facts import Filter
    from mitra.store.readable import Reach
    from mitra.store.sqlite.raw import Values

WHOLE, HERE, BEFORE, AMONG = "whole", "here", "before", "among"
"""Names of the sets that a statement may test: all that the viewer reads, what stands in a stretch of its feed, what
stands somewhere below that, and what a filter chooses among."""


def level_of(table: str) -> str:
    """Return the level of a row's audience, where `:levels` holds those of all audiences."""
    return f"CAST(substr(:levels, {table}.audience, 1) AS INTEGER)"


_READ = """
SELECT s.seq, s.record, r.stix_id, s.type, r.modified, r.created_by, r.digest, r.raw, r.marking_at, r.title,
       s.audience, s.by, s.at, s.act, s.under, s.pap, s.condition, s.state, s.voice, r.accepted_at, {tlp}
FROM share s CROSS JOIN record r ON r.id = s.record
WHERE s.seq IN (SELECT value FROM json_each(:seqs)) ORDER BY s.seq
"""


def may_read(alias: str, which: str = WHOLE) -> str:
    """Return the condition that a share is in one of the sets.  It never starts from an index.

    What is in no set whoever shared it, as most are when little is readable, is told by one byte.
    """
    return (
        f"substr(:{which}_any, {alias}.audience, 1) > x'00' AND (substr(:{which}_others, {alias}.audience, 1) > x'00' "
        f"OR +{alias}.by = :me AND substr(:{which}_own, {alias}.audience, 1) > x'00' "
        f"OR +{alias}.by = :sponsor AND substr(:{which}_of_sponsor, {alias}.audience, 1) > x'00')"
    )


def values_of(reach: Reach, which: str = WHOLE) -> Values:
    """Return the values that `may_read` binds."""
    return {
        "me": reach.me,
        "sponsor": reach.sponsor,
        f"{which}_any": reach.ids.levels,
        f"{which}_others": reach.others.levels,
        f"{which}_own": reach.own.levels,
        f"{which}_of_sponsor": reach.of_sponsor.levels,
    }


def served_at() -> str:
    """Return the level at which a share's bytes are served: the loosest of all of them that the viewer reads."""
    own = level_of("s")
    return (
        f"CASE WHEN s.company & {OTHER_SHARES} THEN min({own}, coalesce("
        f"(SELECT min({level_of('o')}) FROM share o INDEXED BY share_record "
        f"WHERE o.record = s.record AND o.state = {LIVE} AND {may_read('o')}), {own})) ELSE {own} END"
    )


ROWS = _READ.format(tlp=served_at())
"""Whole shares by their numbers."""


class Passing:
    """What a share and its record must be to pass a filter, as conditions and the values that they bind."""

    def __init__(self, reach: Reach, only: Filter) -> None:
        self.only = only
        self.reach = reach.narrowed(only)
        self.values: Values = {
            **values_of(reach),
            **values_of(self.reach, HERE),
            **values_of(self.reach, AMONG),
            "levels": reach.audiences.all.levels,
        }
        is_among_words = bool(only.words and only.stix_ids)
        self.asks_record = is_among_words or only.versions not in {"all", "last", "first"}
        self._parts = self._narrowing()

    def standing(self, here: Reach) -> Passing:
        """Return the same for one stretch of a feed, in which only these stand."""
        passing = copy(self)
        passing.reach = here
        passing.values = {**self.values, **values_of(here, HERE)}
        return passing

    def _narrowing(self) -> list[str]:
        only, values = self.only, self.values
        parts = [f"s.state = {LIVE}"]
        if only.by:
            parts.append("+s.by IN (SELECT value FROM json_each(:by))")
            values["by"] = listed(only.by)
        if only.types:
            parts.append("+s.type IN (SELECT value FROM json_each(:types))")
            values["types"] = listed(only.types)
        if only.without_types:
            red = f"substr(:levels, s.audience, 1) = x'{DIGITS[Tlp.RED]:x}'"
            parts.append(f"(s.type NOT IN (SELECT value FROM json_each(:without_types)) OR {red})")
            values["without_types"] = listed(only.without_types)
        if only.words and only.stix_ids:
            parts.append("r.stix_id IN (SELECT value FROM json_each(:stix_ids))")
            values["stix_ids"] = listed(only.stix_ids)
        if only.versions not in {"all", "last", "first"}:
            parts.append("(r.version = :version OR r.version = '' AND r.modified = :modified)")
            values.update(version=order_of(only.versions), modified=only.versions)
        if only.versions in {"last", "first"}:
            parts.append(f"(s.company & {OTHER_RECORDS} = 0 OR {self._is_version(only.versions)})")
        return parts

    def at_its_number(self) -> str:
        """Return the whole condition where shares stand at their own numbers."""
        lower = f"e.seq < s.seq AND {self._one_of('e', HERE)}"
        return " AND ".join([may_read("s", HERE), *self._parts, self._stands_lowest(lower)])

    def where_replayed(self) -> str:
        """Return the whole condition in an arrival that begins at `:first`: nothing of the viewer's own is there."""
        here = f"e.seq < s.seq AND {may_read('e', HERE)}"
        lower = f"({here} OR e.seq < :first AND {may_read('e', BEFORE)}) AND {self._live('e')}"
        return " AND ".join([may_read("s", HERE), "s.by IS NOT :me", *self._parts, self._stands_lowest(lower)])

    def _live(self, alias: str) -> str:
        by = f" AND +{alias}.by IN (SELECT value FROM json_each(:by))" if self.only.by else ""
        return f"{alias}.state = {LIVE}{by}"

    def _one_of(self, alias: str, which: str) -> str:
        """Return the condition that another share is one of those that the filter chooses among."""
        return f"{self._live(alias)} AND {may_read(alias, which)}"

    def _stands_lowest(self, lower: str) -> str:
        return (
            f"(s.company & {OTHER_SHARES} = 0 OR NOT EXISTS "
            f"(SELECT 1 FROM share e INDEXED BY share_record WHERE e.record = s.record AND {lower}))"
        )

    def _is_version(self, which: str) -> str:
        """Return the condition that no later (or earlier) version comes from a voice as near to the author.

        Only versions that name the same author, or that one organisation shared, are versions of one another: else
        anybody could put a version of its own before somebody else's object.
        """
        beyond = ">" if which == "last" else "<"
        return " AND ".join(
            f"NOT EXISTS (SELECT 1 FROM record m CROSS JOIN record v INDEXED BY {index} ON v.sid = m.sid "
            "CROSS JOIN share w INDEXED BY share_record ON w.record = v.id "
            f"WHERE m.id = s.record AND {which_ones} AND v.version {beyond} m.version AND v.stix_id = m.stix_id "
            f"AND w.voice <= s.voice AND (v.created_by = m.created_by OR +w.by = s.by) AND {self._one_of('w', AMONG)})"
            for index, which_ones in (("record_id", "v.n = 0"), ("record_version", "v.n > 0"))
        )


def listed(values: Iterable[Any]) -> str:
    """Return values as one text that `json_each` reads, equal ones for equal sets."""
    return orjson.dumps(sorted(values)).decode()
