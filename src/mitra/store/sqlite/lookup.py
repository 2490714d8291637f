"""Answer what is known of values: two questions a run of them, and a third for hits only.

1. Every probe of the run (the value itself, what surrounds it, the blocks around an address) is a key; one statement
   for each table says which keys exist.  Nearly all do not.
2. For each key that does, the readable shares of its records, oldest record first, at most so many; of bytes that
   several organisations shared, each share, for that is the answer to “from whom”.
3. The shares themselves, once for the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mitra.core.stix.values import EXACT, probes, recognise
from mitra.store.facts import Found
from mitra.store.networks import block_around, blocks
from mitra.store.sqlite.asking import readable
from mitra.store.sqlite.raw import chunks, marks
from mitra.store.states import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mitra.store.facts import Share
    from mitra.store.keys import Keys
    from mitra.store.readable import Reach
    from mitra.store.sqlite.raw import Raw

    Key = tuple[str, bytes] | tuple[bytes, bytes]
    """(kind, key) of an atom, or (lo, hi) of a block."""

NETWORK = "network"
RUN = 400
"""Values answered together."""
_PRESENT = """
WITH probe (n, one, other) AS (VALUES {probes})
SELECT n FROM probe WHERE EXISTS (SELECT 1 FROM {table} WHERE {one} = probe.one AND {other} = probe.other)
"""
_SHARES = """
SELECT s.seq FROM {table} x CROSS JOIN share s INDEXED BY share_record ON s.record = x.record
WHERE x.{one} = ? AND x.{other} = ? AND s.state = {live} AND {readable}
ORDER BY x.record, s.seq LIMIT ?
"""


class Asked(NamedTuple):
    """One key to look for, and how a hit on it relates to the value."""

    how: str
    key: Key


class LookUp:
    """Look-ups of one viewer."""

    def __init__(self, raw: Raw, keys: Keys, reach: Reach, read: Callable[[Sequence[int]], list[Share]]) -> None:
        self._raw = raw
        self._keys = keys
        self._read = read
        may_read = readable("s", reach)
        columns = {"atom": ("kind", "key"), "network": ("lo", "hi")}
        self._shares = {
            table: _SHARES.format(table=table, one=one, other=other, live=LIVE, readable=may_read)
            for table, (one, other) in columns.items()
        }
        self._columns = columns

    def find(self, values: Sequence[str], limit_each: int) -> Iterator[Found]:
        """Yield what is known of each value, in the order given."""
        for run in chunks(values, RUN):
            yield from self._find_run(run, limit_each)

    def _find_run(self, run: Sequence[str], limit_each: int) -> Iterator[Found]:
        sizes = [bits for (bits,) in self._raw.ask("SELECT bits FROM prefix ORDER BY bits DESC")]
        asked = {value: self._asked(value, sizes) for value in run}
        hits = self._hits({one.key for wanted in asked.values() for one in wanted}, limit_each)
        if not hits:
            return
        seqs = sorted({seq for found in hits.values() for seq in found})
        shares = {share.seq: share for share in self._read(seqs)}
        for value in run:
            for seq, how in self._of_value(asked[value], hits, limit_each):
                if seq in shares:
                    yield Found(value, how, shares[seq])

    def _asked(self, value: str, sizes: Sequence[int]) -> list[Asked]:
        """Return every key to look for: the value and what surrounds it, then the blocks, the smallest first."""
        wanted = [Asked(probe.how, (probe.atom.kind, self._keys.of_atom(probe.atom.value))) for probe in probes(value)]
        recognised = recognise(value)
        for network in recognised.networks:
            own = list(blocks(network))
            wanted += [Asked(EXACT, (lo, hi)) for lo, hi, _ in own]
            around = min(bits for _, _, bits in own)
            wanted += [Asked(NETWORK, block_around(network.lo, bits)) for bits in sizes if bits < around]
        for address in recognised.addresses:
            wanted += [Asked(NETWORK, block_around(address, bits)) for bits in sizes]
        return wanted

    def _hits(self, keys: Iterable[Key], limit_each: int) -> dict[Key, list[int]]:
        """Return the readable shares of each key that has some."""
        by_table: dict[str, list[Key]] = {"atom": [], "network": []}
        for key in keys:
            by_table["atom" if isinstance(key[0], str) else "network"].append(key)
        found: dict[Key, list[int]] = {}
        for table, wanted in by_table.items():
            for key in self._present(table, wanted):
                seqs = [seq for (seq,) in self._raw.ask(self._shares[table], [*key, limit_each])]
                if seqs:
                    found[key] = seqs
        return found

    def _present(self, table: str, wanted: Sequence[Key]) -> Iterator[Key]:
        one, other = self._columns[table]
        for some in chunks(wanted):
            sql = _PRESENT.format(probes=marks(len(some), "(?,?,?)"), table=table, one=one, other=other)
            values = [value for n, key in enumerate(some) for value in (n, *key)]
            for (n,) in self._raw.ask(sql, values):
                yield some[n]

    @staticmethod
    def _of_value(asked: Sequence[Asked], hits: Mapping[Key, Sequence[int]], limit: int) -> list[tuple[int, str]]:
        """Return (seq, how) for one value: each share once, by the nearest relation, at most so many."""
        found: dict[int, str] = {}
        for how, key in asked:
            for seq in hits.get(key, ()):
                found.setdefault(seq, how)
        return list(found.items())[:limit]
