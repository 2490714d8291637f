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
MOST_DIRECTORY_BYTES: Final = 6 << 20
"""A zip's list of what is in it, some fifty thousand names; it is read as one."""
_SLICE_BYTES: Final = 1 << 16
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
_KNOWN: Final = frozenset(media_type for _, media_type in _MAGIC)
_ALSO: Final = {
    "application/pdf": ("application/x-pdf",),
    "image/png": ("image/x-png",),
    "image/jpeg": ("image/jpg", "image/pjpeg"),
    "application/zip": (
        "application/x-zip",
        "application/vnd.openxmlformats",
        "application/vnd.oasis.opendocument",
        "application/vnd.ms-",
        "application/epub+zip",
        "application/java-archive",
        "application/vnd.android.package-archive",
        "application/vnd.google-earth.kmz",
    ),
    "application/gzip": ("application/x-gzip", "application/x-compressed", "application/x-tgz"),
    "application/vnd.rar": ("application/x-rar", "application/rar"),
    "application/vnd.microsoft.portable-executable": (
        "application/x-msdownload",
        "application/x-msdos-program",
        "application/x-ms-dos-executable",
        "application/x-dosexec",
    ),
    "application/x-elf": ("application/x-executable", "application/x-sharedlib", "application/x-pie-executable"),
    "application/x-ole-storage": (
        "application/msword",
        "application/vnd.ms-",
        "application/vnd.visio",
        "application/x-msi",
        "application/vnd.openxmlformats",  # with a password
    ),
    "application/vnd.tcpdump.pcap": ("application/x-pcap", "application/pcap", "application/cap"),
    "application/rtf": ("text/rtf", "application/msword"),
}
"""How what senders say begins, of bytes that are known here by another name."""
_WRITTEN: Final = ("text/", "application/json", "application/xml", "message/rfc822")
_SHOWN_OR_HEARD: Final = ("image/", "audio/", "video/", "font/")
_NO_TEXT: Final = frozenset((*range(0x09), 0x0B, *range(0x0E, 0x1B), *range(0x1C, 0x20)))
"""Bytes that no text holds, in UTF-8 or in the older encodings (MIME Sniffing, clause 3)."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


def type_of(head: bytes) -> str:
    """Return the media type that the first bytes of a file show."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    is_text = head.startswith(_UTF_16) or _NO_TEXT.isdisjoint(head)
    return TEXT if is_text else UNKNOWN


def check_claim(claimed: str, media_type: str) -> None:
    """Raise InvalidInput where a file cannot be what its sender says that it is."""
    said = claimed.partition(";")[0].strip().lower()
    if said in {"", UNKNOWN, "binary/octet-stream"} or may_be(said, media_type):
        return
    message = f"This says that it is {said[:60]}, and its bytes say {media_type}; send it as what it is."
    raise InvalidInput(message, path="/file", rule="other-type")


def may_be(said: str, media_type: str) -> bool:
    """Return whether bytes that were recognised as a type may be what is said of them."""
    if said == media_type or said.startswith(_ALSO.get(media_type, ())):
        return True
    if said in _KNOWN or media_type in _KNOWN:
        return False
    is_written = said.startswith(_WRITTEN) or said.endswith(("+json", "+xml"))
    if media_type == TEXT:
        return is_written or not said.startswith(_SHOWN_OR_HEARD)
    return not is_written


def check_zip(archive: BinaryIO, size_bytes: int) -> None:
    """Raise InvalidInput for a zip that says it unpacks to far more than it is, or that cannot be read as one."""
    try:
        with zipfile.ZipFile(_Glanced(archive)) as opened:
            entries = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as broken:
        raise InvalidInput("This archive cannot be read; pack it once more.", path="/file", rule="archive") from broken
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or is_endless(unpacked, size_bytes):
        raise endless()


class _Glanced:
    """An archive of which never much is read at once: whoever reads a zip holds its directory in memory."""

    def __init__(self, archive: BinaryIO) -> None:
        self._archive = archive
        self.seek = archive.seek
        self.tell = archive.tell

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; raises InvalidInput for a directory that is too long."""
        if size > MOST_DIRECTORY_BYTES:
            raise endless()
        return self._archive.read(size)

    def close(self) -> None:
        """Leave the archive open: it is its owner's."""


class Unpacked:
    """Counts what a gzip stream unpacks to while it passes by, a bounded piece at a time."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)
        self._read = self._written = 0
        self._members = 1
        self._is_gzip = True

    def feed(self, piece: bytes) -> None:
        """Count a piece; raises InvalidInput once it unpacks without end.  What is no gzip is counted no further."""
        try:
            for at in range(0, len(piece), _SLICE_BYTES):
                if self._is_gzip:
                    self._count(piece[at : at + _SLICE_BYTES])
        except zlib.error:
            self._is_gzip = False

    def _count(self, piece: bytes) -> None:
        """Count one slice, through the members that follow each other in it; zeros may stand between them."""
        self._read += len(piece)
        while piece:
            if self._inflate.eof:
                piece = piece.lstrip(b"\x00")
                if not piece:
                    return
                self._inflate = zlib.decompressobj(wbits=31)
                self._members += 1
            self._written += len(self._inflate.decompress(piece, 1 << 20))
            piece = self._inflate.unconsumed_tail or self._inflate.unused_data
            if self._members > MOST_ENTRIES or is_endless(self._written, self._read):
                raise endless()


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
