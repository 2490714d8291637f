"""Tell what a file is by its first bytes, whether its sender said something else, and whether it unpacks without end.

Nothing here unpacks to the disk, renders or runs anything: what is counted is thrown away.
"""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final

from mitra.core.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD_BYTES: Final = 4_096
UNKNOWN: Final = "application/octet-stream"
TEXT: Final = "text/plain"
MOST_UNPACKED: Final = 4 << 30
MOST_TIMES: Final = 200
"""An archive of what people write grows tenfold, a log fiftyfold; what grows more than this is made to."""
MOST_ENTRIES: Final = 100_000
_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\xd4\xc3\xb2\xa1", "application/vnd.tcpdump.pcap"),
    (b"\xa1\xb2\xc3\xd4", "application/vnd.tcpdump.pcap"),
    (b"\x0a\x0d\x0d\x0a", "application/vnd.tcpdump.pcap"),
    (b"{\\rtf", "application/rtf"),
)
_INSIDE_ZIP: Final = ("application/vnd.openxmlformats", "application/vnd.oasis.opendocument", "application/epub+zip")
_WRITTEN: Final = ("text/", "application/json", "application/xml", "application/stix+json", "message/rfc822")


def type_of(head: bytes) -> str:
    """Return the media type that the first bytes of a file show."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4 or error.reason != "unexpected end of data":
            return UNKNOWN
    return UNKNOWN if b"\x00" in head else TEXT


def check_claim(claimed: str, media_type: str) -> None:
    """Raise InvalidInput where a file is not what its sender says that it is."""
    said = claimed.partition(";")[0].strip().lower()
    if said in {"", UNKNOWN, media_type, "binary/octet-stream", "application/x-zip-compressed", "application/x-gzip"}:
        return
    if media_type == "application/zip" and said.startswith(_INSIDE_ZIP):
        return
    if media_type == TEXT and (said.startswith(_WRITTEN) or said.endswith(("+json", "+xml"))):
        return
    if media_type == UNKNOWN and not said.startswith(("text/", "image/", "application/pdf", "application/zip")):
        return
    message = f"This says that it is {said[:60]}, and its bytes say {media_type}; send it as what it is."
    raise InvalidInput(message, path="/file", rule="other-type")


def check_zip(archive: BinaryIO, size_bytes: int) -> None:
    """Raise InvalidInput for a zip that says it unpacks to far more than it is, or that cannot be read as one."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as broken:
        raise InvalidInput("This archive cannot be read; pack it once more.", path="/file", rule="archive") from broken
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or is_endless(unpacked, size_bytes):
        raise endless()


class Unpacked:
    """Counts what a gzip stream unpacks to while it passes by, a bounded piece at a time."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)
        self._read = self._written = 0

    def feed(self, piece: bytes) -> None:
        """Count a piece; raises InvalidInput once it unpacks without end.  What is no gzip is counted no further."""
        self._read += len(piece)
        try:
            while piece and not self._inflate.eof:
                self._written += len(self._inflate.decompress(piece, 1 << 20))
                piece = self._inflate.unconsumed_tail
                if is_endless(self._written, self._read):
                    raise endless()
        except zlib.error:
            self._inflate = zlib.decompressobj(wbits=31)


def is_endless(unpacked: int, packed: int) -> bool:
    """Return whether something unpacks to more than anybody packs."""
    return unpacked > MOST_UNPACKED or (unpacked > 100 << 20 and unpacked > MOST_TIMES * max(packed, 1))


def endless() -> InvalidInput:
    """Return the refusal of what unpacks without end."""
    return InvalidInput(
        "This archive unpacks to far more than it holds; send what is in it instead.",
        path="/file",
        rule="unpacks-without-end",
    )


def checked(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the pieces of a gzip stream as they are, counted."""
    counted = Unpacked()
    for piece in pieces:
        counted.feed(piece)
        yield piece
