"""Write batches and ends: everything prepared outside the transaction, everything checked again inside it.

Budget: 10 ms inside for 500 shares, for SQLite lets one writer in at a time and queues unfairly.  Hence one statement
a table, the act's tree planted beforehand, and the counter last.

`accept`:
1. Outside: keys, atoms, networks; what becomes of each share, as things stand now; the act's tree for that.
2. Inside: ask again; plant anew only if the answer changed.
3. Audiences that are new; records that are new, with their atoms, networks and edges; tallies.
4. The act, with leaf, numbers and dates from the counter; then the shares, and the ends of those that were replaced.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from mitra.core.ledger.act_tree import plant
from mitra.core.ledger.commitment import SALT_BYTES
from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import Tlp
from mitra.ledger.operations import write_act
from mitra.store.facts import Receipt, State
from mitra.store.judging import OwnLive, Prepared, judge, place_of
from mitra.store.keys import audience_bytes, audience_key, version_of
from mitra.store.networks import blocks
from mitra.store.sqlite.raw import chunks, marks, numbers
from mitra.store.states import CODES, LIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from mitra.core.ledger.act_tree import Planted
    from mitra.ledger.facts import Written
    from mitra.store.facts import NewRecord, NewShare
    from mitra.store.judging import Judged, Place
    from mitra.store.keys import Keys
    from mitra.store.sqlite.raw import Raw

_OWN_LIVE = """
WITH place (sid, version) AS (VALUES {places})
SELECT r.stix_id, r.version, a.realm, CASE a.tlp WHEN {red} THEN a.key ELSE x'' END, r.digest, a.key, s.seq
FROM place p
CROSS JOIN record r INDEXED BY record_version ON r.sid = p.sid AND r.version = p.version
CROSS JOIN share s INDEXED BY share_record ON s.record = r.id
CROSS JOIN store_audience a ON a.id = s.audience
WHERE s.by = ? AND s.state = ?
"""
_RESTING = """
WITH RECURSIVE given (seq) AS (VALUES {seqs}),
resting (seq) AS (SELECT seq FROM given UNION SELECT s.seq FROM resting JOIN share s ON s.under = resting.seq)
SELECT seq FROM share WHERE seq IN (SELECT seq FROM resting) AND (state = ? OR seq IN (SELECT seq FROM given))
ORDER BY seq
"""
_RECORD = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SHARE = "INSERT INTO share VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TALLY = """
INSERT INTO tally (by, audience, type, n) VALUES (?, ?, ?, ?)
ON CONFLICT (by, audience, type) DO UPDATE SET n = n + excluded.n
"""
_AUDIENCE = "INSERT INTO store_audience (key, room, realm, tlp, circles, embargo_until) VALUES (?, ?, ?, ?, ?, ?)"
_CIRCLE = "INSERT INTO store_audience_circle (circle, audience_id) VALUES (?, ?)"


@dataclass(frozen=True, slots=True)
class Deed:
    """Whose act this is, of what kind, when, and what its body says beside the tree."""

    kind: str
    by: int
    now: datetime
    facts: Mapping[str, object]


class Writer:
    """Writes for one database."""

    def __init__(self, raw: Raw, keys: Keys, draw: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._raw = raw
        self._keys = keys
        self._draw = draw

    def prepare(self, share: NewShare) -> Prepared:
        """Return the share with its keys."""
        keys, record = self._keys, share.record
        written = audience_bytes(share.audience)
        key = audience_key(written)
        return Prepared(
            new=share,
            digest=record.digest,
            sid=keys.of_id(record.stix_id),
            place=place_of(record.stix_id, version_of(record), share.audience, key),
            audience=written,
            audience_key=key,
            atoms=tuple((atom.kind, keys.of_atom(atom.value)) for atom in record.atoms),
            blocks=tuple(block for network in record.networks for block in blocks(network)),
            edges=frozenset(keys.of_id(ref) for ref in record.refs),
        )

    def accept(self, shares: Sequence[NewShare], deed: Deed) -> Receipt:
        """Write a batch in a durable transaction of its own."""
        batch = [self.prepare(share) for share in shares]
        seen = self.examine(batch, deed.by)
        if not seen.accepted:
            return Receipt(None, None, b"", seen.lines(len(batch), 0))
        tree = self._plant(batch, seen)
        with transaction.atomic(using=self._raw.alias, durable=True):
            judged = self.examine(batch, deed.by)
            if not judged.accepted:
                return Receipt(None, None, b"", judged.lines(len(batch), 0))
            if judged.accepted != seen.accepted:
                tree = self._plant(batch, judged)
            written = self.insert(batch, judged, deed, tree)
        return Receipt(written.act, written.leaf, written.commitment, judged.lines(len(batch), written.first_seq))

    def examine(self, batch: Sequence[Prepared], by: int) -> Judged:
        """Return what becomes of each share, as the database stands now."""
        own: dict[Place, list[OwnLive]] = {}
        places = list({(item.sid, item.place[1]) for item in batch})
        for some in chunks(places):
            sql = _OWN_LIVE.format(places=marks(len(some), "(?,?)"), red=int(Tlp.RED))
            values = [value for place in some for value in place]
            for stix_id, version, realm, named, *wording in self._raw.ask(sql, [*values, by, LIVE]):
                own.setdefault((stix_id, version, realm, named), []).append(OwnLive(*wording))
        unders = {item.new.under for item in batch if item.new.under is not None}
        live: frozenset[int] = frozenset()
        if unders:
            sql = f"SELECT seq FROM share WHERE seq IN ({numbers(unders)}) AND state = ?"
            live = frozenset(seq for (seq,) in self._raw.ask(sql, [LIVE]))
        return judge(batch, own, live)

    def _plant(self, batch: Sequence[Prepared], judged: Judged) -> Planted:
        lines = ((batch[index].audience, batch[index].digest) for index in judged.accepted)
        return self.plant(lines)

    def plant(self, lines: Iterable[tuple[bytes, bytes]]) -> Planted:
        """Return a tree over (audience, digest) pairs, audiences in the order in which they first come."""
        groups: dict[bytes, list[bytes]] = {}
        for audience, digest in lines:
            groups.setdefault(audience, []).append(digest)
        return plant(self._draw(SALT_BYTES), list(groups.items()))

    def insert(self, batch: Sequence[Prepared], judged: Judged, deed: Deed, tree: Planted) -> Written:
        """Write what was accepted, inside the transaction that the caller holds."""
        going = [batch[index] for index in judged.accepted]
        audiences = self._audiences(going, deed.by)
        records = self._records(going, micros(deed.now))
        born = [item for index, item in zip(judged.accepted, going, strict=True) if index not in judged.stillborn]
        self.tally(Counter((deed.by, audiences[item.audience_key], item.new.record.type) for item in born), 1)
        written = write_act(deed.kind, deed.by, deed.facts, now=deed.now, tree=tree, shares=len(going))
        superseded = CODES[State.SUPERSEDED]
        self._raw.put(
            _SHARE,
            [
                (
                    seq,
                    records[item.digest],
                    audiences[item.audience_key],
                    deed.by,
                    at,
                    written.act,
                    item.new.under,
                    None if item.new.pap is None else int(item.new.pap),
                    item.new.condition,
                    superseded if index in judged.stillborn else LIVE,
                    int(item.new.voice),
                    item.new.record.type,
                    written.act if index in judged.stillborn else None,
                )
                for seq, (index, item, at) in enumerate(
                    zip(judged.accepted, going, written.dates, strict=True), start=written.first_seq
                )
            ],
        )
        self.end(self.resting(judged.superseded), State.SUPERSEDED, written.act)
        return written

    def resting(self, seqs: Sequence[int]) -> list[int]:
        """Return these shares and the live ones that rest on them, at any remove."""
        if not seqs:
            return []
        sql = _RESTING.format(seqs=",".join(f"({seq:d})" for seq in seqs))
        return [found for (found,) in self._raw.ask(sql, [LIVE])]

    def end(self, seqs: Sequence[int], to: State, act: int) -> None:
        """Move shares to an end state, and take the live ones among them out of the tallies."""
        if not seqs:
            return
        left = f"SELECT by, audience, type FROM share WHERE seq IN ({numbers(seqs)}) AND state = {LIVE}"
        self.tally(Counter(self._raw.ask(left)), -1)
        self._raw.ask(f"UPDATE share SET state = ?, ended = ? WHERE seq IN ({numbers(seqs)})", [CODES[to], act])

    def tally(self, counted: Counter[tuple[int, int, str]], sign: int) -> None:
        """Add to the counts of live shares by owner, audience and type, or take from them."""
        self._raw.put(_TALLY, [(*place, sign * n) for place, n in counted.items()])

    def _audiences(self, going: Sequence[Prepared], by: int) -> dict[bytes, int]:
        """Return the row id of each audience, making those that are new.

        The mark changes with a new audience, and with the first use of one by this organisation.
        """
        wanted = {item.audience_key: item for item in going}
        found: dict[bytes, int] = {}
        for some in chunks(list(wanted)):
            sql = f"SELECT key, id FROM store_audience WHERE key IN ({marks(len(some))})"
            found.update(self._raw.ask(sql, some))
        new = [item for key, item in wanted.items() if key not in found]
        for item in new:
            found[item.audience_key] = self._new_audience(item)
        used = {audience for (audience,) in self._raw.ask("SELECT DISTINCT audience FROM tally WHERE by = ?", [by])}
        if new or not used.issuperset(found.values()):
            self._raw.ask("UPDATE mark SET value = ?", [int.from_bytes(self._draw(8), "big", signed=True)])
        return found

    def _new_audience(self, item: Prepared) -> int:
        audience = item.new.audience
        circles = sorted(audience.circles)
        embargo = None if audience.embargo_until is None else micros(audience.embargo_until)
        row = (
            item.audience_key,
            audience.room,
            audience.realm,
            int(audience.tlp),
            numbers(circles),
            embargo,
        )
        ((made,),) = self._raw.ask(_AUDIENCE + " RETURNING id", row)
        self._raw.put(_CIRCLE, [(circle, made) for circle in circles])
        return int(made)

    def _records(self, going: Sequence[Prepared], now: int) -> dict[bytes, int]:
        """Return the row id of each record by digest, inserting those that nobody shared before."""
        wanted = {item.digest: item for item in going}
        found: dict[bytes, int] = {}
        for some in chunks(list(wanted)):
            sql = f"SELECT digest, id FROM record WHERE digest IN ({marks(len(some))})"
            found.update(self._raw.ask(sql, some))
        new = [item for digest, item in wanted.items() if digest not in found]
        ((last,),) = self._raw.ask("SELECT coalesce(max(id), 0) FROM record")
        numbered = list(enumerate(new, start=last + 1))
        self._raw.put(_RECORD, [_record_row(number, item, now) for number, item in numbered])
        self._values(numbered)
        found.update((item.digest, number) for number, item in numbered)
        return found

    def _values(self, numbered: Sequence[tuple[int, Prepared]]) -> None:
        """Write what new records speak about and refer to."""
        atoms = [(kind, key, number) for number, item in numbered for kind, key in item.atoms]
        self._raw.put("INSERT OR IGNORE INTO atom VALUES (?, ?, ?)", atoms)
        edges = [(sid, number) for number, item in numbered for sid in item.edges]
        self._raw.put("INSERT INTO edge VALUES (?, ?)", edges)
        blocks = [(lo, hi, number) for number, item in numbered for lo, hi, _ in item.blocks]
        self._raw.put("INSERT OR IGNORE INTO network VALUES (?, ?, ?)", blocks)
        sizes = {bits for _, item in numbered for _, _, bits in item.blocks}
        self._raw.put("INSERT OR IGNORE INTO prefix VALUES (?)", [(bits,) for bits in sizes])


def _record_row(number: int, item: Prepared, now: int) -> tuple[object, ...]:
    record: NewRecord = item.new.record
    return (
        number,
        item.sid,
        item.place[1],
        record.stix_id,
        record.type,
        record.modified,
        record.created_by,
        record.digest,
        record.marking_at,
        now,
        record.title,
        record.raw,
    )
