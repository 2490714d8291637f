"""Examine what is at rest: every record, share, atom and tally, and name what does not agree with the rest.

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

from mitra.core.stix.atoms import atoms_of
from mitra.core.stix.printing import print_record
from mitra.store.facts import State
from mitra.store.keys import Keys
from mitra.store.networks import blocks
from mitra.store.states import CODES, LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    taken = dict(_rows("SELECT first_seq, n FROM arrival"))
    position, before, number = _behind(0, taken), 0, 0
    erased = CODES[State.ERASED]
    sql = (
        "SELECT s.seq, s.at, s.state, r.id, a.id, act.id FROM share s LEFT JOIN record r ON r.id = s.record "
        "LEFT JOIN store_audience a ON a.id = s.audience LEFT JOIN ledger_act act ON act.id = s.act ORDER BY s.seq"
    )
    for seq, at, state, record, audience, act in _rows(sql):
        position, number = position + 1, number + 1
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
        position = _behind(position, taken)
    ((counted,),) = _rows("SELECT seq FROM ledger_counter")
    if position != counted:
        found.fault(f"the counter stands at {counted}, the last share at {position}")
    found.checked["shares"] = number


def _behind(position: int, taken: Mapping[int, int]) -> int:
    """Return the last position before the next share: arrivals take positions too."""
    while position + 1 in taken:
        position += taken[position + 1]
    return position


def _inspect_tallies(found: Inspection) -> None:
    live = f"SELECT by, audience, type, count(*) FROM share WHERE state = {LIVE} GROUP BY by, audience, type"  # noqa: S608
    counted = Counter({(by, audience, kind): n for by, audience, kind, n in _rows(live)})
    told = Counter(
        {(by, audience, kind): n for by, audience, kind, n in _rows("SELECT by, audience, type, n FROM tally") if n}
    )
    for key in sorted(counted.keys() | told.keys()):
        if counted[key] != told[key]:
            found.fault(f"the tally of {key} says {told[key]}, there are {counted[key]}")
    for by, audience, kind, n, ever in _rows("SELECT by, audience, type, n, ever FROM tally WHERE ever < n"):
        found.fault(f"the tally of {(by, audience, kind)} says that there were {ever} ever, and {n} are live")


def _grouped(sql: str) -> Iterator[tuple[int, set[tuple[Any, ...]]]]:
    """Yield (record, the rest of its rows as a set) in the record's order."""
    for record, rows in groupby(_rows(sql), key=itemgetter(0)):
        yield record, {tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row[1:]) for row in rows}


def _rows(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
