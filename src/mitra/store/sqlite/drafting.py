"""Work out everything about a batch that needs no transaction: keys, rows, and which shares get company.

A draft holds as long as the store's leaf has not moved, for whatever changes a share or a record is an act.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.ledger.dates import micros
from mitra.store.judging import Prepared, place_of
from mitra.store.keys import audience_bytes, audience_key, version_of
from mitra.store.networks import blocks
from mitra.store.states import OTHER_RECORDS, OTHER_SHARES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.store.facts import NewShare
    from mitra.store.judging import Judged
    from mitra.store.keys import Keys
    from mitra.store.sqlite.held import Held


class Draft(NamedTuple):
    """The rows of what was accepted, but for the numbers that the transaction gives."""

    going: Sequence[Prepared]
    stillborn: frozenset[int]
    """Which of them a later one of the batch replaces at once, counted among them from 0."""
    records: Sequence[tuple[object, ...]]
    """Rows of new records, without their ids."""
    record_of: Sequence[int]
    """For each share: its record's id, or for the k-th new record -k, counted from 1."""
    company: Sequence[int]
    atoms: Sequence[tuple[bytes, str, int]]
    """(key, kind, which new record, counted from 1)."""
    edges: Sequence[tuple[int, int]]
    networks: Sequence[tuple[bytes, bytes, int]]
    sizes: frozenset[int]
    joined: frozenset[int]
    """Records that are here already and get another share."""
    paired: frozenset[int]
    """Ids, by their keyed numbers, that had one record and get another."""


def prepare(shares: Sequence[NewShare], keys: Keys) -> list[Prepared]:
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
        batch.append(Prepared(share, record.digest, keys.of_id(record.stix_id), place, *known))
    return batch


def draft(batch: Sequence[Prepared], judged: Judged, held: Held, keys: Keys, now: datetime) -> Draft:
    """Return the rows of what was accepted."""
    going = [batch[index] for index in judged.accepted]
    numbers: dict[bytes, int] = dict(held.records)
    last = dict(held.last)
    records: list[tuple[object, ...]] = []
    atoms: list[tuple[bytes, str, int]] = []
    edges: list[tuple[int, int]] = []
    networks: list[tuple[bytes, bytes, int]] = []
    sizes: set[int] = set()
    refs: dict[str, int] = {}
    accepted_at = micros(now)
    for item in going:
        if item.digest in numbers:
            continue
        record, sid = item.new.record, item.sid
        n = last[sid] = last.get(sid, -1) + 1
        nth = len(records) + 1
        numbers[item.digest] = -nth
        records.append(_record_row(item, accepted_at, n))
        atoms += [(keys.of_atom(atom.value), atom.kind, nth) for atom in record.atoms]
        for ref in {*record.refs}:
            if ref not in refs:
                refs[ref] = keys.of_id(ref)
            edges.append((refs[ref], nth))
        for network in record.networks:
            for lo, hi, bits in blocks(network):
                networks.append((lo, hi, nth))
                sizes.add(bits)
    record_of = [numbers[item.digest] for item in going]
    shared = Counter(record_of)
    return Draft(
        going=going,
        stillborn=frozenset(at for at, index in enumerate(judged.accepted) if index in judged.stillborn),
        records=records,
        record_of=record_of,
        company=[
            (OTHER_SHARES if number > 0 or shared[number] > 1 else 0) | (OTHER_RECORDS if last[item.sid] else 0)
            for number, item in zip(record_of, going, strict=True)
        ],
        atoms=atoms,
        edges=edges,
        networks=networks,
        sizes=frozenset(sizes),
        joined=frozenset(number for number in record_of if number > 0),
        paired=frozenset(sid for sid, n in held.last.items() if n == 0 and last[sid]),
    )


def _record_row(item: Prepared, accepted_at: int, n: int) -> tuple[object, ...]:
    """Return a record's row but for its id; `n` counts the records of its STIX id from 0."""
    record = item.new.record
    return (
        item.sid,
        item.place[1],
        record.stix_id,
        record.type,
        record.modified,
        record.created_by,
        record.digest,
        record.marking_at,
        accepted_at,
        record.title,
        record.raw,
        n,
    )
