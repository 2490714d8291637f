"""Public names of shares: a keyed permutation of their numbers, so that a name counts nothing and needs no column.

One AES block, `constant ‖ seq`, in URL-safe base64: 22 characters.  A name that the key does not open to that constant
is nobody's: it answers as a share that one may not read.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK = 16
CHARACTERS = 22
_CONSTANT = b"share\x00\x00\x00"
_PADDING = "=="
_ZEROS = b"\0\0"


class Refs:
    """The permutation under one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        # Single blocks that are all different: a permutation is meant, so there is nothing for a mode to chain.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305

    def names(self, seqs: Sequence[int]) -> list[str]:
        """Return the name of each share; a page is one call of the cipher and one of the encoding."""
        plain = b"".join([_CONSTANT + seq.to_bytes(8, "big") for seq in seqs])
        sealed = self._cipher.encryptor().update(plain)
        # Base64 goes by threes of bytes, so two zeros are put behind each block; what they encode to is cut off again.
        blocks = [sealed[at : at + BLOCK] + _ZEROS for at in range(0, len(sealed), BLOCK)]
        text = urlsafe_b64encode(b"".join(blocks)).decode()
        return [text[at : at + CHARACTERS] for at in range(0, len(text), CHARACTERS + len(_ZEROS))]

    def number(self, name: str) -> int | None:
        """Return the share's number, or None for what this key never made."""
        if len(name) != CHARACTERS or not name.isascii():
            return None
        try:
            sealed = urlsafe_b64decode(name + _PADDING)
        except (Error, ValueError):
            return None
        if len(sealed) != BLOCK or urlsafe_b64encode(sealed)[:CHARACTERS].decode() != name:
            return None
        plain = self._cipher.decryptor().update(sealed)
        if plain[: len(_CONSTANT)] != _CONSTANT:
            return None
        return int.from_bytes(plain[len(_CONSTANT) :], "big")
