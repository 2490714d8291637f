"""The text of a checkpoint (C2SP tlog-checkpoint): whose log, how many entries, and the root over them.

It says nothing about signatures: note.py puts them below this text.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitra.core.errors import InvalidInput
from mitra.core.ledger.lines import decode_base64, encode_base64, is_text, read_number
from mitra.core.ledger.tree import HASH_BYTES, MAX_SIZE


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One tree head.  `extensions` are lines after the third, which no monitor can audit: Mitra writes none."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def write_checkpoint(checkpoint: Checkpoint) -> str:
    """Return the text that is signed; it ends with a newline.  InvalidInput when it would not be read back."""
    lines = (checkpoint.origin, str(checkpoint.size), encode_base64(checkpoint.root), *checkpoint.extensions)
    text = "".join(f"{line}\n" for line in lines)
    if read_checkpoint(text) != checkpoint:
        raise _refused("")
    return text


def read_checkpoint(text: str) -> Checkpoint:
    """Return what a checkpoint says; InvalidInput, whose path names the line, when it is none."""
    if not text.endswith("\n") or not is_text(text):
        raise _refused("")
    origin, *rest = text[:-1].split("\n")
    if len(rest) < 2 or not all((origin, *rest)):
        raise _refused("")
    size = read_number(rest[0], MAX_SIZE)
    if size is None:
        raise _refused("size")
    root = decode_base64(rest[1])
    if root is None or len(root) != HASH_BYTES:
        raise _refused("root")
    return Checkpoint(origin, size, root, tuple(rest[2:]))


def _refused(path: str) -> InvalidInput:
    message = "This is no checkpoint: three lines (origin, size, root in base64), then a newline."
    return InvalidInput(message, path=path, rule="checkpoint")
