"""Answer what is known of values: one question a run to the index, for every text that is sought; hits are few.

1. Every text of the run (the values themselves, what surrounds them) is a key; keys are asked in order, each once.
2. Blocks of addresses around an address are asked by what can hold it: in a small run one key for each size of block
   that there is, in a large one only those that the flattened segments name (`mitra.store.networks`).
3. Each value gets its hits by the nearest relation first, each share once, at most so many.

Whichever database: `Index` is what it must do.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from mitra.core.stix.sought import EXACT, Relation, sought
from mitra.core.text.addresses import address_number
from mitra.store.facts import Found, Hit
from mitra.store.networks import block_around, blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mitra.core.stix.sought import Sought
    from mitra.store.facts import Share
    from mitra.store.keys import Keys
    from mitra.store.networks import Around

    Block = tuple[bytes, bytes]
    """The first and the last key of a block of addresses."""
    Row = tuple[Any, ...]
    Related = tuple[Relation, list[Row]]

NETWORK = "network"
RUN = 5_000
"""Values answered together."""
FEW = 100
"""Up to so many addresses in a run are asked by the sizes of block; more are worth the segments."""
NOTHING: Sequence[tuple[str, Hit]] = ()
_AFTER_ALL_ELSE = 1 << 40
"""The rank of networks: behind every other relation."""


class Index(Protocol):
    """What a database tells: rows of hits of one viewer, in the order of records and shares within one place.

    A row is its place, which is two columns, and then the fields of a `Hit`.  Beyond `limit` rows of one place it may
    leave out what it likes.
    """

    def of_keys(self, keys: Sequence[bytes], limit: int) -> Iterable[Row]:
        """Yield the rows of the atoms under ascending keys; places are (key, kind)."""
        ...

    def of_blocks(self, wanted: Sequence[Block], limit: int) -> Iterable[Row]:
        """Yield the rows of ascending blocks of addresses; places are (lo, hi)."""
        ...

    def sizes(self) -> Sequence[int]:
        """Return the sizes of block that there are, in bits, the smallest block first."""
        ...

    def segments(self) -> Around:
        """Return all blocks that there are, flattened."""
        ...


class LookUp:
    """Look-ups of one viewer: at most `limit` hits a value."""

    def __init__(self, index: Index, keys: Keys, limit: int) -> None:
        self._index = index
        self._of_atom = keys.of_atom
        self._limit = limit

    def find(self, values: Sequence[str]) -> Iterator[Sequence[tuple[str, Hit]]]:
        """Yield what is known of each value, in the order given, as pairs (how, hit); most often nothing."""
        for start in range(0, len(values), RUN):
            asked = [sought(value) for value in values[start : start + RUN]]
            texts = self._rows_of_texts(asked)
            networks = self._rows_of_networks(asked)
            for place, each in enumerate(asked):
                found = [
                    (kinds[kind], rows)
                    for text, kinds in each.texts
                    if text in texts
                    for kind, rows in texts[text].items()
                    if kind in kinds
                ]
                if place in networks:
                    found += networks[place]
                yield self._nearest(found) if found else NOTHING

    def _rows_of_texts(self, asked: Sequence[Sought]) -> dict[str, dict[str, list[Row]]]:
        """Return rows by text and kind, for those texts that have any."""
        of_atom = self._of_atom
        key_of = {text: of_atom(text) for text in {text for each in asked for text, _ in each.texts}}
        found: dict[bytes, dict[str, list[Row]]] = {}
        for row in self._index.of_keys(sorted(key_of.values()), self._limit):
            rows = found.setdefault(row[0], {}).setdefault(row[1], [])
            if len(rows) < self._limit:
                rows.append(row)
        return {text: found[key] for text, key in key_of.items() if key in found} if found else {}

    def _rows_of_networks(self, asked: Sequence[Sought]) -> dict[int, list[Related]]:
        """Return rows by the place of the value that they surround or are."""
        wanted = self._blocks(asked)
        if not wanted:
            return {}
        found: dict[Block, list[Row]] = {}
        asking = sorted({block for surrounding in wanted.values() for _, block in surrounding})
        for row in self._index.of_blocks(asking, self._limit):
            rows = found.setdefault((row[0], row[1]), [])
            if len(rows) < self._limit:
                rows.append(row)
        return {
            place: [
                (Relation(_AFTER_ALL_ELSE + rank, how), found[block])
                for rank, (how, block) in enumerate(surrounding)
                if block in found
            ]
            for place, surrounding in wanted.items()
        }

    def _blocks(self, asked: Sequence[Sought]) -> dict[int, list[tuple[str, Block]]]:
        """Return (how, block) that may hold each value, the smallest block first, by the value's place."""
        asking = [(place, each) for place, each in enumerate(asked) if each.addresses or each.networks]
        sizes = self._index.sizes() if asking else ()
        if not sizes:
            return {}
        around = self._index.segments().around if len(asking) > FEW else lambda _number: sizes
        wanted: dict[int, list[tuple[str, Block]]] = {}
        for place, each in asking:
            surrounding: list[tuple[str, Block]] = []
            for network in each.networks:
                own = list(blocks(network))
                smallest = min(bits for _, _, bits in own)
                lo = int.from_bytes(network.lo, "big")
                surrounding += [(EXACT, (start, end)) for start, end, _ in own]
                surrounding += [(NETWORK, block_around(lo, bits)) for bits in around(lo) if bits < smallest]
            for address in each.addresses:
                number = address_number(address)
                surrounding += [(NETWORK, block_around(number, bits)) for bits in around(number)]
            if surrounding:
                wanted[place] = surrounding
        return wanted

    def _nearest(self, found: list[Related]) -> Sequence[tuple[str, Hit]]:
        """Return each share once, by its nearest relation, at most so many."""
        if len(found) == 1:
            ((relation, rows),) = found
            return [(relation.how, Hit(*row[2:])) for row in rows]
        found.sort(key=_rank)
        told: dict[int, tuple[str, Hit]] = {}
        for relation, rows in found:
            for row in rows:
                told.setdefault(row[2], (relation.how, Hit(*row[2:])))
        return list(told.values())[: self._limit]


def _rank(related: Related) -> int:
    return related[0].rank


def with_shares(
    values: Sequence[str],
    answers: Iterable[Sequence[tuple[str, Hit]]],
    read: Callable[[Sequence[int]], Iterable[Share]],
) -> Iterator[Found]:
    """Yield the answers with their whole shares, read once a run; what is gone meanwhile is left out."""
    pairs = zip(values, answers, strict=True)
    while run := list(islice(pairs, RUN)):
        seqs = sorted({hit.seq for _, known in run for _, hit in known})
        shares = {share.seq: share for share in read(seqs)}
        for value, known in run:
            for how, hit in known:
                if hit.seq in shares:
                    yield Found(value, how, shares[hit.seq])
