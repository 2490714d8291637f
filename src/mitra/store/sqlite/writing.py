"""Write batches and ends: everything prepared outside the transaction, everything checked again inside it.

Budget: 10 ms inside for 500 shares, for SQLite lets one writer in at a time and queues unfairly.  Hence one statement
a table, rows drafted and the act's tree planted beforehand, and the counter last.

`accept`:
1. Outside: the store's leaf; keys; what becomes of each share, as things stand now; the rows and the tree for that.
2. Inside: when the leaf has moved, an act changed something in between: all of that again.
3. Audiences that are new; records that are new, with their atoms, networks and edges; tallies; company.
4. The act, with leaf, numbers and dates from the counter; then the shares, and the ends of those that were replaced.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from mitra.core.ledger.commitment import SALT_BYTES
from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import Tlp
from mitra.ledger.operations import write_act
from mitra.store.acts import plant_lines
from mitra.store.facts import Receipt, State
from mitra.store.judging import OwnLive, judge
from mitra.store.sqlite.asking import listed
from mitra.store.sqlite.drafting import draft, prepare
from mitra.store.sqlite.held import LEAF, HeldRecords
from mitra.store.sqlite.raw import chunks, marks, numbers
from mitra.store.states import CODES, LIVE, OTHER_RECORDS, OTHER_SHARES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from mitra.core.ledger.act_tree import Planted
    from mitra.ledger.facts import Written
    from mitra.store.facts import NewShare
    from mitra.store.judging import Judged, Place, Prepared
    from mitra.store.keys import Keys
    from mitra.store.protocol import Announce
    from mitra.store.sqlite.drafting import Draft
    from mitra.store.sqlite.held import Held
    from mitra.store.sqlite.raw import Raw

SIGHTS, RIGHTS = 1, 2
"""The marks: under which sights are remembered, and under which everybody's rights are."""
_OWN_LIVE = f"""
SELECT s.record, a.realm, CASE a.tlp WHEN {int(Tlp.RED)} THEN a.key ELSE x'' END, a.key, s.seq
FROM share s INDEXED BY share_record CROSS JOIN store_audience a ON a.id = s.audience
WHERE s.record IN (SELECT value FROM json_each(?)) AND s.by = ? AND s.state = {LIVE}
"""
_RESTING = """
WITH RECURSIVE given (seq) AS (VALUES {seqs}),
resting (seq) AS (SELECT seq FROM given UNION SELECT s.seq FROM resting JOIN share s ON s.under = resting.seq)
SELECT seq FROM share WHERE seq IN (SELECT seq FROM resting) AND (state = ? OR seq IN (SELECT seq FROM given))
ORDER BY seq
"""
_RECORD = """
INSERT INTO record (sid, version, stix_id, type, modified, created_by, digest, marking_at, accepted_at, title, raw, n)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_SHARE = "INSERT INTO share VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_TALLY = """
INSERT INTO tally (by, audience, type, n, ever) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (by, audience, type) DO UPDATE SET n = n + excluded.n, ever = ever + excluded.ever
"""
_JOINED = f"""
UPDATE share SET company = company | {OTHER_SHARES}
WHERE seq = (SELECT seq FROM share INDEXED BY share_record WHERE record = ? ORDER BY seq LIMIT 1)
AND company & {OTHER_SHARES} = 0
"""
_PAIRED = f"""
UPDATE share SET company = company | {OTHER_RECORDS}
WHERE record = (SELECT id FROM record INDEXED BY record_id WHERE sid = ? AND n = 0)
"""
_AUDIENCE = "INSERT INTO store_audience (key, room, realm, tlp, circles, embargo_until) VALUES (?, ?, ?, ?, ?, ?)"
_USED = "SELECT DISTINCT audience FROM tally WHERE by = ? AND audience IN (SELECT value FROM json_each(?))"
_CIRCLE = "INSERT INTO store_audience_circle (circle, audience_id) VALUES (?, ?)"


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


class Seen(NamedTuple):
    """What becomes of a batch, as the store stood at a leaf, and what it holds of the batch's ids."""

    judged: Judged
    held: Held


class Writer:
    """Writes for one database."""

    def __init__(
        self, raw: Raw, keys: Keys, held: HeldRecords, draw: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._raw = raw
        self._keys = keys
        self._held = held
        self._draw = draw

    def accept(self, shares: Sequence[NewShare], deed: Deed) -> Receipt:
        """Write a batch in a durable transaction of its own."""
        leaf = self._raw.ask(LEAF)
        batch = self.prepare(shares)
        seen = self.examine(batch, deed.by)
        if not seen.judged.accepted:
            return Receipt(None, None, b"", seen.judged.lines(len(batch), 0))
        drafted, tree = self.draft(batch, seen, deed), self._plant(batch, seen)
        with transaction.atomic(using=self._raw.alias, durable=True):
            if self._raw.ask(LEAF) != leaf:
                seen = self.examine(batch, deed.by)
                if not seen.judged.accepted:
                    return Receipt(None, None, b"", seen.judged.lines(len(batch), 0))
                drafted, tree = self.draft(batch, seen, deed), self._plant(batch, seen)
            written = self.insert(drafted, deed, tree)
            self.supersede(seen, written)
            deed.announce(written)
        lines = seen.judged.lines(len(batch), written.first_seq)
        return Receipt(written.act, written.leaf, written.commitment, lines)

    def prepare(self, shares: Sequence[NewShare]) -> list[Prepared]:
        """Return the shares with their keys."""
        return prepare(shares, self._keys)

    def examine(self, batch: Sequence[Prepared], by: int) -> Seen:
        """Return what becomes of each share, as the database stands now."""
        held = self._held.find({(item.sid, item.place[1]) for item in batch})
        own: dict[Place, list[OwnLive]] = {}
        if held.wordings:
            wordings = {wording.record: wording for wording in held.wordings}
            for record, realm, named, key, seq in self._raw.ask(_OWN_LIVE, [listed(wordings), by]):
                stix_id, version, digest, _ = wordings[record]
                own.setdefault((stix_id, version, realm, named), []).append(OwnLive(digest, key, seq))
        unders = {item.new.under for item in batch if item.new.under is not None}
        live: frozenset[int] = frozenset()
        if unders:
            sql = f"SELECT seq FROM share WHERE seq IN ({numbers(unders)}) AND state = {LIVE}"
            live = frozenset(seq for (seq,) in self._raw.ask(sql))
        return Seen(judge(batch, own, live), held)

    def draft(self, batch: Sequence[Prepared], seen: Seen, deed: Deed) -> Draft:
        """Return the rows of what was accepted."""
        return draft(batch, seen.judged, seen.held, self._keys, deed.now)

    def _plant(self, batch: Sequence[Prepared], seen: Seen) -> Planted:
        return self.plant((batch[index].audience, batch[index].digest) for index in seen.judged.accepted)

    def plant(self, made: Iterable[tuple[bytes, bytes]], ended: Iterable[tuple[bytes, bytes]] = ()) -> Planted:
        """Return a tree over (audience, digest) pairs, audiences in the order in which they first come."""
        return plant_lines(self._draw(SALT_BYTES), made, ended)

    def insert(self, drafted: Draft, deed: Deed, tree: Planted) -> Written:
        """Write a draft, inside the transaction that the caller holds."""
        audiences = self._audiences(drafted.going, deed.by)
        before = self._records(drafted)
        places = [(audiences[item.audience_key], item.new.record.type) for item in drafted.going]
        made, dead = Counter(places), Counter(places[at] for at in drafted.stillborn)
        self._raw.put(_TALLY, [(deed.by, *place, ever - dead[place], ever) for place, ever in made.items()])
        written = write_act(
            deed.kind, deed.by, deed.facts, now=deed.now, tree=tree, shares=len(drafted.going), aside=deed.aside
        )
        superseded = CODES[State.SUPERSEDED]
        rows = []
        lines = zip(drafted.going, places, drafted.record_of, drafted.company, written.dates, strict=True)
        for at, (item, (audience, kind), record, company, date) in enumerate(lines):
            new, is_stillborn = item.new, at in drafted.stillborn
            rows.append(
                (
                    written.first_seq + at,
                    record if record > 0 else before - record,
                    audience,
                    deed.by,
                    date,
                    written.act,
                    new.under,
                    None if new.pap is None else int(new.pap),
                    new.condition,
                    superseded if is_stillborn else LIVE,
                    int(new.voice),
                    kind,
                    written.act if is_stillborn else None,
                    company,
                )
            )
        self._raw.put(_SHARE, rows)
        return written

    def supersede(self, seen: Seen, written: Written) -> None:
        """End what newer bytes of the batch replace, with all that rests on it."""
        self.end(self.resting(seen.judged.superseded), State.SUPERSEDED, written.act)

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
        self._raw.put(_TALLY, [(*place, -n, 0) for place, n in Counter(self._raw.ask(left)).items()])
        self._raw.ask(f"UPDATE share SET state = ?, ended = ? WHERE seq IN ({numbers(seqs)})", [CODES[to], act])

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
        used = self._raw.ask(_USED, [by, listed(set(found.values()))])
        if new or len(used) < len(set(found.values())):
            self.mark(SIGHTS)
        return found

    def mark(self, which: int) -> None:
        """Change the mark under which sights, or rights, are remembered."""
        value = int.from_bytes(self._draw(8), "big", signed=True)
        self._raw.put("UPDATE mark SET value = ? WHERE id = ?", [(value, which)])

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

    def _records(self, drafted: Draft) -> int:
        """Insert what nobody shared before, with all that it speaks about; return the id before its first."""
        ((before,),) = self._raw.ask("SELECT coalesce(max(id), 0) FROM record")
        self._raw.put(_RECORD, drafted.records)
        self._raw.put(
            "INSERT OR IGNORE INTO atom VALUES (?, ?, ?)",
            [(key, kind, before + nth) for key, kind, nth in drafted.atoms],
        )
        self._raw.put("INSERT INTO edge VALUES (?, ?)", [(sid, before + nth) for sid, nth in drafted.edges])
        self._raw.put(
            "INSERT OR IGNORE INTO network VALUES (?, ?, ?)",
            [(lo, hi, before + nth) for lo, hi, nth in drafted.networks],
        )
        self._raw.put("INSERT OR IGNORE INTO prefix VALUES (?)", [(bits,) for bits in drafted.sizes])
        self._raw.put(_JOINED, [(record,) for record in drafted.joined])
        self._raw.put(_PAIRED, [(sid,) for sid in drafted.paired])
        return int(before)
