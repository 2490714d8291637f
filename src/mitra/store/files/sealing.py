"""Seal a stream of bytes and open it again, whole or from anywhere, a mebibyte at a time.

AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): each chunk's nonce is a random
prefix, its number, and whether it is the last.  So nothing can be changed, cut off, put in another order or taken from
another file without a failed proof.  Each key seals one stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mitra.core.errors import ProofFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK_BYTES: Final = 1 << 20
TAG_BYTES: Final = 16
PREFIX_BYTES: Final = 7
KEY_BYTES: Final = 32
HEAD: Final = b"mitra-file-1"
HEAD_BYTES: Final = len(HEAD) + PREFIX_BYTES
BROKEN: Final = "A file is not what was sealed; restore it from a backup."


def seal(plain: Iterable[bytes], key: bytes, prefix: bytes) -> Iterator[bytes]:
    """Yield the sealed stream of pieces of any size; `prefix` is PREFIX_BYTES at random."""
    cipher, head = AESGCM(key), HEAD + prefix
    yield head
    number, last = 0, b""
    for chunk in _chunks(plain):
        if number:  # that a chunk is the last is known only once nothing follows
            yield cipher.encrypt(_nonce(prefix, number - 1, is_last=False), last, head)
        number, last = number + 1, chunk
    yield cipher.encrypt(_nonce(prefix, max(number - 1, 0), is_last=True), last, head)


def _chunks(plain: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of any size as chunks of one size, the last as long as it is; each byte is copied once or twice."""
    waiting: list[bytes] = []
    size = 0
    for piece in plain:
        waiting.append(piece)
        size += len(piece)
        if size < CHUNK_BYTES:
            continue
        joined = b"".join(waiting)
        whole = size - size % CHUNK_BYTES
        for at in range(0, whole, CHUNK_BYTES):
            yield joined[at : at + CHUNK_BYTES]
        waiting, size = [joined[whole:]], size - whole
    if size:
        yield b"".join(waiting)


def sealed_size(size_bytes: int) -> int:
    """Return how long a stream of so many bytes is once it is sealed."""
    chunks = max(-(-size_bytes // CHUNK_BYTES), 1)
    return HEAD_BYTES + size_bytes + chunks * TAG_BYTES


def unseal(sealed: BinaryIO, key: bytes, size_bytes: int, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """Yield the bytes from `start` up to `end`, each chunk proved before it is given; raises ProofFailed.

    `size_bytes` is how long the whole is, as its row says.
    """
    end = size_bytes if end is None else min(end, size_bytes)
    sealed.seek(0)
    head = sealed.read(HEAD_BYTES)
    if len(head) != HEAD_BYTES or not head.startswith(HEAD):
        raise ProofFailed(BROKEN)
    cipher, prefix = AESGCM(key), head[len(HEAD) :]
    last = max(-(-size_bytes // CHUNK_BYTES), 1) - 1
    first = min(start // CHUNK_BYTES, last)
    sealed.seek(HEAD_BYTES + first * (CHUNK_BYTES + TAG_BYTES))
    for number in range(first, last + 1):
        if number > first and number * CHUNK_BYTES >= end:
            return
        # One byte more than the last chunk has: what was appended is found.
        wanted = CHUNK_BYTES + TAG_BYTES if number < last else size_bytes - number * CHUNK_BYTES + TAG_BYTES + 1
        try:
            plain = cipher.decrypt(_nonce(prefix, number, is_last=number == last), sealed.read(wanted), head)
        except (InvalidTag, ValueError) as broken:
            raise ProofFailed(BROKEN) from broken
        at = number * CHUNK_BYTES
        piece = plain[max(start - at, 0) : max(end - at, 0)]
        if piece:
            yield piece


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + (b"\x01" if is_last else b"\x00")
