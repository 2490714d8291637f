"""Find the shares of an arrival by their rank: a set that never changes, so every thousandth of it is remembered."""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.store.audiences import AudienceSet
from mitra.store.places import STEP
from mitra.store.sqlite.asking import listed
from mitra.store.sqlite.ways import FEW_AUDIENCES, LISTING_COSTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.store.facts import Arrival
    from mitra.store.places import ArrivalMemory
    from mitra.store.sqlite.raw import Raw, Values

_WALKED = "share s NOT INDEXED WHERE substr(:moved, s.audience, 1) > x'00'"
_LISTED = "share s INDEXED BY share_audience WHERE s.audience IN (SELECT value FROM json_each(:moved))"


class Replay:
    """The shares that one arrival replays, whatever their state, ranked by their numbers from 0."""

    def __init__(self, raw: Raw, memory: ArrivalMemory, arrival: Arrival) -> None:
        self._raw = raw
        self._memory = memory
        self._arrival = arrival
        are_few = len(arrival.audiences) <= FEW_AUDIENCES and arrival.n * LISTING_COSTS < arrival.first_seq
        moved = listed(arrival.audiences) if are_few else AudienceSet.of(arrival.audiences).levels
        self._values: Values = {"first": arrival.first_seq, "moved": moved, "of": arrival.by}
        self._from = f"FROM {_LISTED if are_few else _WALKED} AND (:of IS NULL OR +s.by = :of) AND s.seq < :first"

    def seq_of(self, rank: int) -> int:
        """Return the number of the share of a rank."""
        marks = self._memory.marks(self._arrival, self._find_marks)
        passed = min((rank + 1) // STEP, len(marks))
        start = marks[passed - 1] if passed else 0
        left = rank + 1 - passed * STEP
        if not left:
            return start
        sql = f"SELECT s.seq {self._from} AND s.seq > :start ORDER BY s.seq LIMIT 1 OFFSET :left"
        ((seq,),) = self._raw.ask(sql, {**self._values, "start": start, "left": left - 1})
        return int(seq)

    def seqs(self, after: int, up_to: int) -> list[int]:
        """Return the numbers of the shares above one and up to another."""
        sql = f"SELECT s.seq {self._from} AND s.seq > :after AND s.seq <= :up_to ORDER BY s.seq"
        return [seq for (seq,) in self._raw.ask(sql, {**self._values, "after": after, "up_to": up_to})]

    def _find_marks(self, _arrival: Arrival) -> Sequence[int]:
        ranked = f"SELECT s.seq AS seq, row_number() OVER (ORDER BY s.seq) AS nth {self._from}"
        return [seq for (seq,) in self._raw.ask(f"SELECT seq FROM ({ranked}) WHERE nth % {STEP} = 0", self._values)]
