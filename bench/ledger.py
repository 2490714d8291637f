"""The log at a million entries: how fast acts are published, anything of it proven, and all of it computed again.

The bare reference of publishing and of computing again hashes the same entries with SHA-256 and nothing else: no tree,
no file, no signature.  That of a proof reads one file of a tile's size for each level of the tree.

Run alone: `python bench/ledger.py`; with `ENTRIES=100000` for a smaller log.
"""

import os
import secrets
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

import node
from figures import Figure, say

ENTRIES = int(os.environ.get("ENTRIES", "1000000"))
BATCH = 50_000
PROOFS = 500
T = 1_772_000_000
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def main():
    os.environ.pop("MITRA_HOME", None)  # a million acts of nothing are of no use to the other benches
    with node.opened() as home:
        from django.conf import settings

        from mitra.config.node import find_node
        from mitra.ledger.sequencer import Sequencer

        settings.MITRA_NODE = find_node(home)
        sequencer = Sequencer(home)
        acts = write_acts()
        say([publishing(sequencer), again(home), proving(home, acts), inspecting()])


def write_acts():
    """Put acts into the database as `write_act` leaves them, in few transactions; return leaf, commitment, time."""
    from django.db import connection, transaction

    from mitra.core.ledger.commitment import commit

    acts, body = [], b'{"at":1772000000000000,"by":7,"facts":{"to":"accredited"},"kind":"bench","root":null,"v":2}'
    for start in range(0, ENTRIES, BATCH):
        made = [(leaf, secrets.token_bytes(32)) for leaf in range(start, min(start + BATCH, ENTRIES))]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT leaf, coalesce((SELECT max(id) FROM ledger_act), 0) FROM ledger_counter")
            first, last = cursor.fetchone()
            rows = [
                (last + 1 + at, first + at, commit(body, salt), T + leaf // 10 * 10)
                for at, (leaf, salt) in enumerate(made)
            ]
            cursor.executemany("INSERT INTO ledger_act (id, leaf, commitment, t) VALUES (%s, %s, %s, %s)", rows)
            cursor.executemany(
                "INSERT INTO ledger_actbody (act_id, kind, by, at, salt, body) VALUES (%s, 'bench', 7, %s, %s, %s)",
                [(row[0], T, salt, body) for row, (_, salt) in zip(rows, made, strict=True)],
            )
            cursor.execute("UPDATE ledger_counter SET leaf = %s", [first + len(rows)])
        acts += [row[1:] for row in rows]
    return acts


def publishing(sequencer):
    """Publish all that waits, as turns of the worker do."""
    from mitra.core.ledger.commitment import entry

    rates, bare, now = [], [], NOW
    while True:
        before, began = size(), time.perf_counter()
        now += timedelta(seconds=3)
        if not sequencer.turn(now):
            break
        done = size() - before
        rates.append(done / (time.perf_counter() - began))
        began = time.perf_counter()
        for _ in range(done):
            sha256(b"\x00" + entry(b"\x07" * 32, T)).digest()
        bare.append(done / (time.perf_counter() - began))
    sequencer.give_up()
    return Figure("publishing: bundles, tiles, checkpoint", "entries/s", rates, bare, "the entry's bytes and SHA-256")


def size():
    from mitra.ledger.models import Log

    return Log.objects.values_list("size", flat=True).first() or 0


def again(home):
    """Compute every tile anew from the bundles, and compare the root: what a mirror or a restore does."""
    from mitra.core.ledger.checkpoint import read_checkpoint
    from mitra.core.ledger.note import read_note
    from mitra.core.ledger.tiles import Edge, bundles_of, read_bundle
    from mitra.core.ledger.tree import leaf_hash
    from mitra.ledger.files import LogFiles

    files = LogFiles(home / "ledger")
    checkpoint = read_checkpoint(read_note(files.checkpoint()).text)
    began = time.perf_counter()
    edge = Edge()
    for bundle in bundles_of(checkpoint.size):
        edge.grow([leaf_hash(each) for each in read_bundle(files.read(bundle), bundle.width)])
    assert edge.root() == checkpoint.root
    ours = time.perf_counter() - began
    began = time.perf_counter()
    for bundle in bundles_of(checkpoint.size):
        for each in read_bundle(files.read(bundle), bundle.width):
            sha256(b"\x00" + each).digest()
    bare = time.perf_counter() - began
    rates = [checkpoint.size / ours], [checkpoint.size / bare]
    return Figure("all tiles and the root from entries", "entries/s", *rates, "bundles read, SHA-256 of each entry")


def proving(home, acts):
    """Prove entries drawn from everywhere: the proof file's tree part, verified before it is given out."""
    from mitra.core.ledger.checkpoint import read_checkpoint
    from mitra.core.ledger.commitment import entry
    from mitra.core.ledger.note import read_note
    from mitra.core.ledger.tiles import Tile, TileReader
    from mitra.core.ledger.tree import inclusion_path, leaf_hash, verify_inclusion
    from mitra.ledger.files import LogFiles

    chance, rates, bare = Random(7), [], []
    for _ in range(PROOFS):
        leaf, commitment, t = chance.choice(acts)
        began = time.perf_counter()
        files = LogFiles(home / "ledger")
        checkpoint = read_checkpoint(read_note(files.checkpoint()).text)
        path = inclusion_path(leaf, checkpoint.size, TileReader(checkpoint.size, files.read))
        assert verify_inclusion(path, leaf, checkpoint.size, leaf_hash(entry(commitment, t)), checkpoint.root)
        rates.append(1 / (time.perf_counter() - began))
        began = time.perf_counter()
        for level in range(3):
            place = leaf >> 8 * (level + 1)
            width = min(256, (checkpoint.size >> 8 * level) - place * 256)
            if width:
                files.path(Tile(level, place, width)).read_bytes()
        bare.append(1 / (time.perf_counter() - began))
    slowest = 1_000 / min(rates)
    return Figure(f"a proof of any entry (slowest {slowest:.1f} ms)", "proofs/s", rates, bare, "three tiles read")


def inspecting():
    """Look at everything, as `mitra check` does: acts, bundles, tiles, roots."""
    from mitra.ledger.inspection import inspect_ledger
    from mitra.store.inspection import Inspection

    found = Inspection()
    began = time.perf_counter()
    inspect_ledger(found)
    rate = size() / (time.perf_counter() - began)
    assert found.faults == [], found.faults
    return Figure("check of the log", "entries/s", [rate], [], "")


if __name__ == "__main__":
    main()
