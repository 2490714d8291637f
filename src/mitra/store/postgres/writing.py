"""Write batches: everything prepared outside the transaction, everything checked again inside it.

Writers race here, so each thing that two of them could both change has its lock, and locks are taken in one order:

1. *the sender* (an advisory lock): nobody else of this organisation decides on its shares meanwhile, so the same bytes
   sent twice at once are one share and one duplicate, and no version gets two wordings;
2. *shares*: what a new share rests on stays live until commit; what ends with this batch ends here only;
3. *audiences*, then *records*, by key: whoever brings the same ones at once waits for the other (`records`);
4. *tallies*, by key;
5. *the counter*, with the act, and after it only what nobody else waits for: the mark, the shares in one COPY, ends.

Two that meet all the same (an id that both bring first, a circle of waiting that PostgreSQL breaks up) start again:
nothing was acknowledged.  READ COMMITTED, in which each statement sees what the lock before it waited for.
"""

# ruff: noqa: S608 - what is written into a statement is our own words and numbers; every value is bound

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.ledger.commitment import SALT_BYTES
from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import Tlp
from mitra.ledger.operations import write_act
from mitra.store.acts import plant_lines
from mitra.store.facts import Receipt, State
from mitra.store.judging import OwnLive, Prepared, judge, place_of
from mitra.store.keys import audience_bytes, audience_key, version_of
from mitra.store.postgres.audiences import AudienceRows
from mitra.store.postgres.raw import numbers, texts
from mitra.store.postgres.records import AT_PLACE, RecordRows
from mitra.store.postgres.turns import take_turns
from mitra.store.states import CODES, LIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.ledger.act_tree import Planted
    from mitra.ledger.facts import Written
    from mitra.store.facts import NewShare
    from mitra.store.judging import Judged, Place
    from mitra.store.keys import Keys
    from mitra.store.postgres.raw import Raw, Row
    from mitra.store.postgres.records import Kept, OfIds
    from mitra.store.protocol import Announce

SENDERS = 0x73656E64 << 32
"""Where the advisory locks of senders lie among all advisory locks: above this number."""

_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_OWN_LIVE = f"""
SELECT r.stix_id, r.version, a.realm, CASE a.tlp WHEN {int(Tlp.RED)} THEN a.key ELSE '' END, r.digest, a.key, s.seq
FROM unnest(%s::int8[], %s::text[]) p (sid, version)
CROSS JOIN LATERAL ({AT_PLACE}) r
CROSS JOIN LATERAL (SELECT seq, audience, by, state FROM share WHERE record = r.id OFFSET 0) s
JOIN store_audience a ON a.id = s.audience
WHERE s.by = %s AND s.state = {LIVE}
"""
_STILL_LIVE = f"SELECT seq FROM share WHERE seq = ANY(%s::int8[]) AND state = {LIVE}"
_HOLD_LIVE = _STILL_LIVE + " ORDER BY seq FOR SHARE"
_HOLD = "SELECT seq, by, audience, type, state FROM share WHERE {which} ORDER BY seq FOR NO KEY UPDATE"
_HOLD_GIVEN = _HOLD.format(which="seq = ANY(%s::int8[])")
_HOLD_RESTING = _HOLD.format(which="under = ANY(%s::int8[])")
_END = "UPDATE share SET state = %s, ended = %s WHERE seq = ANY(%s::int8[])"
_TALLY = """
INSERT INTO tally (by, audience, type, n, ever)
SELECT * FROM unnest(%s::int8[], %s::int8[], %s::text[], %s::int8[], %s::int8[])
ON CONFLICT (by, audience, type) DO UPDATE SET n = tally.n + excluded.n, ever = tally.ever + excluded.ever
"""
_SHARE = {
    "seq": "int8",
    "record": "int8",
    "audience": "int8",
    "by": "int8",
    "at": "int8",
    "act": "int8",
    "under": "int8",
    "ended": "int8",
    "pap": "int2",
    "state": "int2",
    "voice": "int2",
    "company": "int2",
    "type": "text",
    "condition": "text",
}


@dataclass(frozen=True, slots=True)
class Deed:
    """Whose act this is, of what kind, when, and what its body says beside the tree."""

    kind: str
    by: int
    now: datetime
    facts: Mapping[str, object]
    announce: Announce
    aside: bytes = b""
    """What only `by` is told; the body commits to it."""


class Ending(NamedTuple):
    """A share that is held and ends."""

    seq: int
    by: int
    audience: int
    type: str
    state: int


class Born(NamedTuple):
    """A new share, all but its number."""

    new: NewShare
    audience: int
    kept: Kept
    is_stillborn: bool
    """It ends with this very batch: a later share of it replaces it, or what it rests on is replaced."""


class Examined(NamedTuple):
    """What becomes of a batch, and what that was judged by."""

    of_ids: OfIds | None
    """What there is of its ids, where that was asked first: of ids that nobody has, the sender has nothing live."""
    own: Sequence[Row]
    live: frozenset[int]
    judged: Judged


class Writer:
    """Writes for one database."""

    def __init__(self, raw: Raw, keys: Keys, draw: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._raw = raw
        self._keys = keys
        self._draw = draw
        self._audiences = AudienceRows(raw, draw)
        self._records = RecordRows(raw, keys)

    def prepare(self, shares: Sequence[NewShare]) -> list[Prepared]:
        """Return shares with their keys; what depends on the audience alone is worked out once for each."""
        of_audience: dict[int, tuple[bytes, bytes]] = {}
        batch: list[Prepared] = []
        for share in shares:
            record, audience = share.record, share.audience
            known = of_audience.get(id(audience))
            if known is None:
                written = audience_bytes(audience)
                known = of_audience[id(audience)] = written, audience_key(written)
            place = place_of(record.stix_id, version_of(record), audience, known[1])
            batch.append(Prepared(share, record.digest, self._keys.of_id(record.stix_id), place, *known))
        return batch

    def accept(self, shares: Sequence[NewShare], deed: Deed) -> Receipt:
        """Write a batch in a durable transaction of its own."""
        batch = self.prepare(shares)
        seen = self.examine(batch, deed.by)
        if not seen.judged.accepted:
            return Receipt(None, None, b"", seen.judged.lines(len(batch), 0))
        tree = self._plant(batch, seen.judged)
        return take_turns(self._raw.alias, lambda: self._accept(batch, seen, tree, deed))

    def _accept(self, batch: Sequence[Prepared], seen: Examined, tree: Planted, deed: Deed) -> Receipt:
        self.hold_sender(deed.by)
        self.hold_unders(batch)
        found = self.examine(batch, deed.by, seen)
        lines = found.judged.lines
        if not found.judged.accepted:
            return Receipt(None, None, b"", lines(len(batch), 0))
        if found.judged.accepted != seen.judged.accepted:
            tree = self._plant(batch, found.judged)
        written = self.insert(batch, found, deed, tree)
        deed.announce(written)
        return Receipt(written.act, written.leaf, written.commitment, lines(len(batch), written.first_seq))

    # ── What stands, and what is held

    def examine(self, batch: Sequence[Prepared], by: int, former: Examined | None = None) -> Examined:
        """Return what becomes of each share, as the database stands now; what has not changed is not judged again."""
        of_ids = None if former is None else self._of_ids(batch)
        places = list({(item.sid, item.place[1]) for item in batch if of_ids is None or item.sid in of_ids})
        values = [numbers(sid for sid, _ in places), texts(version for _, version in places), by]
        rows = self._raw.ask(_OWN_LIVE, values) if places else []
        live = self._live(_unders(batch), _STILL_LIVE)
        if former is not None and (former.own, former.live) == (rows, live):
            return former._replace(of_ids=of_ids)
        own: dict[Place, list[OwnLive]] = {}
        for stix_id, version, realm, named, *wording in rows:
            own.setdefault((stix_id, version, realm, named), []).append(OwnLive(*wording))
        return Examined(of_ids, rows, live, judge(batch, own, live))

    def _of_ids(self, batch: Sequence[Prepared]) -> OfIds:
        return self._records.of_ids({item.sid for item in batch})

    def hold_sender(self, by: int) -> None:
        """Let nobody else decide on this organisation's shares until commit."""
        self._raw.ask(_LOCK, [SENDERS + by])

    def hold_unders(self, batch: Sequence[Prepared]) -> None:
        """Let what the batch rests on stay live until commit: who ends it waits, and then finds what rests on it."""
        self._live(_unders(batch), _HOLD_LIVE)

    def _live(self, seqs: frozenset[int], sql: str) -> frozenset[int]:
        return frozenset(seq for (seq,) in self._raw.ask(sql, [numbers(seqs)])) if seqs else seqs

    def hold_ending(self, seqs: Sequence[int]) -> list[Ending]:
        """Hold these shares and the live ones that rest on them, at any remove, and return them.

        Level by level: once a share is held nobody comes to rest on it, so the next level is complete.
        """
        found: dict[int, Ending] = {}
        level = [Ending(*row) for row in self._raw.ask(_HOLD_GIVEN, [numbers(seqs)])] if seqs else []
        while level:
            found.update((one.seq, one) for one in level)
            held = [Ending(*row) for row in self._raw.ask(_HOLD_RESTING, [numbers(one.seq for one in level)])]
            level = [one for one in held if one.seq not in found]
        given = frozenset(seqs)
        return [one for one in found.values() if one.state == LIVE or one.seq in given]

    # ── The act's tree

    def _plant(self, batch: Sequence[Prepared], judged: Judged) -> Planted:
        return self.plant((batch[index].audience, batch[index].digest) for index in judged.accepted)

    def plant(self, made: Iterable[tuple[bytes, bytes]], ended: Iterable[tuple[bytes, bytes]] = ()) -> Planted:
        """Return a tree over (audience, digest) pairs, audiences in the order in which they first come."""
        return plant_lines(self._draw(SALT_BYTES), made, ended)

    # ── Writing

    def insert(
        self,
        batch: Sequence[Prepared],
        found: Examined,
        deed: Deed,
        tree: Planted,
        tightened: Sequence[Ending] = (),
    ) -> Written:
        """Write what was accepted and end what it replaces, inside the transaction that the caller holds.

        `tightened` are shares that the caller holds and that end for this one, whatever else they would end for.
        """
        judged = found.judged
        ends = {one.seq: (one, State.SUPERSEDED) for one in self.hold_ending(judged.superseded)}
        stillborn = judged.stillborn | {index for index in judged.accepted if batch[index].new.under in ends}
        ends.update((one.seq, (one, State.TIGHTENED)) for one in tightened)
        going = [batch[index] for index in judged.accepted]
        used = self._audiences.write(going, deed.by)
        of_ids = self._of_ids(going) if found.of_ids is None else found.of_ids
        kept = self._records.write(going, of_ids, micros(deed.now))
        born = [
            Born(item.new, used.rows[item.audience_key], kept[item.digest], index in stillborn)
            for index, item in zip(judged.accepted, going, strict=True)
        ]
        self._tally_born(born, deed.by, [one for one, _ in ends.values()])
        written = write_act(
            deed.kind, deed.by, deed.facts, now=deed.now, tree=tree, shares=len(going), aside=deed.aside
        )
        if used.is_new:
            self._audiences.change_mark()
        self._raw.put("share", _SHARE, _rows(born, deed.by, written))
        for to in (State.SUPERSEDED, State.TIGHTENED):
            self.end([seq for seq, (_, state) in ends.items() if state is to], to, written.act)
        return written

    def end(self, seqs: Sequence[int], to: State, act: int) -> None:
        """Move shares that are held to an end state; whoever calls has taken them out of the tallies."""
        if seqs:
            self._raw.ask(_END, [CODES[to], act, numbers(seqs)])

    def _tally_born(self, born: Sequence[Born], by: int, ending: Sequence[Ending]) -> None:
        ever = Counter((by, one.audience, one.new.record.type) for one in born)
        live = Counter(ever)
        live.subtract((by, one.audience, one.new.record.type) for one in born if one.is_stillborn)
        live.subtract((one.by, one.audience, one.type) for one in ending if one.state == LIVE)
        self.tally(live, ever)

    def tally(self, live: Counter[tuple[int, int, str]], ever: Counter[tuple[int, int, str]]) -> None:
        """Add to the counts by owner, audience and type: of live shares, and of all ever made."""
        places = sorted(place for place in live.keys() | ever.keys() if live[place] or ever[place])
        if not places:
            return
        self._raw.ask(
            _TALLY,
            [
                numbers(by for by, _, _ in places),
                numbers(audience for _, audience, _ in places),
                texts(kind for _, _, kind in places),
                numbers(live[place] for place in places),
                numbers(ever[place] for place in places),
            ],
        )


def _unders(batch: Sequence[Prepared]) -> frozenset[int]:
    return frozenset(item.new.under for item in batch if item.new.under is not None)


def _rows(born: Sequence[Born], by: int, written: Written) -> Iterator[Row]:
    superseded = CODES[State.SUPERSEDED]
    for seq, ((new, audience, kept, is_stillborn), at) in enumerate(
        zip(born, written.dates, strict=True), start=written.first_seq
    ):
        yield (
            seq,
            kept.id,
            audience,
            by,
            at,
            written.act,
            new.under,
            written.act if is_stillborn else None,
            None if new.pap is None else int(new.pap),
            superseded if is_stillborn else LIVE,
            int(new.voice),
            kept.company,
            new.record.type,
            new.condition,
        )
