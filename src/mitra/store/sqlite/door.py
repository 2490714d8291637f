"""The door of one viewer: every question that anybody may ask of records and shares.

Each question first reads what the viewer reads, and up to which number that is known (`seeing`).
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from mitra.core.errors import NotFound
from mitra.core.ledger.dates import instant
from mitra.core.policy.decide import may_read
from mitra.core.policy.facts import Pap, Tlp
from mitra.store.facts import RECORDS, Filter, Holding, Page, Share, Voice, WhyReadable
from mitra.store.keys import version_of
from mitra.store.looking import LookUp, with_shares
from mitra.store.sqlite.asking import ROWS, Passing, level_of, listed, values_of
from mitra.store.sqlite.asking import may_read as may_see
from mitra.store.sqlite.feeding import Feeding, Source, number_at
from mitra.store.sqlite.lookup import SqliteIndex
from mitra.store.sqlite.raw import chunks
from mitra.store.sqlite.ways import Finding, Span
from mitra.store.states import LIVE, OTHER_SHARES, state_of
from mitra.store.words.lexemes import match_of
from mitra.store.words.searching import search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.store.facts import Bytes, FeedPage, FeedRow, Findings, Found, Hit, Spot
    from mitra.store.readable import Reach, Sight
    from mitra.store.sqlite import Parts
    from mitra.store.sqlite.raw import Row
    from mitra.store.words.lexemes import Match

EVERYTHING = Filter()
NOT_RED = Filter(tlps=frozenset({Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT}))
_LEVELS, _PAPS, _VOICES = tuple(Tlp), tuple(Pap), tuple(Voice)
WEIGHED = 10_000
"""How many shares of one id are weighed against one another."""
_OF_ID = f"""
SELECT s.seq, s.record, s.voice, r.version, s.by, s.audience, r.created_by
FROM record r INDEXED BY record_id CROSS JOIN share s INDEXED BY share_record ON s.record = r.id
WHERE r.sid = :sid AND r.stix_id = :stix_id AND s.state = {LIVE} AND {may_see("s")} LIMIT {WEIGHED}
"""
_OF_RECORD = f"SELECT s.seq FROM share s WHERE s.record = :record AND s.state = {LIVE} AND {may_see('s')}"
_REFERRING = f"""
SELECT s.seq FROM edge e CROSS JOIN share s INDEXED BY share_record ON s.record = e.record
CROSS JOIN record r ON r.id = s.record
WHERE e.sid = :sid AND s.state = {LIVE} AND {may_see("s")} AND instr(r.raw, CAST(:quoted AS BLOB))
AND (s.company & {OTHER_SHARES} = 0
     OR NOT EXISTS (SELECT 1 FROM share o INDEXED BY share_record
                    WHERE o.record = s.record AND o.seq < s.seq AND o.state = {LIVE} AND {may_see("o")}))
ORDER BY e.record DESC LIMIT :limit
"""
_HOLDING = f"""
SELECT s.record, s.seq, s.by, s.under, s.audience, s.pap, s.condition FROM share s INDEXED BY share_record
WHERE s.record IN (SELECT value FROM json_each(:records)) AND s.state = {LIVE} AND {may_see("s")} ORDER BY s.seq
"""
_STRICTEST = f"""
SELECT r.stix_id, s.audience, s.seq
FROM record r INDEXED BY record_id CROSS JOIN share s INDEXED BY share_record ON s.record = r.id
WHERE r.sid IN (SELECT value FROM json_each(:sids)) AND s.state = {LIVE} AND {may_see("s")}
"""
_ONE = f"SELECT s.seq FROM share s WHERE s.seq = :seq AND s.state = {LIVE} AND {may_see('s')}"
_TALLIES = f"SELECT type, {level_of('t')} AS tlp, sum(n) FROM tally t WHERE n > 0 AND {may_see('t')} GROUP BY type, tlp"


class SqliteDoor:
    """What one viewer reads, as of one moment of the clock."""

    def __init__(self, parts: Parts, viewer: Viewer, now: datetime) -> None:
        self._parts = parts
        self._raw = parts.raw
        self._viewer = viewer
        self._now = now

    # ── Lists

    def feed(self, *, after: int = 0, limit: int, only: Filter, is_named: bool = True) -> FeedPage:
        """Return objects in ascending positions after a position, the same bytes once, at their lowest place."""
        parts = self._parts
        sight, top = self._seen()
        source = Source(self._raw, parts.keys, parts.counts, parts.seeing.arrivals)
        return Feeding(source, sight, top, is_named=is_named).page(after, limit, only)

    def whole(self, rows: Sequence[FeedRow]) -> Sequence[Share]:
        """Return the whole shares of a feed's rows, in their order, as feeds see them."""
        sight, _ = self._seen()
        shares = {share.seq: share for share in self._read([row.seq for row in rows], sight.feeds)}
        return [shares[row.seq] for row in rows if row.seq in shares]

    def latest(self, *, before: int | None = None, limit: int, only: Filter) -> Page:
        """Return the same shares by their own numbers, newest first, before a number."""
        reach, top = self._sight()
        last = top if before is None else min(top, before - 1)
        seqs = self._numbers(reach, only, top, self._span(only, last), limit + 1)
        shares = {share.seq: share for share in self._read(seqs[:limit], reach)}
        return Page(tuple(shares[seq] for seq in seqs if seq in shares), more=len(seqs) > limit)

    def count(self, only: Filter, *, up_to: int = 1_000) -> int:
        """Return how many shares the lists would give, exactly up to a bound, then the bound + 1."""
        reach, top = self._sight()
        return len(self._numbers(reach, only, top, self._span(only, top), up_to + 1))

    def search(self, only: Filter, *, after: Spot | None = None, limit: int) -> Findings:
        """Return what has the filter's words, of every room that the viewer holds, the nearest first; without RED."""
        sight, top = self._parts.seeing.sight(self._viewer, self._now)
        reach = sight.pages.narrowed(NOT_RED)

        def numbers(match: Match, before: int | None, most: int) -> list[int]:
            parts = (self._raw, self._parts.keys, self._parts.counts)
            finding = Finding(parts, Passing(reach, only), top, match)
            last = top if before is None else min(top, before - 1)
            return finding.numbers(self._span(only, last), most, newest_first=True)

        return search(only.words, numbers, partial(self._read, reach=reach), after=after, limit=limit)

    def tallies(self) -> Mapping[tuple[str, int], int]:
        """Return how many live shares the viewer reads, by (type, TLP)."""
        reach, _ = self._sight()
        rows = self._raw.ask(_TALLIES, {**values_of(reach), "levels": reach.audiences.all.levels})
        return {(kind, tlp): n for kind, tlp, n in rows}

    def reach_in(self, room: str) -> Reach:
        """Return the audiences of a room that the viewer reads on pages."""
        return self._parts.seeing.sight(self._viewer, self._now)[0].pages.in_room(room)

    # ── One thing

    def get(self, ref: str) -> Share:
        """Return the share under a public name; raises NotFound, after the same question, for any other."""
        seq = self._parts.refs.number(ref)
        reach, _ = self._sight()
        found = self._raw.ask(_ONE, {**values_of(reach), "seq": -1 if seq is None or seq >= 1 << 63 else seq})
        shares = self._read([number for (number,) in found], reach)
        if not shares:
            raise NotFound
        return shares[0]

    def explain(self, share: Share) -> WhyReadable:
        """Return the decision by which this share is readable."""
        return WhyReadable(share, may_read(self._viewer, share.by, share.audience, now=self._now))

    def variants(self, stix_id: str, *, limit: int = 100) -> Sequence[Share]:
        """Return all readable shares of an id, the one to show first first.

        Records are weighed: the nearest voice first, then the latest version, then the one that most organisations
        shared, then the earliest.  The shares of one record follow one another, the loosest first.  Who comes later
        and names another author than the first share that names one is no nearer than anybody.
        """
        reach, _ = self._sight()
        asked = {**values_of(reach), "sid": self._parts.keys.of_id(stix_id), "stix_id": stix_id}
        weighed = _in_order(self._raw.ask(_OF_ID, asked), reach)[:limit]
        place = {seq: at for at, seq in enumerate(weighed)}
        return sorted(self._read(weighed, reach), key=lambda share: place[share.seq])

    # ── Many things

    def with_bytes_of(self, share: Share) -> Sequence[Share]:
        """Return the readable shares of the same bytes, in ascending seq."""
        reach, _ = self._sight()
        found = self._raw.ask(_OF_RECORD, {**values_of(reach), "record": share.record})
        return self._read([seq for (seq,) in found], reach)

    def holdings(self, records: Iterable[Bytes]) -> Mapping[bytes, Sequence[Holding]]:
        """Return, by digest, the readable shares of exactly these bytes."""
        keys = self._parts.keys
        places = {record.digest: (keys.of_id(record.stix_id), version_of(record)) for record in records}
        known = self._parts.held.find(set(places.values())).records
        digest_of = {known[digest]: digest for digest in places if digest in known}
        found: defaultdict[bytes, list[Holding]] = defaultdict(list)
        if digest_of:
            reach, _ = self._sight()
            asked = {**values_of(reach), "records": listed(digest_of)}
            for record, seq, by, under, audience, pap, condition in self._raw.ask(_HOLDING, asked):
                level = None if pap is None else _PAPS[pap]
                held = Holding(seq, by, under, reach.audiences[audience], level, condition)
                found[digest_of[record]].append(held)
        return dict(found)

    def referring_to(self, stix_id: str, *, room: str = RECORDS, limit: int = 100) -> Sequence[Share]:
        """Return readable shares of objects that refer to an id, the same bytes once, the newest share first.

        Not in the order of records: that tells which bytes were here before, for somebody else.
        """
        reach = self.reach_in(room)
        asked = {"sid": self._parts.keys.of_id(stix_id), "quoted": f'"{stix_id}"', "limit": limit}
        found = [seq for (seq,) in self._raw.ask(_REFERRING, {**values_of(reach), **asked})]
        return sorted(self._read(found, reach), key=lambda share: -share.seq)

    def strictest_of(self, stix_ids: Iterable[str], *, room: str = RECORDS) -> Mapping[str, Audience]:
        """For each id of which something is readable, return the audience of its loosest readable share.

        What stands under an embargo is stricter than anything that does not.
        """
        reach = self.reach_in(room)
        found: dict[str, tuple[bool, int, int, Audience]] = {}
        for some in chunks(list(set(stix_ids))):
            sids = listed([self._parts.keys.of_id(stix_id) for stix_id in some])
            asked = set(some)
            for stix_id, key, seq in self._raw.ask(_STRICTEST, {**values_of(reach), "sids": sids}):
                audience = reach.audiences[key]
                end = audience.embargo_until
                weight = (end is not None and self._now < end, int(audience.tlp), seq, audience)
                if stix_id in asked and (stix_id not in found or weight[:3] < found[stix_id][:3]):
                    found[stix_id] = weight
        return {stix_id: weight[3] for stix_id, weight in found.items()}

    def look_up(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Found]:
        """Yield what is known of each value as typed, in the order given."""
        reach, top = self._sight()
        index = SqliteIndex(self._raw, reach, top, self._parts.networks)
        answers = LookUp(index, self._parts.keys, limit_each).find(values)
        return with_shares(values, answers, partial(self._read, reach=reach))

    def known(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Sequence[tuple[str, Hit]]]:
        """Yield the same for each value in turn, as pairs (how, hit) without whole shares and without RED."""
        reach, top = self._sight()
        if self._viewer.person is not None:
            reach = reach.narrowed(NOT_RED)
        index = SqliteIndex(self._raw, reach, top, self._parts.networks)
        return LookUp(index, self._parts.keys, limit_each).find(values)

    # ── How it reads

    def _sight(self) -> tuple[Reach, int]:
        """Return what the viewer reads on pages, and the highest number that this covers."""
        sight, top = self._seen()
        return sight.pages, top

    def _seen(self) -> tuple[Sight, int]:
        sight, top = self._parts.seeing.sight(self._viewer, self._now)
        return sight.in_room(RECORDS), top

    def _numbers(self, reach: Reach, only: Filter, top: int, span: Span, limit: int) -> list[int]:
        """Return the numbers of the shares that pass, newest first; words that are none find nothing."""
        match = match_of(only.words) if only.words else None
        if only.words and match is None:
            return []
        parts = (self._raw, self._parts.keys, self._parts.counts)
        return Finding(parts, Passing(reach, only), top, match).numbers(span, limit, newest_first=True)

    def _span(self, only: Filter, up_to: int) -> Span:
        return Span(0 if only.added_after is None else number_at(self._raw, only.added_after), up_to)

    def _read(self, seqs: Sequence[int], reach: Reach) -> list[Share]:
        """Return the shares of these numbers, ascending; what is gone meanwhile is left out."""
        if not seqs:
            return []
        levels = reach.audiences.all.levels
        rows = self._raw.ask(ROWS, {**values_of(reach), "levels": levels, "seqs": listed(seqs)})
        names = self._parts.refs.names([row[0] for row in rows])
        return [_share(name, row, reach) for name, row in zip(names, rows, strict=True)]


def _in_order(rows: Sequence[Row], reach: Reach) -> list[int]:
    """Return the numbers of the shares of one id, weighed as `variants` says."""
    records: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        records[row[1]].append(row)
    weighed = list(records.values())
    weighed.sort(key=lambda shares: (-len({row[4] for row in shares}), min(row[0] for row in shares)))
    weighed.sort(key=lambda shares: shares[0][3], reverse=True)
    author = min(((row[0], row[6]) for row in rows if row[6]), default=(0, ""))[1]
    weighed.sort(key=lambda shares: min(row[2] for row in shares) if shares[0][6] == author else Voice.OTHER)
    return [
        row[0] for shares in weighed for row in sorted(shares, key=lambda row: (reach.audiences[row[5]].tlp, row[0]))
    ]


def _share(name: str, row: Row, reach: Reach) -> Share:
    audience: Audience = reach.audiences[row[10]]
    return Share(
        seq=row[0],
        ref=name,
        record=row[1],
        stix_id=row[2],
        type=row[3],
        modified=row[4],
        created_by=row[5],
        digest=row[6],
        raw=row[7],
        marking_at=row[8],
        title=row[9],
        audience_id=row[10],
        audience=audience,
        by=row[11],
        at=instant(row[12]),
        act=row[13],
        under=row[14],
        pap=None if row[15] is None else _PAPS[row[15]],
        condition=row[16],
        state=state_of(row[17]),
        voice=_VOICES[row[18]],
        accepted_at=instant(row[19]),
        tlp=_LEVELS[row[20]],
    )
