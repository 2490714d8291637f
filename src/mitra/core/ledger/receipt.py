"""What a node gives with a proof beside the opening: its promise, how the log grew, and which key followed which.

It is the `extra` of Mitra's proof files, so nothing in it is believed as it stands: the promise and the changes of keys
are signed notes, the growth is a path that must lead from a root that the reader already holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from mitra.core.errors import InvalidInput
from mitra.core.ledger.commitment import canonical_body
from mitra.core.ledger.lines import decode_base64, encode_base64
from mitra.core.ledger.opening import Opening, read_opening, write_opening
from mitra.core.ledger.tree import HASH_BYTES

RECEIPT_BYTES = 700_000
_NAMES = {"grew", "keys", "opening", "promise", "v"}


@dataclass(frozen=True, slots=True)
class Growth:
    """The consistency path from a tree of `size` leaves to that of the proof's checkpoint."""

    size: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything that comes with one proof."""

    opening: Opening
    promise: str = ""
    """A note; `''` where the node makes none."""
    keys: tuple[str, ...] = ()
    """Notes by which one key of the log named the next, in their order."""
    grew: Growth | None = None


def write_receipt(receipt: Receipt) -> bytes:
    """Return the RFC 8785 bytes of a receipt; InvalidInput when they would not be read back."""
    grew = receipt.grew
    said = {
        "grew": None if grew is None else {"path": [encode_base64(each) for each in grew.path], "size": grew.size},
        "keys": list(receipt.keys),
        "opening": write_opening(receipt.opening).decode(),
        "promise": receipt.promise,
        "v": 1,
    }
    try:
        data = canonical_body(said)
    except (ValueError, orjson.JSONEncodeError):
        raise _refused() from None
    if len(data) > RECEIPT_BYTES:
        raise _refused()
    return data


def read_receipt(data: bytes) -> Receipt:
    """Return what a receipt holds, none of it checked; InvalidInput unless it is printed as here."""
    try:
        said = orjson.loads(data) if len(data) <= RECEIPT_BYTES else None
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict) or said.keys() != _NAMES or not _are_texts([said["opening"], said["promise"]]):
        raise _refused()
    if not isinstance(said["keys"], list) or not _are_texts(said["keys"]):
        raise _refused()
    receipt = Receipt(
        read_opening(said["opening"].encode()), said["promise"], tuple(said["keys"]), _growth(said["grew"])
    )
    if write_receipt(receipt) != data:
        raise _refused()
    return receipt


def _growth(said: object) -> Growth | None:
    if said is None:
        return None
    if not isinstance(said, dict) or type(said.get("size")) is not int or not isinstance(said.get("path"), list):
        raise _refused()
    path = tuple(decode_base64(each) or b"" if isinstance(each, str) else b"" for each in said["path"])
    if said["size"] < 0 or any(len(each) != HASH_BYTES for each in path):
        raise _refused()
    return Growth(said["size"], path)


def _are_texts(values: list[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _refused() -> InvalidInput:
    message = "What comes with this proof is no receipt of Mitra: take the proof again from the node."
    return InvalidInput(message, path="extra", rule="receipt")
