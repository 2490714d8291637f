"""Proof files (C2SP tlog-proof): that an entry stands in a log, checked offline against a policy.

A proof carries its checkpoint word for word.  What stands in `extra` is trusted by nobody until it hashes to the leaf:
opening.py reads what Mitra puts there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.checkpoint import Checkpoint, read_checkpoint
from mitra.core.ledger.lines import decode_base64, encode_base64, read_number
from mitra.core.ledger.note import read_note, verify_note
from mitra.core.ledger.tree import HASH_BYTES, MAX_SIZE, verify_inclusion

if TYPE_CHECKING:
    from mitra.core.ledger.keys import Proven
    from mitra.core.ledger.policy import Policy

PROOF_BYTES = 1_048_576
PATH_HASHES = 63
_FIRST = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf's number, its audit path from its sibling up, the signed checkpoint's bytes, and what comes with it."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a proof shows under a policy, each thing by itself; `refuted` says what is false in it, if anything is.

    `signed` are the log's own signatures that hold; `witnessed` are those of witnesses that the policy knows, each with
    the time at which it saw this tree as the largest.
    """

    checkpoint: Checkpoint
    signed: tuple[Proven, ...]
    included: bool
    witnessed: tuple[Proven, ...]
    has_quorum: bool
    refuted: str | None

    @property
    def is_proven(self) -> bool:
        """Whether it is signed by the log, included, and witnessed as the policy asks."""
        return bool(self.signed) and self.included and self.has_quorum


def write_proof(proof: Proof) -> bytes:
    """Return the bytes of a `.tlog-proof` file; InvalidInput when they would not be read back."""
    extra = [] if proof.extra is None else [f"extra {encode_base64(proof.extra)}"]
    lines = [_FIRST, *extra, f"index {proof.index}", *(encode_base64(sibling) for sibling in proof.path), "", ""]
    data = "\n".join(lines).encode() + proof.checkpoint
    if read_proof(data) != proof:
        raise _refused()
    return data


def read_proof(data: bytes) -> Proof:
    """Return a proof's parts, with nothing checked but their form and that of the checkpoint; else InvalidInput."""
    head, empty, checkpoint = data.partition(b"\n\n")
    if len(data) > PROOF_BYTES or not empty:
        raise _refused()
    first, *lines = head.decode(errors="replace").split("\n")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "))
        if extra is None:
            raise _refused()
    if first != _FIRST or not lines or not lines[0].startswith("index ") or len(lines) > PATH_HASHES + 1:
        raise _refused()
    index = read_number(lines[0].removeprefix("index "), MAX_SIZE)
    path = tuple(hash_ for line in lines[1:] if (hash_ := decode_base64(line)) and len(hash_) == HASH_BYTES)
    if index is None or len(path) != len(lines) - 1:
        raise _refused()
    read_checkpoint(read_note(checkpoint).text)
    return Proof(index, path, checkpoint, extra)


def judge(proof: Proof, leaf: bytes, policy: Policy) -> Verdict:
    """Return what the proof shows for the entry with this leaf hash, by the keys and the quorum of the policy.

    1. The checkpoint must be signed by a log of the policy whose key's name is the checkpoint's origin.
    2. Every signature by a key of the policy must hold; one that does not makes the checkpoint count for nothing.
    3. The path must lead from the leaf to the checkpoint's root.
    4. The witnesses that cosigned must be the policy's quorum.
    """
    note = read_note(proof.checkpoint)
    checkpoint = read_checkpoint(note.text)
    included = verify_inclusion(proof.path, proof.index, checkpoint.size, leaf, checkpoint.root)
    logs = policy.logs_of(checkpoint.origin)
    witnesses = tuple(witness.key for witness in policy.witnesses)
    refuted = None if included else "The entry is not where the proof says."
    proven: tuple[Proven, ...] = ()
    if {(key.name, key.key_id) for key in (*logs, *witnesses)} & {(line.name, line.key_id) for line in note.signatures}:
        try:
            proven = verify_note(note, (*logs, *witnesses))
        except ProofFailed as failure:
            refuted = str(failure)
    witnessed = tuple(each for each in proven if each.key in witnesses)
    return Verdict(
        checkpoint=checkpoint,
        signed=tuple(each for each in proven if each.key in logs),
        included=included,
        witnessed=witnessed,
        has_quorum=policy.is_met({each.key for each in witnessed}),
        refuted=refuted,
    )


def _refused() -> InvalidInput:
    message = "This is no proof file: take it again from the node that made it."
    return InvalidInput(message, path="proof", rule="proof")
