"""End shares, and replace one by a stricter one: the other half of writing.

An end takes along everything that rests on the share, whoever re-shared it, in one act.  Its owner learns of its own
share only: that others re-shared it, and how often, is theirs to know.  Locks are taken in the order of `writing`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mitra.core.errors import NotFound, WrongState
from mitra.ledger.operations import write_act
from mitra.store.acts import erase, prepare_erasure
from mitra.store.facts import Line, Outcome, Receipt, State
from mitra.store.keys import audience_bytes, audience_of
from mitra.store.postgres.raw import numbers
from mitra.store.postgres.turns import take_turns
from mitra.store.states import LIVE, may_go, state_of
from mitra.store.words.indexing import forget_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mitra.store.facts import NewShare
    from mitra.store.judging import Prepared
    from mitra.store.postgres.raw import Raw
    from mitra.store.postgres.writing import Deed, Ending, Writer

_STATE = "SELECT state FROM share WHERE seq = %s AND by = %s FOR NO KEY UPDATE"
_LINES = """
SELECT a.room, a.realm, a.tlp, a.circles, a.embargo_until, r.digest
FROM share s JOIN record r ON r.id = s.record JOIN store_audience a ON a.id = s.audience
WHERE s.seq = ANY(%s::int8[]) ORDER BY s.seq
"""
_FORGET = "UPDATE share SET record = 0, condition = '' WHERE seq = ANY(%s::int8[])"
_RECORDS = "SELECT DISTINCT record FROM share WHERE seq = ANY(%s::int8[])"
_HOLD = "SELECT id FROM record WHERE id = ANY(%s::int8[]) ORDER BY id FOR UPDATE"
_UNSHARED = """
SELECT id FROM unnest(%s::int8[]) id WHERE NOT EXISTS (SELECT FROM share WHERE record = id)
"""
_ERASE = (
    "DELETE FROM atom WHERE record = ANY(%s::int8[])",
    "DELETE FROM network WHERE record = ANY(%s::int8[])",
    "DELETE FROM edge WHERE record = ANY(%s::int8[])",
    "DELETE FROM record WHERE id = ANY(%s::int8[])",
)


class Ender:
    """Ends shares in one database."""

    def __init__(self, raw: Raw, writer: Writer) -> None:
        self._raw = raw
        self._writer = writer

    def end(self, seq: int, to: State, deed: Deed) -> Receipt:
        """Move one share and what rests on it to an end state, in a durable transaction of its own."""
        return take_turns(self._raw.alias, lambda: self._end(seq, to, deed))

    def replace(self, seq: int, share: NewShare, deed: Deed) -> Receipt:
        """Tighten one share: end it with what rests on it, and make the new one, in one act.

        When the new one cannot be made (its line says why), nothing changes.
        """
        batch = self._writer.prepare([share])
        return take_turns(self._raw.alias, lambda: self._replace(seq, batch, deed))

    def _end(self, seq: int, to: State, deed: Deed) -> Receipt:
        ending = self._hold(seq, to, deed.by)
        seqs = [one.seq for one in ending]
        tree = self._writer.plant([], self._lines(seqs))
        self._writer.tally(_gone(ending), Counter())
        erasing = prepare_erasure(seqs) if to is State.ERASED else None
        if erasing is not None:
            forget_words(seqs)
            self._erase(seqs)
        written = write_act(deed.kind, deed.by, deed.facts, now=deed.now, tree=tree, aside=deed.aside)
        self._writer.end(seqs, to, written.act)
        if erasing is not None:
            erase(erasing, by_act=written.act)
        deed.announce(written)
        return Receipt(written.act, written.leaf, written.commitment, (Line(Outcome.ACCEPTED, seq),))

    def _replace(self, seq: int, batch: Sequence[Prepared], deed: Deed) -> Receipt:
        self._writer.hold_sender(deed.by)
        self._writer.hold_unders(batch)
        ending = self._hold(seq, State.TIGHTENED, deed.by)
        found = self._writer.examine(batch, deed.by)
        if not found.judged.accepted:
            return Receipt(None, None, b"", found.judged.lines(1, 0))
        ended = self._lines([one.seq for one in ending])
        tree = self._writer.plant([(batch[0].audience, batch[0].digest)], ended)
        written = self._writer.insert(batch, found, deed, tree, ending)
        deed.announce(written)
        return Receipt(written.act, written.leaf, written.commitment, found.judged.lines(1, written.first_seq))

    def _hold(self, seq: int, to: State, by: int) -> list[Ending]:
        """Hold a share of this organisation and what rests on it.

        Raises NotFound for what is not its own, WrongState where no step leads.
        """
        rows = self._raw.ask(_STATE, [seq, by])
        if not rows:
            raise NotFound
        state = state_of(rows[0][0])
        if not may_go(state, to):
            message = f"This share is {state} already, so it cannot be {to}."
            raise WrongState(message)
        return self._writer.hold_ending([seq])

    def _lines(self, seqs: Sequence[int]) -> list[tuple[bytes, bytes]]:
        rows = self._raw.ask(_LINES, [numbers(seqs)])
        return [(audience_bytes(audience_of(*audience)), digest) for *audience, digest in rows]

    def _erase(self, seqs: Sequence[int]) -> None:
        """Take the words away, and the bytes of records that no share holds any more.

        The records are held before anybody looks who still shares them: who is just sharing one holds it too.
        """
        records = numbers(record for (record,) in self._raw.ask(_RECORDS, [numbers(seqs)]))
        self._raw.ask(_FORGET, [numbers(seqs)])
        self._raw.ask(_HOLD, [records])
        gone = numbers(record for (record,) in self._raw.ask(_UNSHARED, [records]))
        for statement in _ERASE:
            self._raw.ask(statement, [gone])


def _gone(ending: Iterable[Ending]) -> Counter[tuple[int, int, str]]:
    """Return what leaves the counts of live shares, below nothing."""
    gone: Counter[tuple[int, int, str]] = Counter()
    gone.subtract((one.by, one.audience, one.type) for one in ending if one.state == LIVE)
    return gone
