"""Examine a proof for whoever holds it: what it shows, each thing by itself, offline and believing nobody.

* promised: the log's key promised this act its place;
* signed: the checkpoint is the log's;
* included: the act stands where the proof says;
* grew: the log only grew since the checkpoint that this holder kept before;
* for: what the act was, and that it names the record that was given.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import orjson

from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.checkpoint import Checkpoint, read_checkpoint
from mitra.core.ledger.commitment import commit
from mitra.core.ledger.keys import read_vkey
from mitra.core.ledger.note import read_note, verify_note
from mitra.core.ledger.policy import NONE, Log, Policy
from mitra.core.ledger.proof import judge
from mitra.core.ledger.receipt import Receipt, read_receipt
from mitra.core.ledger.statements import Promise, read_key_change, read_promise
from mitra.core.ledger.tree import root_at, verify_consistency

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from mitra.core.ledger.keys import VerifierKey
    from mitra.core.ledger.proof import Proof
    from mitra.core.ledger.tree import Hashes


LEVELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""The levels by the numbers that audiences hold."""


class Shown(StrEnum):
    """What became of one question."""

    PROVEN = "proven"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


class Finding(NamedTuple):
    """One question's answer, and why in a sentence."""

    what: str
    shown: Shown
    words: str


@dataclass(frozen=True, slots=True)
class Holder:
    """What whoever verifies has: keys that it trusts, the last checkpoint it kept, records, perhaps the log's tiles."""

    keys: tuple[VerifierKey, ...] = ()
    held: Checkpoint | None = None
    records: Collection[bytes] = ()
    """SHA-256 digests of the records that were given."""
    hashes: Callable[[int], Hashes] | None = None
    """Gives the hashes of a tree of one size, where the holder has the log itself."""


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything that a proof shows to one holder."""

    checkpoint: Checkpoint
    findings: tuple[Finding, ...]
    keys: tuple[VerifierKey, ...]
    """The log's keys that the holder trusts now: those it had, and those that they led to."""

    @property
    def verdict(self) -> Shown:
        """Refuted when one thing is, proven when all are that were asked, else unknown."""
        return verdict_of(self.findings)

    def shows(self, what: str) -> Shown:
        """Return the answer to one question."""
        return next(finding.shown for finding in self.findings if finding.what == what)


def verdict_of(findings: Sequence[Finding]) -> Shown:
    """Return what findings come to; a promise that is missing leaves nothing open once its act is in the log."""
    asked = [finding.shown for finding in findings if finding.what != "promised"]
    if any(finding.shown is Shown.REFUTED for finding in findings):
        return Shown.REFUTED
    return Shown.PROVEN if all(shown is Shown.PROVEN for shown in asked) else Shown.UNKNOWN


def examine(proof: Proof, holder: Holder) -> Examined:
    """Return what a proof shows."""
    checkpoint = read_checkpoint(read_note(proof.checkpoint).text)
    receipt = _receipt_of(proof)
    keys = _led_to(holder.keys, receipt, checkpoint.origin)
    if receipt is None:
        why = "It carries nothing that opens the entry, so what stands there is unknown."
        findings = tuple(
            Finding(what, Shown.UNKNOWN, why) for what in ("promised", "signed", "included", "grew", "for")
        )
        return Examined(checkpoint, findings, keys)
    verdict = judge(proof, receipt.opening.leaf, Policy(tuple(Log(key) for key in keys), (), (), NONE))
    signed = _signed(checkpoint, keys, is_signed=bool(verdict.signed), refuted=verdict.refuted)
    included = (
        Finding("included", Shown.PROVEN, f"It is entry {proof.index} of {checkpoint.size}.")
        if verdict.included
        else Finding("included", Shown.REFUTED, f"It is not entry {proof.index} of {checkpoint.size}.")
    )
    findings = (
        _promised(receipt, proof.index, checkpoint.origin, keys),
        signed,
        included,
        _grew(checkpoint, receipt, holder) if verdict.signed else _of_nobody(),
        _for(receipt, holder.records),
    )
    return Examined(checkpoint, findings, keys)


def examine_promise(data: bytes, keys: Sequence[VerifierKey]) -> tuple[Promise, Finding]:
    """Return what a promise says, and whether the log's key made it."""
    note = read_note(data)
    promise = read_promise(note.text)
    known = tuple(key for key in keys if key.name == promise.origin)
    if not known:
        return promise, Finding("promised", Shown.UNKNOWN, f"No key of {promise.origin} is trusted yet: give --policy.")
    try:
        verify_note(note, known)
    except ProofFailed as failure:
        return promise, Finding("promised", Shown.REFUTED, str(failure))
    words = f"{promise.origin} promised entry {promise.index} to this act."
    return promise, Finding("promised", Shown.PROVEN, words)


def _receipt_of(proof: Proof) -> Receipt | None:
    try:
        return None if proof.extra is None else read_receipt(proof.extra)
    except InvalidInput:
        return None


def _led_to(keys: Sequence[VerifierKey], receipt: Receipt | None, origin: str) -> tuple[VerifierKey, ...]:
    """Return the keys of this log that are trusted, and those that they named after themselves."""
    known = [key for key in keys if key.name == origin]
    for statement in () if receipt is None else receipt.keys:
        try:
            note = read_note(statement.encode())
            change = read_key_change(note.text)
            old, new = read_vkey(change.old), read_vkey(change.new)
            both = verify_note(note, (old, new)) if change.origin == origin and old in known else ()
        except (InvalidInput, ProofFailed):
            continue
        if len({each.key for each in both}) == 2 and new not in known:
            known.append(new)
    return tuple(known)


def _signed(checkpoint: Checkpoint, keys: Sequence[VerifierKey], *, is_signed: bool, refuted: str | None) -> Finding:
    if is_signed:
        return Finding("signed", Shown.PROVEN, f"{checkpoint.origin} signed a log of {checkpoint.size} entries.")
    if not keys:
        return Finding("signed", Shown.UNKNOWN, f"No key of {checkpoint.origin} is trusted yet: give --policy.")
    return Finding("signed", Shown.REFUTED, refuted or f"No trusted key of {checkpoint.origin} signed this checkpoint.")


def _promised(receipt: Receipt, index: int, origin: str, keys: Sequence[VerifierKey]) -> Finding:
    if not receipt.promise:
        return Finding("promised", Shown.UNKNOWN, "It carries no promise.")
    try:
        promise, finding = examine_promise(receipt.promise.encode(), keys)
    except InvalidInput as refusal:
        return Finding("promised", Shown.REFUTED, str(refusal))
    opening = receipt.opening
    if promise != Promise(origin, index, commit(opening.body, opening.salt), opening.t):
        return Finding("promised", Shown.REFUTED, "Its promise is of another place or another act.")
    return finding


def _of_nobody() -> Finding:
    return Finding("grew", Shown.UNKNOWN, "Nobody that is trusted here signed the checkpoint.")


def _grew(checkpoint: Checkpoint, receipt: Receipt, holder: Holder) -> Finding:
    """Return whether the log only grew; only what the log signed itself can refute it, never a path that came along."""
    held = holder.held
    if held is None:
        return Finding("grew", Shown.PROVEN, "It is the first checkpoint of this log that is kept here.")
    old, new = sorted((held, checkpoint), key=lambda each: each.size)
    words = f"From {old.size} to {new.size} entries it only grew."
    alarm = f"Alarm: the log of {new.size} entries does not continue the one of {old.size}. Keep both files, and tell."
    if old.size == new.size:
        is_same = old.root == new.root
        same = f"It is the log of {new.size} entries that you keep already."
        return Finding("grew", Shown.PROVEN if is_same else Shown.REFUTED, same if is_same else alarm)
    roots = _roots(old.size, new.size, holder.hashes)
    if roots is not None and roots[1] == new.root:
        grew = roots[0] == old.root
        return Finding("grew", Shown.PROVEN if grew else Shown.REFUTED, words if grew else alarm)
    grown = receipt.grew
    if grown is not None and verify_consistency(grown.path, old.size, new.size, old.root, new.root):
        return Finding("grew", Shown.PROVEN, words)
    ask = f"You keep a checkpoint of {held.size} entries: take the file again for that size, or give --log."
    return Finding("grew", Shown.UNKNOWN, ask)


def _roots(old: int, new: int, hashes: Callable[[int], Hashes] | None) -> tuple[bytes, bytes] | None:
    """Return the roots of two sizes in the holder's own copy of the log; None where it cannot give them."""
    if hashes is None:
        return None
    try:
        read = hashes(new)
        return root_at(old, read), root_at(new, read)
    except (ProofFailed, InvalidInput):
        return None


def named_by(proof: Proof, records: Collection[bytes]) -> frozenset[bytes]:
    """Return which of these records, by digest, the act of a proof names."""
    receipt = _receipt_of(proof)
    return frozenset() if receipt is None else frozenset(filter(receipt.opening.names, records))


def unnamed(digest: bytes) -> Finding:
    """Return what is to be said of a record that was given and that no proof names."""
    return Finding("for", Shown.UNKNOWN, f"No proof that was given names the record {digest.hex()}.")


def _for(receipt: Receipt, records: Collection[bytes]) -> Finding:
    words = f"An act of the kind {_said(receipt.opening.body, 'kind')}{_audience_words(receipt)}."
    if not receipt.opening.has_true_aside:
        return Finding("for", Shown.REFUTED, f"{words} It does not say what the file has its author say.")
    if receipt.opening.aside is not None:
        words = f"{words} Its author alone is told: {receipt.opening.aside.words}"
    if not records:
        return Finding("for", Shown.PROVEN, f"{words} No record was given to hold against it.")
    named = [digest for digest in records if receipt.opening.names(digest)]
    if named:
        return Finding("for", Shown.PROVEN, f"{words} It names the record {named[0].hex()}.")
    if receipt.opening.line is None:
        return Finding("for", Shown.UNKNOWN, f"{words} The file does not lead to a record.")
    return Finding("for", Shown.REFUTED, f"{words} It does not name the record that was given.")


def _audience_words(receipt: Receipt) -> str:
    line = receipt.opening.line
    if line is None:
        return ""
    level = _said(line.audience, "tlp")
    name = LEVELS[level] if type(level) is int and 0 <= level < len(LEVELS) else "an unknown level"
    return f", for {name} in {_said(line.audience, 'room')}"


def _said(data: bytes, name: str) -> object:
    """Return what canonical JSON says under a name, None where it says nothing."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return said.get(name) if isinstance(said, dict) else None
