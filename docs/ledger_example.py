"""Make the example of explanation/ledger.md: a log of three acts, one of which shares a record, and its proof file.

All secrets in it are fixed numbers, so that everybody can make it again to the byte.
"""

from __future__ import annotations

from typing import NamedTuple

from mitra.core.ledger.act_tree import path_of, plant
from mitra.core.ledger.checkpoint import Checkpoint, write_checkpoint
from mitra.core.ledger.commitment import canonical_body, commit, entry
from mitra.core.ledger.keys import Kind, Signer
from mitra.core.ledger.lines import encode_base64
from mitra.core.ledger.note import sign, write_note
from mitra.core.ledger.opening import Opening
from mitra.core.ledger.policy import NONE, Log, Policy, write_policy
from mitra.core.ledger.proof import Proof, write_proof
from mitra.core.ledger.receipt import Receipt, write_receipt
from mitra.core.ledger.statements import Promise, write_promise
from mitra.core.ledger.tiles import Edge, TileReader
from mitra.core.ledger.tree import inclusion_path, leaf_hash
from mitra.core.stix.printing import print_record

ORIGIN = "hub.example/ledger"
KEY = Signer(ORIGIN, Kind.ED25519, bytes(range(32)))
AT = 1_772_366_400
RECORD = {
    "type": "indicator",
    "spec_version": "2.1",
    "id": "indicator--0b5f3b0e-6f0c-4d42-9e6e-6f2b1f0a7c11",
    "created": "2026-03-01T12:00:00.000Z",
    "modified": "2026-03-01T12:00:00.000Z",
    "name": "ໜ້າເວັບຫຼອກລວງ",
    "pattern": "[domain-name:value = 'phish.example']",
    "pattern_type": "stix",
    "valid_from": "2026-03-01T12:00:00Z",
}


class Act(NamedTuple):
    """What one act said, and its salt."""

    body: bytes
    salt: bytes

    @property
    def entry(self) -> bytes:
        """What stands in the log for it."""
        return entry(commit(self.body, self.salt), AT)


def _act(number: int, kind: str, root: bytes | None = None) -> Act:
    said = {"at": AT * 1_000_000, "by": 3, "facts": {}, "kind": kind, "v": 2}
    return Act(canonical_body({**said, "root": None if root is None else encode_base64(root)}), bytes([number]) * 32)


SEED = bytes([9]) * 32
GROUPS = [(b'{"circles":[2],"embargo":null,"realm":0,"room":"exchange","tlp":2}', [print_record(RECORD).digest])]
ACTS = [
    _act(1, "community.organisation-added"),
    _act(2, "exchange.share", plant(SEED, GROUPS).root),
    _act(3, "community.credential-made"),
]
SHARED = 1


def record() -> str:
    """Return the record that was shared."""
    return print_record(RECORD).raw.decode()


def policy() -> str:
    """Return the log's key as a policy file."""
    return write_policy(Policy((Log(KEY.key),), (), (), NONE)).decode()


def proof() -> str:
    """Return the proof that the act which shared the record stands in the log."""
    edge = Edge()
    tiles = dict(edge.grow([leaf_hash(act.entry) for act in ACTS]))
    path = inclusion_path(SHARED, len(ACTS), TileReader(len(ACTS), tiles.__getitem__))
    checkpoint = write_checkpoint(Checkpoint(ORIGIN, len(ACTS), edge.root()))
    act = ACTS[SHARED]
    promise = write_promise(Promise(ORIGIN, SHARED, commit(act.body, act.salt), AT))
    opening = Opening(act.body, act.salt, AT, path_of(SEED, GROUPS, 0, 0))
    extra = write_receipt(Receipt(opening, _signed(promise).decode()))
    return write_proof(Proof(SHARED, tuple(path), _signed(checkpoint), extra)).decode()


def _signed(text: str) -> bytes:
    return write_note(sign(text, (KEY,), at=AT))
