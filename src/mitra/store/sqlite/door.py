"""The door of one viewer: every question that anybody may ask of records and shares.

Each question first reads, in one statement, the mark under which the readable sets are remembered and the highest
number given out so far, and then looks no further than that number: a share that commits in between, perhaps to an
audience that the sets do not know yet, is met on the next page, never stepped over.
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
from mitra.store.facts import Filter, Page, Share, Voice, WhyReadable
from mitra.store.keys import audience_of
from mitra.store.readable import circles_that_reach, reach_of
from mitra.store.sqlite.asking import Asking, Span, after_date, readable, rows_of
from mitra.store.sqlite.lookup import LookUp
from mitra.store.sqlite.raw import chunks, marks, numbers
from mitra.store.states import LIVE, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.store.facts import Found
    from mitra.store.readable import Reach
    from mitra.store.sqlite import Parts
    from mitra.store.sqlite.raw import Row

EVERYTHING = Filter()
_LEVELS, _PAPS, _VOICES = tuple(Tlp), tuple(Pap), tuple(Voice)
WEIGHED = 10_000
"""How many shares of one id are weighed against one another."""
_SIGHT = "SELECT (SELECT value FROM mark), (SELECT seq FROM ledger_counter)"
_AUDIENCES = "SELECT id, room, realm, tlp, circles, embargo_until FROM store_audience WHERE "
_OF_ID = """
SELECT s.seq, s.record, s.voice, r.version, s.by, s.audience, r.created_by
FROM record r INDEXED BY record_version CROSS JOIN share s INDEXED BY share_record ON s.record = r.id
WHERE r.sid = ? AND r.stix_id = ? AND s.state = {live} AND {readable} LIMIT {limit}
"""
_REFERRING = """
SELECT s.seq FROM edge e CROSS JOIN share s INDEXED BY share_record ON s.record = e.record
CROSS JOIN record r ON r.id = s.record
WHERE e.sid = ? AND s.state = {live} AND {readable} AND instr(r.raw, CAST(? AS BLOB))
AND NOT EXISTS (SELECT 1 FROM share o INDEXED BY share_record
                WHERE o.record = s.record AND o.seq < s.seq AND o.state = {live} AND {lower})
ORDER BY e.record DESC LIMIT ?
"""
_OF_DIGEST = """
SELECT s.seq FROM record r INDEXED BY record_digest CROSS JOIN share s INDEXED BY share_record ON s.record = r.id
WHERE r.digest IN ({digests}) AND s.state = {live} AND {readable} ORDER BY s.seq
"""
_STRICTEST = """
SELECT r.stix_id, s.audience, s.seq
FROM record r INDEXED BY record_version CROSS JOIN share s INDEXED BY share_record ON s.record = r.id
WHERE r.sid IN ({sids}) AND s.state = {live} AND {readable}
"""


class SqliteDoor:
    """What one viewer reads, as of one moment of the clock."""

    def __init__(self, parts: Parts, viewer: Viewer, now: datetime) -> None:
        self._parts = parts
        self._raw = parts.raw
        self._viewer = viewer
        self._now = now

    # ── Lists

    def feed(self, *, after: int = 0, limit: int, only: Filter) -> Page:
        """Return shares in ascending number after a position, the same bytes once, at their lowest place."""
        reach, top = self._sight()
        span = Span(after_date(self._raw, only, after), top)
        return self._page(self._asking(reach, only).find(span, limit + 1), limit, reach)

    def latest(self, *, before: int | None = None, limit: int, only: Filter) -> Page:
        """Return the same shares, newest first, before a position."""
        reach, top = self._sight()
        span = Span(after_date(self._raw, only, 0), top if before is None else min(top, before - 1))
        return self._page(self._asking(reach, only).find(span, limit + 1, newest_first=True), limit, reach)

    def count(self, only: Filter, *, up_to: int = 1_000) -> int:
        """Return how many shares the lists would give, exactly up to a bound, then the bound + 1."""
        reach, top = self._sight()
        return len(self._asking(reach, only).find(Span(after_date(self._raw, only, 0), top), up_to + 1))

    def tallies(self) -> Mapping[tuple[str, int], int]:
        """Return how many live shares the viewer reads, by (type, TLP)."""
        reach, _ = self._sight()
        sql = f"SELECT type, audience, sum(n) FROM tally t WHERE {readable('t', reach)} GROUP BY type, audience"
        counted: defaultdict[tuple[str, int], int] = defaultdict(int)
        for kind, audience, n in self._raw.ask(sql):
            counted[kind, int(reach.audiences[audience].tlp)] += n
        return {place: n for place, n in counted.items() if n}

    # ── One thing

    def get(self, ref: str) -> Share:
        """Return the share under a public name; raises NotFound, after the same question, for any other."""
        seq = self._parts.refs.number(ref)
        reach, _ = self._sight()
        sql = f"SELECT s.seq FROM share s WHERE s.seq = ? AND s.state = {LIVE} AND {readable('s', reach)}"
        found = self._raw.ask(sql, [-1 if seq is None or seq >= 1 << 63 else seq])
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
        sql = _OF_ID.format(live=LIVE, readable=readable("s", reach), limit=WEIGHED)
        weighed = _in_order(self._raw.ask(sql, [self._parts.keys.of_id(stix_id), stix_id]), reach)[:limit]
        place = {seq: at for at, seq in enumerate(weighed)}
        return sorted(self._read(weighed, reach), key=lambda share: place[share.seq])

    # ── Many things

    def with_digest(self, digests: Iterable[bytes]) -> Mapping[bytes, Sequence[Share]]:
        """Return the readable shares of exactly these bytes."""
        reach, _ = self._sight()
        found: dict[bytes, list[Share]] = {}
        for some in chunks(list(set(digests))):
            sql = _OF_DIGEST.format(digests=marks(len(some)), live=LIVE, readable=readable("s", reach))
            for share in self._read([seq for (seq,) in self._raw.ask(sql, some)], reach):
                found.setdefault(share.digest, []).append(share)
        return found

    def referring_to(self, stix_id: str, *, limit: int = 100) -> Sequence[Share]:
        """Return readable shares of objects that refer to an id, the same bytes once, the newest share first.

        Not in the order of records: that tells which bytes were here before, for somebody else.
        """
        reach, _ = self._sight()
        sql = _REFERRING.format(live=LIVE, readable=readable("s", reach), lower=readable("o", reach))
        found = [seq for (seq,) in self._raw.ask(sql, [self._parts.keys.of_id(stix_id), f'"{stix_id}"', limit])]
        return sorted(self._read(found, reach), key=lambda share: -share.seq)

    def strictest_of(self, stix_ids: Iterable[str]) -> Mapping[str, Audience]:
        """For each id of which something is readable, return the audience of its loosest readable share.

        What stands under an embargo is stricter than anything that does not.
        """
        reach, _ = self._sight()
        found: dict[str, tuple[bool, int, int, Audience]] = {}
        for some in chunks(list(set(stix_ids))):
            sids = numbers(self._parts.keys.of_id(stix_id) for stix_id in some)
            asked = set(some)
            for stix_id, key, seq in self._raw.ask(
                _STRICTEST.format(sids=sids, live=LIVE, readable=readable("s", reach))
            ):
                audience = reach.audiences[key]
                end = audience.embargo_until
                weight = (end is not None and self._now < end, int(audience.tlp), seq, audience)
                if stix_id in asked and (stix_id not in found or weight[:3] < found[stix_id][:3]):
                    found[stix_id] = weight
        return {stix_id: weight[3] for stix_id, weight in found.items()}

    def look_up(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Found]:
        """Yield what is known of each value as typed, in the order given."""
        reach, _ = self._sight()
        asking = LookUp(self._raw, self._parts.keys, reach, partial(self._read, reach=reach))
        return asking.find(values, limit_each)

    # ── How it reads

    def _sight(self) -> tuple[Reach, int]:
        """Return what the viewer reads, and the highest number that this covers."""
        ((mark, top),) = self._raw.ask(_SIGHT)
        remembered = self._parts.memory.find(self._viewer, mark, self._now)
        if remembered is not None:
            return remembered, top
        reach, until = reach_of(self._viewer, self._reached(), self._used(), self._now)
        self._parts.memory.keep(self._viewer, mark, self._now, reach, until)
        return reach, top

    def _reached(self) -> dict[int, Audience]:
        """Return the audiences that could reach this viewer: CLEAR, for members GREEN, and those of its circles."""
        viewer = self._viewer
        open_level = Tlp.CLEAR if viewer.organisation is None else Tlp.GREEN
        circles = numbers(circles_that_reach(viewer))
        sql = (
            f"{_AUDIENCES} realm = ? AND (tlp <= ? OR id IN "
            f"(SELECT audience_id FROM store_audience_circle WHERE circle IN ({circles})))"
        )
        return _audiences(self._raw.ask(sql, [viewer.realm, int(open_level)]))

    def _used(self) -> dict[int, Audience]:
        """Return the audiences that the viewer's own organisation ever shared with."""
        if self._viewer.organisation is None:
            return {}
        sql = f"{_AUDIENCES} id IN (SELECT audience FROM tally WHERE by = ?)"
        return _audiences(self._raw.ask(sql, [self._viewer.organisation]))

    def _asking(self, reach: Reach, only: Filter) -> Asking:
        return Asking(self._raw, self._parts.keys, reach, only)

    def _page(self, seqs: Sequence[int], limit: int, reach: Reach) -> Page:
        shares = {share.seq: share for share in self._read(seqs[:limit], reach)}
        return Page(tuple(shares[seq] for seq in seqs if seq in shares), more=len(seqs) > limit)

    def _read(self, seqs: Sequence[int], reach: Reach) -> list[Share]:
        """Return the shares of these numbers, ascending; what is gone meanwhile is left out."""
        shares: list[Share] = []
        rows = self._raw.ask(f"{rows_of(seqs, reach)} ORDER BY s.seq") if seqs else []
        names = self._parts.refs.names([row[0] for row in rows])
        for name, row in zip(names, rows, strict=True):
            shares.append(_share(name, row, reach))
        return shares


def _audiences(rows: Iterable[Row]) -> dict[int, Audience]:
    return {key: audience_of(*audience) for key, *audience in rows}


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
        tlp=audience.tlp if row[20] is None else min(audience.tlp, _LEVELS[row[20]]),
    )
