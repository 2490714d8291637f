"""The door of one viewer: every question that anybody may ask of records and shares.

Each question first reads, in one statement, the mark under which the readable sets are remembered and the highest
number given out so far, and then looks no further than that number: a share that commits in between, perhaps to an
audience that the sets do not know yet, is met on the next page, never stepped over.
"""

# ruff: noqa: S608 - what is written into a statement is our own words and numbers; every value is bound

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mitra.core.errors import NotFound
from mitra.core.policy.decide import may_read
from mitra.core.policy.facts import Pap, Tlp
from mitra.store.facts import RECORDS, Filter, Holding, Page, WhyReadable
from mitra.store.keys import version_of
from mitra.store.looking import LookUp, with_shares
from mitra.store.postgres.asking import Asking, Span, readable
from mitra.store.postgres.feeding import Feed, after_date
from mitra.store.postgres.lookup import PostgresIndex
from mitra.store.postgres.raw import numbers, texts
from mitra.store.postgres.records import AT_PLACE
from mitra.store.postgres.sight import sight_as_of
from mitra.store.rows import WHOLE, Variant, share_of, weighed
from mitra.store.states import LIVE, OTHER_SHARES
from mitra.store.words.lexemes import match_of
from mitra.store.words.searching import search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.store.facts import Bytes, FeedPage, FeedRow, Findings, Found, Hit, Share, Spot
    from mitra.store.postgres.store import Parts
    from mitra.store.readable import Reach, Sight
    from mitra.store.words.lexemes import Match

NOT_RED = Filter(tlps=frozenset(Tlp) - {Tlp.RED})
WEIGHED = 10_000
"""How many shares of one id are weighed against one another."""
NUMBERS = 1 << 63
"""No share has a number as high as this: PostgreSQL has none."""

_WHOLE = f"""
SELECT {WHOLE}, CASE WHEN s.company & {OTHER_SHARES} = 0 THEN NULL ELSE (
    SELECT min(a.tlp) FROM share o JOIN store_audience a ON a.id = o.audience
    WHERE o.record = s.record AND o.seq <> s.seq AND o.state = {LIVE} AND {{readable}}) END
FROM share s JOIN record r ON r.id = s.record WHERE s.seq = ANY(%(seqs)s::int8[]) ORDER BY s.seq
"""
_GET = f"SELECT s.seq FROM share s WHERE s.seq = %(seq)s AND s.state = {LIVE} AND {{readable}}"
_TALLIES = """
SELECT t.type, get_byte(%(levels)s::bytea, (t.audience - 1)::int) - 48 AS tlp, sum(t.n)::int8
FROM tally t WHERE t.n > 0 AND {readable} GROUP BY t.type, tlp
"""
_SHARES = "CROSS JOIN LATERAL (SELECT * FROM share WHERE record = r.id OFFSET 0) s"
_OF_ID = f"""
SELECT s.seq, s.record, s.voice, r.version, s.by, s.audience, r.created_by
FROM record r {_SHARES}
WHERE r.sid = %(sid)s AND r.stix_id = %(stix_id)s AND s.state = {LIVE} AND {{readable}} LIMIT {WEIGHED}
"""
_OF_BYTES = f"""
SELECT r.digest, s.seq, s.by, s.under, s.audience, s.pap, s.condition
FROM unnest(%(sids)s::int8[], %(versions)s::text[], %(digests)s::bytea[]) p (sid, version, digest)
CROSS JOIN LATERAL ({AT_PLACE}) r {_SHARES}
WHERE r.digest = p.digest AND s.state = {LIVE} AND {{readable}} ORDER BY s.seq
"""
_SAME = f"SELECT s.seq FROM share s WHERE s.record = %(record)s AND s.state = {LIVE} AND {{readable}}"
_REFERRING = f"""
SELECT s.seq FROM edge e CROSS JOIN LATERAL (SELECT id, raw FROM record WHERE id = e.record OFFSET 0) r {_SHARES}
WHERE e.sid = %(sid)s AND s.state = {LIVE} AND {{readable}} AND position(%(stix_id)s::bytea IN r.raw) > 0
AND NOT EXISTS (SELECT FROM share o WHERE o.record = s.record AND o.seq < s.seq AND o.state = {LIVE} AND {{lower}})
ORDER BY e.record DESC LIMIT %(limit)s
"""
_STRICTEST = f"""
SELECT r.stix_id, s.audience, min(s.seq) FROM record r {_SHARES}
WHERE r.sid = ANY(%(sids)s::int8[]) AND s.state = {LIVE} AND {{readable}} GROUP BY r.stix_id, s.audience
"""
_PAPS = tuple(Pap)


class PostgresDoor:
    """What one viewer reads, as of one moment of the clock."""

    def __init__(self, parts: Parts, viewer: Viewer, now: datetime) -> None:
        self._parts = parts
        self._raw = parts.raw
        self._viewer = viewer
        self._now = now

    # ── Lists

    def feed(
        self,
        *,
        after: int = 0,
        limit: int,
        only: Filter,
        is_named: bool = True,  # noqa: ARG002 - names cost nothing here
    ) -> FeedPage:
        """Return objects in ascending positions after a position, the same bytes once, at their lowest place."""
        sight, top = self._sight()
        return Feed(self._parts, sight, only).page(after, top, limit)

    def whole(self, rows: Sequence[FeedRow]) -> Sequence[Share]:
        """Return the whole shares of a feed's rows, in their order."""
        sight, _ = self._sight()
        shares = {share.seq: share for share in self._read([row.seq for row in rows], sight.feeds)}
        return [shares[row.seq] for row in rows if row.seq in shares]

    def latest(self, *, before: int | None = None, limit: int, only: Filter) -> Page:
        """Return shares, newest first, the same bytes once, before a number."""
        sight, top = self._sight()
        span = self._span(only, top if before is None else min(top, before - 1))
        seqs = self._numbers(sight.pages, only, span, limit + 1)
        return Page(tuple(reversed(self._read(seqs[:limit], sight.pages))), more=len(seqs) > limit)

    def count(self, only: Filter, *, up_to: int = 1_000) -> int:
        """Return how many shares the lists would give, exactly up to a bound, then the bound + 1."""
        sight, top = self._sight()
        return len(self._numbers(sight.pages, only, self._span(only, top), up_to + 1))

    def search(self, only: Filter, *, after: Spot | None = None, limit: int) -> Findings:
        """Return what has the filter's words, of every room that the viewer holds, the nearest first; without RED."""
        sight, top = sight_as_of(self._parts, self._viewer, self._now)
        reach = sight.pages.narrowed(NOT_RED)

        def found(match: Match, before: int | None, most: int) -> list[int]:
            span = self._span(only, top if before is None else min(top, before - 1))
            return Asking(self._raw, self._parts.keys, reach, only, match).find(span, most, newest_first=True)

        return search(only.words, found, partial(self._read, reach=reach), after=after, limit=limit)

    def tallies(self) -> Mapping[tuple[str, int], int]:
        """Return how many live shares the viewer reads, by (type, TLP)."""
        reach = self._pages()
        values: dict[str, object] = {"levels": reach.audiences.all.levels}
        rows = self._raw.ask(_TALLIES.format(readable=readable("t", reach, values)), values)
        return {(kind, tlp): n for kind, tlp, n in rows}

    def reach_in(self, room: str) -> Reach:
        """Return the audiences of a room that the viewer reads on pages."""
        return sight_as_of(self._parts, self._viewer, self._now)[0].pages.in_room(room)

    # ── One thing

    def get(self, ref: str) -> Share:
        """Return the share under a public name; raises NotFound, after the same question, for any other."""
        seq = self._parts.refs.number(ref)
        reach = self._pages()
        values: dict[str, object] = {"seq": -1 if seq is None or seq >= NUMBERS else seq}
        found = self._raw.ask(_GET.format(readable=readable("s", reach, values)), values)
        shares = self._read([number for (number,) in found], reach)
        if not shares:
            raise NotFound
        return shares[0]

    def explain(self, share: Share) -> WhyReadable:
        """Return the decision by which this share is readable."""
        return WhyReadable(share, may_read(self._viewer, share.by, share.audience, now=self._now))

    def variants(self, stix_id: str, *, limit: int = 100) -> Sequence[Share]:
        """Return all readable shares of an id, weighed: the one to show first first."""
        reach = self._pages()
        values: dict[str, object] = {"sid": self._parts.keys.of_id(stix_id), "stix_id": stix_id}
        rows = self._raw.ask(_OF_ID.format(readable=readable("s", reach, values)), values)
        seqs = weighed([Variant(*row) for row in rows], reach)[:limit]
        shares = {share.seq: share for share in self._read(seqs, reach)}
        return [shares[seq] for seq in seqs if seq in shares]

    # ── Many things

    def with_bytes_of(self, share: Share) -> Sequence[Share]:
        """Return the readable shares of the same bytes, in ascending seq."""
        reach = self._pages()
        values: dict[str, object] = {"record": share.record}
        rows = self._raw.ask(_SAME.format(readable=readable("s", reach, values)), values)
        return self._read([seq for (seq,) in rows], reach)

    def holdings(self, records: Iterable[Bytes]) -> Mapping[bytes, Sequence[Holding]]:
        """Return, by digest, the readable shares of exactly these bytes, in ascending seq."""
        reach = self._pages()
        wanted = list({record.digest: record for record in records}.values())
        values: dict[str, object] = {
            "sids": numbers(self._parts.keys.of_id(record.stix_id) for record in wanted),
            "versions": texts(version_of(record) for record in wanted),
            "digests": [record.digest for record in wanted],
        }
        found: dict[bytes, list[Holding]] = {}
        sql = _OF_BYTES.format(readable=readable("s", reach, values))
        for digest, seq, by, under, audience, pap, condition in self._raw.ask(sql, values) if wanted else ():
            said = Holding(seq, by, under, reach.audiences[audience], None if pap is None else _PAPS[pap], condition)
            found.setdefault(digest, []).append(said)
        return found

    def referring_to(self, stix_id: str, *, room: str = RECORDS, limit: int = 100) -> Sequence[Share]:
        """Return readable shares of objects that refer to an id, the same bytes once, the newest share first.

        Not in the order of records: that tells which bytes were here before, for somebody else.
        """
        reach = self.reach_in(room)
        values: dict[str, object] = {
            "sid": self._parts.keys.of_id(stix_id),
            "stix_id": f'"{stix_id}"'.encode(),
            "limit": limit,
        }
        sql = _REFERRING.format(readable=readable("s", reach, values), lower=readable("o", reach, values))
        return self._read([seq for (seq,) in self._raw.ask(sql, values)], reach)[::-1]

    def strictest_of(self, stix_ids: Iterable[str], *, room: str = RECORDS) -> Mapping[str, Audience]:
        """For each id of which something is readable, return the audience of its loosest readable share.

        What stands under an embargo is stricter than anything that does not.
        """
        reach = self.reach_in(room)
        asked = set(stix_ids)
        found: dict[str, tuple[bool, int, int, Audience]] = {}
        values: dict[str, object] = {"sids": numbers(self._parts.keys.of_id(stix_id) for stix_id in asked)}
        for stix_id, key, seq in self._raw.ask(_STRICTEST.format(readable=readable("s", reach, values)), values):
            audience = reach.audiences[key]
            end = audience.embargo_until
            weight = (end is not None and self._now < end, int(audience.tlp), seq, audience)
            if stix_id in asked and (stix_id not in found or weight[:3] < found[stix_id][:3]):
                found[stix_id] = weight
        return {stix_id: weight[3] for stix_id, weight in found.items()}

    def look_up(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Found]:
        """Yield what is known of each value as typed, in the order given."""
        sight, top = self._sight()
        answers = self._look_up(sight.pages, top, values, limit_each)
        return with_shares(values, answers, partial(self._read, reach=sight.pages))

    def known(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Sequence[tuple[str, Hit]]]:
        """Yield the same for each value in turn, as pairs (how, hit) without whole shares and without RED."""
        sight, top = self._sight()
        reach = sight.pages if self._viewer.person is None else sight.pages.narrowed(NOT_RED)
        return self._look_up(reach, top, values, limit_each)

    # ── How it reads

    def _look_up(
        self, reach: Reach, top: int, values: Sequence[str], limit: int
    ) -> Iterator[Sequence[tuple[str, Hit]]]:
        index = PostgresIndex(self._raw, reach, top, self._parts.networks)
        return LookUp(index, self._parts.keys, limit).find(values)

    def _sight(self) -> tuple[Sight, int]:
        """Return what the viewer reads, and the highest number that this covers."""
        sight, top = sight_as_of(self._parts, self._viewer, self._now)
        return sight.in_room(RECORDS), top

    def _pages(self) -> Reach:
        return self._sight()[0].pages

    def _numbers(self, reach: Reach, only: Filter, span: Span, limit: int) -> list[int]:
        """Return the numbers of the shares that pass, newest first; words that are none find nothing."""
        match = match_of(only.words) if only.words else None
        if only.words and match is None:
            return []
        return Asking(self._raw, self._parts.keys, reach, only, match).find(span, limit, newest_first=True)

    def _span(self, only: Filter, up_to: int) -> Span:
        return Span(after_date(self._parts, only, 0), up_to)

    def _read(self, seqs: Sequence[int], reach: Reach) -> list[Share]:
        """Return the shares of these numbers, ascending; what is gone meanwhile is left out."""
        if not seqs:
            return []
        values: dict[str, object] = {"seqs": numbers(seqs)}
        rows = self._raw.ask(_WHOLE.format(readable=readable("o", reach, values)), values)
        names = self._parts.refs.names([row[0] for row in rows])
        return [share_of(name, row, reach) for name, row in zip(names, rows, strict=True)]
