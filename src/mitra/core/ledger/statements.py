"""What a log signs beside its checkpoints: the promise of a place, and that one key of it follows another.

Each is the text of a note.  Its first line names what it is, where a checkpoint has an origin, so that none of them can
pass for another or for a checkpoint, whatever they say.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitra.core.errors import InvalidInput
from mitra.core.ledger.keys import MAX_TIME, read_vkey
from mitra.core.ledger.lines import decode_base64, encode_base64, is_key_name, read_number
from mitra.core.ledger.tree import HASH_BYTES, MAX_SIZE

_PROMISE = "mitra ledger promise v1"
_KEY_CHANGE = "mitra ledger key change v1"


@dataclass(frozen=True, slots=True)
class Promise:
    """The entry with this commitment and coarse time will stand at this index of the log, and nothing else there."""

    origin: str
    index: int
    commitment: bytes
    t: int


@dataclass(frozen=True, slots=True)
class KeyChange:
    """From `at` (Unix seconds) on, `new` signs the log of this origin as `old` did; both are vkeys."""

    origin: str
    old: str
    new: str
    at: int


def write_promise(promise: Promise) -> str:
    """Return the text that the log's key signs; InvalidInput when it would not be read back."""
    said = (f"index {promise.index}", f"commitment {encode_base64(promise.commitment)}", f"time {promise.t}")
    text = _text(_PROMISE, f"origin {promise.origin}", *said)
    if read_promise(text) != promise:
        raise _refused(_PROMISE)
    return text


def read_promise(text: str) -> Promise:
    """Return what a promise says; InvalidInput when it is none."""
    origin, index, commitment, t = _said(text, _PROMISE, ("origin", "index", "commitment", "time"))
    number, at, digest = read_number(index, MAX_SIZE), read_number(t, MAX_TIME), decode_base64(commitment)
    if not is_key_name(origin) or number is None or at is None or digest is None or len(digest) != HASH_BYTES:
        raise _refused(_PROMISE)
    return Promise(origin, number, digest, at)


def write_key_change(change: KeyChange) -> str:
    """Return the text that both keys sign; InvalidInput when it would not be read back."""
    text = _text(_KEY_CHANGE, f"origin {change.origin}", f"old {change.old}", f"new {change.new}", f"time {change.at}")
    if read_key_change(text) != change:
        raise _refused(_KEY_CHANGE)
    return text


def read_key_change(text: str) -> KeyChange:
    """Return what a change of keys says; InvalidInput unless both are keys of that origin."""
    origin, old, new, t = _said(text, _KEY_CHANGE, ("origin", "old", "new", "time"))
    at = read_number(t, MAX_TIME)
    if at is None or {read_vkey(old).name, read_vkey(new).name} != {origin}:
        raise _refused(_KEY_CHANGE)
    return KeyChange(origin, old, new, at)


def _text(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)


def _said(text: str, what: str, names: tuple[str, ...]) -> list[str]:
    """Return what follows each name, line by line."""
    first, *lines = text.split("\n")
    heads = [f"{name} " for name in names]
    if first != what or len(lines) != len(names) + 1 or lines[-1]:
        raise _refused(what)
    if not all(line.startswith(head) for line, head in zip(lines, heads, strict=False)):
        raise _refused(what)
    return [line.removeprefix(head) for line, head in zip(lines, heads, strict=False)]


def _refused(what: str) -> InvalidInput:
    return InvalidInput(f"This is no “{what}”.", path="statement", rule="ledger-statement")
