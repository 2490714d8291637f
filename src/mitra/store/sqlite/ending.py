"""End shares, and replace one by a stricter one: the other half of writing.

An end takes along everything that rests on the share, whoever re-shared it, in one act.  Its owner learns of its own
share only: that others re-shared it, and how often, is theirs to know.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from mitra.core.errors import NotFound, WrongState
from mitra.ledger.operations import write_act
from mitra.store.acts import erase, prepare_erasure
from mitra.store.facts import Line, Outcome, Receipt, State
from mitra.store.keys import audience_bytes, audience_of
from mitra.store.sqlite.raw import numbers
from mitra.store.states import may_go, state_of
from mitra.store.words.indexing import forget_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.core.ledger.act_tree import Planted
    from mitra.store.facts import NewShare
    from mitra.store.sqlite.raw import Raw
    from mitra.store.sqlite.writing import Deed, Writer

_LINES = """
SELECT a.room, a.realm, a.tlp, a.circles, a.embargo_until, r.digest
FROM share s JOIN record r ON r.id = s.record JOIN store_audience a ON a.id = s.audience
WHERE s.seq IN ({seqs}) ORDER BY s.seq
"""
_FIRST_NOW = """
UPDATE record SET n = 0
WHERE id = (SELECT id FROM record INDEXED BY record_id WHERE sid = ? ORDER BY n LIMIT 1) AND n > 0
"""
_SHARED_STILL = "SELECT record FROM share WHERE record IN ({records})"


class Ender:
    """Ends shares in one database."""

    def __init__(self, raw: Raw, writer: Writer) -> None:
        self._raw = raw
        self._writer = writer

    def end(self, seq: int, to: State, deed: Deed) -> Receipt:
        """Move one share and what rests on it to an end state, in a durable transaction of its own."""
        with transaction.atomic(using=self._raw.alias, durable=True):
            self._check(seq, to, deed.by)
            seqs = self._writer.resting([seq])
            erasing = prepare_erasure(seqs) if to is State.ERASED else None
            written = write_act(deed.kind, deed.by, deed.facts, now=deed.now, tree=self._tree(seqs), aside=deed.aside)
            self._writer.end(seqs, to, written.act)
            if erasing is not None:
                forget_words(seqs)
                self._erase(seqs)
                erase(erasing, by_act=written.act)
            deed.announce(written)
        return Receipt(written.act, written.leaf, written.commitment, (Line(Outcome.ACCEPTED, seq),))

    def replace(self, seq: int, share: NewShare, deed: Deed) -> Receipt:
        """Tighten one share: end it with what rests on it, and make the new one, in one act.

        When the new one cannot be made (its line says why), nothing changes.
        """
        batch = self._writer.prepare([share])
        with transaction.atomic(using=self._raw.alias, durable=True):
            self._check(seq, State.TIGHTENED, deed.by)
            seen = self._writer.examine(batch, deed.by)
            if not seen.judged.accepted:
                return Receipt(None, None, b"", seen.judged.lines(1, 0))
            seqs = self._writer.resting([seq])
            tree = self._writer.plant([(batch[0].audience, batch[0].digest)], self._lines(seqs))
            written = self._writer.insert(self._writer.draft(batch, seen, deed), deed, tree)
            self._writer.supersede(seen, written)
            self._writer.end(seqs, State.TIGHTENED, written.act)
            deed.announce(written)
        return Receipt(written.act, written.leaf, written.commitment, seen.judged.lines(1, written.first_seq))

    def _check(self, seq: int, to: State, by: int) -> None:
        """Raise NotFound for what is not this organisation's, WrongState where no step leads."""
        rows = self._raw.ask("SELECT state FROM share WHERE seq = ? AND by = ?", [seq, by])
        if not rows:
            raise NotFound
        state = state_of(rows[0][0])
        if not may_go(state, to):
            message = f"This share is {state} already, so it cannot be {to}."
            raise WrongState(message)

    def _tree(self, seqs: Sequence[int]) -> Planted:
        return self._writer.plant([], self._lines(seqs))

    def _lines(self, seqs: Sequence[int]) -> list[tuple[bytes, bytes]]:
        rows = self._raw.ask(_LINES.format(seqs=numbers(seqs)))
        return [(audience_bytes(audience_of(*audience)), digest) for *audience, digest in rows]

    def _erase(self, seqs: Sequence[int]) -> None:
        """Take the words away, and the bytes of records that no share holds any more."""
        asked = f"SELECT DISTINCT record FROM share WHERE seq IN ({numbers(seqs)})"
        records = {record for (record,) in self._raw.ask(asked)}
        self._raw.ask(f"UPDATE share SET record = 0, condition = '' WHERE seq IN ({numbers(seqs)})")
        kept = {record for (record,) in self._raw.ask(_SHARED_STILL.format(records=numbers(records)))}
        gone = numbers(records - kept)
        for statement in (
            f"DELETE FROM atom WHERE record IN ({gone})",
            f"DELETE FROM network WHERE record IN ({gone})",
            f"DELETE FROM edge WHERE record IN ({gone})",
            f"DELETE FROM record WHERE id IN ({gone}) RETURNING sid",
        ):
            erased = self._raw.ask(statement)
        # Of each id that is here, one record is the first: by it the id is known.
        self._raw.put(_FIRST_NOW, set(erased))
