"""Rows of records: found again, or brought in by COPY, and what a page may skip because a record stands alone.

A share's `company` tells whether its record has other shares and whether its id has other records, so that a page asks
for them only where there are some.  Bits are set and never taken back, and must not be missed, whoever races:

* who brings an id that nobody has writes its record number 0; two of them meet on that key, and one starts again;
* who shares a record that is there, or adds one to an id that has one, first takes a lock on the rows it builds on and
  then looks again: the former shares the lock, the latter, who changes what the former counts on, takes it alone.
"""

# ruff: noqa: S608 - what is written into a statement is our own words and numbers; every value is bound

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from mitra.store.networks import blocks
from mitra.store.postgres.raw import numbers, texts
from mitra.store.postgres.turns import MetAnother
from mitra.store.states import OTHER_RECORDS, OTHER_SHARES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mitra.store.facts import NewRecord
    from mitra.store.judging import Prepared
    from mitra.store.keys import Keys
    from mitra.store.postgres.raw import Raw, Row

AT_PLACE = """
SELECT id, stix_id, version, digest FROM record WHERE sid = p.sid AND n = 0 AND version = p.version
UNION ALL
SELECT id, stix_id, version, digest FROM record WHERE sid = p.sid AND n > 0 AND version = p.version
OFFSET 0
"""
"""The records of one id and version: the id's first record, and of the others those of that version.

`OFFSET 0` keeps a probe where it is written: of a young table PostgreSQL knows too little to plan by itself.
"""

_OF_IDS = """
SELECT p.sid, r.n, r.id FROM unnest(%s::int8[]) p (sid)
CROSS JOIN LATERAL (SELECT n, id FROM record WHERE sid = p.sid ORDER BY n DESC LIMIT 2) r
ORDER BY p.sid, r.n DESC
"""
_OF_BYTES = f"""
SELECT p.digest, r.id FROM unnest(%s::int8[], %s::text[], %s::bytea[]) p (sid, version, digest)
CROSS JOIN LATERAL ({AT_PLACE}) r WHERE r.digest = p.digest
"""
_HOLD = "SELECT id FROM record WHERE id = ANY(%s::int8[]) ORDER BY id FOR {how}"
_SHARED = _HOLD.format(how="SHARE")
_ALONE = _HOLD.format(how="NO KEY UPDATE")
_COMPANY = """
UPDATE share SET company = company | %(bit)s WHERE seq IN (
    SELECT seq FROM share WHERE record = ANY(%(records)s::int8[]) AND company & %(bit)s = 0
    ORDER BY seq FOR NO KEY UPDATE)
"""
_NUMBERS = "SELECT nextval('record_number') FROM generate_series(1, %s)"
_PREFIX = "INSERT INTO prefix SELECT unnest(%s::int4[]) ON CONFLICT DO NOTHING"
_RECORD = {
    "id": "int8",
    "sid": "int8",
    "accepted_at": "int8",
    "n": "int4",
    "marking_at": "int4",
    "digest": "bytea",
    "version": "text",
    "stix_id": "text",
    "type": "text",
    "modified": "text",
    "created_by": "text",
    "title": "text",
    "raw": "bytea",
}
_ATOM = {"record": "int8", "key": "bytea", "kind": "text"}
_EDGE = {"sid": "int8", "record": "int8"}
_NETWORK = {"record": "int8", "lo": "bytea", "hi": "bytea"}


class Kept(NamedTuple):
    """A record's row, and the company in which a new share of it stands."""

    id: int
    company: int


OfIds = Mapping[int, "Sequence[tuple[int, int]]"]
"""(n, id) of the last two records of each id that has any, the last first, by the id's keyed number."""


class Standing(NamedTuple):
    """What is there of a batch's ids and bytes."""

    of_ids: OfIds
    of_bytes: Mapping[bytes, int]
    """The record of each digest that is there."""


class RecordRows:
    """Finds and makes them."""

    def __init__(self, raw: Raw, keys: Keys) -> None:
        self._raw = raw
        self._keys = keys

    def of_ids(self, sids: Iterable[int]) -> OfIds:
        """Return what records there are of these ids: for those that nobody has, and most are new, nothing."""
        found: dict[int, list[tuple[int, int]]] = {}
        for sid, n, record in self._raw.ask(_OF_IDS, [numbers(sids)]):
            found.setdefault(sid, []).append((n, record))
        return found

    def write(self, going: Sequence[Prepared], of_ids: OfIds, now: int) -> Mapping[bytes, Kept]:
        """Return the row of each record by digest, making those that nobody shared before.

        `of_ids` is what there is of the batch's ids, read in this transaction.
        """
        wanted = {item.digest: item for item in going}
        standing = Standing(of_ids, self._of_bytes(wanted, of_ids))
        new = [item for digest, item in wanted.items() if digest not in standing.of_bytes]
        alone = [records[0][1] for sid in {item.sid for item in new} if len(records := of_ids.get(sid, ())) == 1]
        held = sorted({*standing.of_bytes.values(), *alone})
        if held:
            self._raw.ask(_ALONE if alone else _SHARED, [numbers(held)])
            if self._standing(wanted, of_ids) != standing:
                raise MetAnother
            self._give_company(standing.of_bytes.values(), OTHER_SHARES)
            self._give_company(alone, OTHER_RECORDS)
        return _kept(going, standing, self._make(new, standing, now))

    def _standing(self, wanted: Mapping[bytes, Prepared], known: Iterable[int]) -> Standing:
        of_ids = self.of_ids(known)
        return Standing(of_ids, self._of_bytes(wanted, of_ids))

    def _of_bytes(self, wanted: Mapping[bytes, Prepared], of_ids: OfIds) -> Mapping[bytes, int]:
        known = [item for item in wanted.values() if item.sid in of_ids]
        if not known:
            return {}
        places = [numbers(item.sid for item in known), texts(item.place[1] for item in known)]
        return dict(self._raw.ask(_OF_BYTES, [*places, [item.digest for item in known]]))

    def _give_company(self, records: Iterable[int], bit: int) -> None:
        found = numbers(records)
        if found != numbers(()):
            self._raw.ask(_COMPANY, {"bit": bit, "records": found})

    def _make(self, new: Sequence[Prepared], standing: Standing, now: int) -> Mapping[bytes, int]:
        """Write new records in the order of their key, then what they speak about and refer to."""
        if not new:
            return {}
        ordered = sorted(new, key=lambda item: (item.sid, item.digest))
        numbered = [
            (number, item) for (number,), item in zip(self._raw.ask(_NUMBERS, [len(new)]), ordered, strict=True)
        ]
        self._raw.put("record", _RECORD, _rows(numbered, standing, now))
        self._say([(number, item.new.record) for number, item in numbered])
        return {item.digest: number for number, item in numbered}

    def _say(self, numbered: Sequence[tuple[int, NewRecord]]) -> None:
        """Write what new records speak about and refer to, each once."""
        keys = self._keys
        self._raw.put(
            "atom",
            _ATOM,
            (
                (number, keys.of_atom(atom.value), atom.kind)
                for number, record in numbered
                for atom in dict.fromkeys(record.atoms)
            ),
        )
        edges = ((keys.of_id(ref), number) for number, record in numbered for ref in dict.fromkeys(record.refs))
        self._raw.put("edge", _EDGE, edges)
        found = {
            (number, *block) for number, record in numbered for network in record.networks for block in blocks(network)
        }
        if found:
            self._raw.put("network", _NETWORK, [(number, lo, hi) for number, lo, hi, _ in sorted(found)])
            self._sizes({bits for *_, bits in found})

    def _sizes(self, sizes: set[int]) -> None:
        """Note sizes of blocks that were not there yet."""
        known = {bits for (bits,) in self._raw.ask("SELECT bits FROM prefix")}
        if sizes - known:
            self._raw.ask(_PREFIX, [numbers(sorted(sizes - known))])


def _rows(numbered: Iterable[tuple[int, Prepared]], standing: Standing, now: int) -> Iterator[Row]:
    following = {sid: records[0][0] + 1 for sid, records in standing.of_ids.items()}
    for number, item in numbered:
        record = item.new.record
        n = following.get(item.sid, 0)
        following[item.sid] = n + 1
        yield (
            number,
            item.sid,
            now,
            n,
            record.marking_at,
            record.digest,
            item.place[1],
            record.stix_id,
            record.type,
            record.modified,
            record.created_by,
            record.title,
            record.raw,
        )


def _kept(going: Sequence[Prepared], standing: Standing, made: Mapping[bytes, int]) -> Mapping[bytes, Kept]:
    """Return each record's row, with the company of its new shares: what was there, and what else the batch brings."""
    shares = Counter(item.digest for item in going)
    records = Counter({sid: len(last) for sid, last in standing.of_ids.items()})
    records.update(item.sid for digest, item in {item.digest: item for item in going}.items() if digest in made)
    kept = {}
    for item in going:
        is_shared = item.digest in standing.of_bytes or shares[item.digest] > 1
        company = (OTHER_SHARES if is_shared else 0) | (OTHER_RECORDS if records[item.sid] > 1 else 0)
        number = made[item.digest] if item.digest in made else standing.of_bytes[item.digest]
        kept[item.digest] = Kept(number, company)
    return kept
