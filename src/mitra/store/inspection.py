"""Examine what is at rest: every record, share, atom, tally and act, and name what does not agree with the rest.

Reads everything without a viewer, for the node's operator only, and tells positions and ids, never content.  Memory
does not grow with the store: each check walks in the order of a key.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.db import connection

from mitra.core.ledger.commitment import commit
from mitra.core.stix.atoms import atoms_of
from mitra.core.stix.printing import print_record
from mitra.store.facts import State
from mitra.store.keys import Keys
from mitra.store.networks import blocks
from mitra.store.states import CODES, LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_FAULTS = 100
CHUNK = 2_000


@dataclass
class Inspection:
    """What was looked at, how much of each, and the first faults in words."""

    checked: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, sentence: str) -> None:
        """Remember a fault, up to a bound that a person can read."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(sentence)


def inspect_store() -> Inspection:
    """Return what all checks found."""
    found = Inspection()
    _inspect_records(found)
    _inspect_shares(found)
    _inspect_tallies(found)
    _inspect_acts(found)
    return found


def _inspect_records(found: Inspection) -> None:
    keys = Keys(settings.MITRA_SECRETS["atoms"])
    atoms = _grouped("SELECT record, kind, key FROM atom ORDER BY record")
    networks = _grouped("SELECT record, lo, hi FROM network ORDER BY record")
    known_atoms, known_networks = next(atoms, None), next(networks, None)
    number = 0
    columns = "id, stix_id, type, created_by, digest, marking_at, raw"
    for row, stix_id, kind, created_by, digest, marking_at, raw in _rows(f"SELECT {columns} FROM record ORDER BY id"):  # noqa: S608
        number += 1
        raw_bytes = bytes(raw)
        written = set[tuple[Any, ...]]()
        ranges = set[tuple[Any, ...]]()
        if known_atoms and known_atoms[0] == row:
            written, known_atoms = known_atoms[1], next(atoms, None)
        if known_networks and known_networks[0] == row:
            ranges, known_networks = known_networks[1], next(networks, None)
        if sha256(raw_bytes).digest() != bytes(digest):
            found.fault(f"record {row} ({stix_id}): its bytes are not those of its digest; restore it from a backup")
            continue
        read = orjson.loads(raw_bytes)
        printed = print_record(read)
        if (printed.raw, printed.marking_at) != (raw_bytes, marking_at):
            found.fault(f"record {row} ({stix_id}): its bytes are not canonical")
        if (read["id"], read["type"], read.get("created_by_ref", "")) != (stix_id, kind, created_by):
            found.fault(f"record {row} ({stix_id}): its columns are not what its bytes say")
        expected = atoms_of(read)
        if {(atom.kind, keys.of_atom(atom.value)) for atom in expected.atoms} != written:
            found.fault(f"record {row} ({stix_id}): its atoms are not what its bytes speak about")
        if {(lo, hi) for network in expected.networks for lo, hi, _ in blocks(network)} != ranges:
            found.fault(f"record {row} ({stix_id}): its networks are not what its bytes speak about")
    if known_atoms or known_networks:
        found.fault("there are atoms or networks of records that are not here")
    found.checked["records"] = number


def _inspect_shares(found: Inspection) -> None:
    position, before = 0, 0
    erased = CODES[State.ERASED]
    sql = (
        "SELECT s.seq, s.at, s.state, r.id, a.id, act.id FROM share s LEFT JOIN record r ON r.id = s.record "
        "LEFT JOIN store_audience a ON a.id = s.audience LEFT JOIN ledger_act act ON act.id = s.act ORDER BY s.seq"
    )
    for seq, at, state, record, audience, act in _rows(sql):
        position += 1
        if seq != position:
            found.fault(f"share {position}: missing")
            position = seq
        if at <= before:
            found.fault(f"share {seq}: its date is not after the one before it")
        needed = {"record": record or state == erased, "audience": audience, "act": act}
        missing = [what for what, there in needed.items() if not there]
        if missing:
            found.fault(f"share {seq}: its {' and '.join(missing)} is not here")
        before = at
    if position != _counter("seq"):
        found.fault(f"the counter stands at {_counter('seq')}, the last share at {position}")
    found.checked["shares"] = position


def _inspect_tallies(found: Inspection) -> None:
    live = f"SELECT by, audience, type, count(*) FROM share WHERE state = {LIVE} GROUP BY by, audience, type"  # noqa: S608
    counted = Counter({(by, audience, kind): n for by, audience, kind, n in _rows(live)})
    told = Counter(
        {(by, audience, kind): n for by, audience, kind, n in _rows("SELECT by, audience, type, n FROM tally") if n}
    )
    for key in sorted(counted.keys() | told.keys()):
        if counted[key] != told[key]:
            found.fault(f"the tally of {key} says {told[key]}, there are {counted[key]}")


def _inspect_acts(found: Inspection) -> None:
    expected = 0
    sql = (
        "SELECT a.id, a.leaf, a.commitment, b.salt, b.body FROM ledger_act a "
        "LEFT JOIN ledger_actbody b ON b.act_id = a.id ORDER BY a.leaf"
    )
    for act, leaf, commitment, salt, body in _rows(sql):
        if leaf != expected:
            found.fault(f"leaf {expected}: missing")
            expected = leaf
        expected += 1
        if body is not None and commit(bytes(body), bytes(salt)) != bytes(commitment):
            found.fault(f"act {act} at leaf {leaf}: its body is not what it committed to")
    if expected != _counter("leaf"):
        found.fault(f"the counter stands at leaf {_counter('leaf')}, the last act at {expected}")
    found.checked["acts"] = expected


def _counter(column: str) -> int:
    ((value,),) = _rows(f"SELECT {column} FROM ledger_counter")  # noqa: S608 - one of two words of ours
    return int(value)


def _grouped(sql: str) -> Iterator[tuple[int, set[tuple[Any, ...]]]]:
    """Yield (record, the rest of its rows as a set) in the record's order."""
    for record, rows in groupby(_rows(sql), key=itemgetter(0)):
        yield record, {tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row[1:]) for row in rows}


def _rows(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
