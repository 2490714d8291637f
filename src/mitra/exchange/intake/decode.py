"""Step 1: from bytes to objects, whatever they came in.

The format is recognised by content; a file's name only settles what content leaves open.  The input is first spooled
to a file of the node's own, because it is read twice and because a file that changes between two readings could
shed its markings.  Memory holds one chunk and one object, whatever the size.
"""

from __future__ import annotations

import csv
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from django.conf import settings

from mitra.core.errors import InvalidInput
from mitra.core.stix.splitting import BundleSplitter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from mitra.core.stix.splitting import Piece as Slice

CHUNK_BYTES: Final = 32 * 1024
"""Small enough that a chunk and its copies stay in the processor's cache until its objects are read."""
HEAD_BYTES: Final = 64 * 1024
IN_MEMORY_BYTES: Final = 4 * 1024 * 1024
REPORT_BYTES: Final = 4 * 1024 * 1024
"""The longest report that is read for values; tables and STIX may be of any length."""

_OVERLAP: Final = 64

LINE_BYTES: Final = 64 * 1024

VALUE_COLUMNS: Final = frozenset({"value", "indicator", "ioc", "observable", "indicator_value", "ioc_value"})
"""Names of the column that holds the value; one of them in a first line makes a table."""

NOT_UTF8: Final = "This is not text in UTF-8; save it as UTF-8."

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_BINARY: Final = {
    b"\x1f\x8b": "a gzip file: unpack it first",
    b"PK\x03\x04": "a zip file or an office document: unpack it, or save it as text",
    b"%PDF": "a PDF: save it as text",
    b"BZh": "a bzip2 file: unpack it first",
    b"\xfd7zXZ": "an xz file: unpack it first",
    b"\xff\xfe": "text in UTF-16: save it as UTF-8",
    b"\xfe\xff": "text in UTF-16: save it as UTF-8",
}
_MARKUP: Final = re.compile(
    rb"<(?:!doctype\s+html|!--|html|head|body|article|main|div|p|h[1-6]|table|ul)\b", re.IGNORECASE
)
_XML: Final = re.compile(rb"<(?:\?xml\b|[A-Za-z_][\w.-]*:[A-Za-z_])")
_JSON_NAMES: Final = frozenset({".json", ".jsonl", ".stix", ".stix2"})
_REPORT_NAMES: Final = frozenset({".md", ".markdown", ".html", ".htm"})


class Form(StrEnum):
    """What an input is."""

    STIX = "stix"
    """A bundle, an object, a TAXII envelope, an array, or objects one a line."""
    TABLE = "table"
    """CSV with a first line that names the columns."""
    VALUES = "values"
    """One value a line."""
    TEXT = "text"
    """A report in plain text or Markdown."""
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Spooled:
    """An input that can be read as often as needed."""

    file: IO[bytes]
    size_bytes: int
    form: Form
    name: str


@contextmanager
def spooled(source: BinaryIO, *, name: str = "") -> Iterator[Spooled]:
    """Copy the source beside the node's database for as long as it is read, and recognise its form.

    Raises InvalidInput when it is empty or nothing that intake reads.
    """
    folder = Path(settings.MITRA_HOME) / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES, dir=str(folder), prefix="intake-") as file:
        size = 0
        while chunk := source.read(CHUNK_BYTES):
            file.write(chunk)
            size += len(chunk)
        file.seek(0)
        form = recognise_form(file.read(HEAD_BYTES), name)
        yield Spooled(file, size, form, name)


def recognise_form(head: bytes, name: str) -> Form:
    """Return what the input is, from its beginning; raise InvalidInput when it is nothing that is read here."""
    for mark, what in _BINARY.items():
        if head.startswith(mark):
            raise InvalidInput(f"This is {what}.", rule="unknown-format")
    plain = head.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not plain:
        raise InvalidInput("There is nothing here to read.", rule="nothing-to-read")
    if plain[:1] in {b"{", b"["}:
        return Form.STIX
    suffix = Path(name).suffix.lower()
    if suffix in _JSON_NAMES:
        raise InvalidInput("This is not JSON: it starts with neither { nor [.", rule="json-syntax")
    if b"\0" in plain:
        raise InvalidInput("This is neither STIX, CSV nor text.", rule="unknown-format")
    if _XML.match(plain):
        raise InvalidInput("This is XML: STIX is read from version 2.0 on, which is JSON.", rule="unknown-format")
    if _MARKUP.match(plain):
        return Form.HTML
    text = plain.decode("utf-8", errors="ignore")
    if suffix in _REPORT_NAMES:
        return Form.HTML if suffix.startswith(".h") else Form.TEXT
    return _form_of_text(text)


def _form_of_text(text: str) -> Form:
    """Tell a table, a column of values and a report apart by their first lines."""
    written = [line.partition(" #")[0] for line in text.splitlines()]
    lines = [line for line in written if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return Form.TEXT
    if VALUE_COLUMNS & {name.strip().lower() for name in split_line(lines[0])}:
        return Form.TABLE
    whole = lines[:-1] if len(lines) > 100 else lines  # the last may be cut off
    single = sum(1 for line in whole if " " not in line.strip() and len(line) <= 2_048)
    return Form.VALUES if single * 10 >= len(whole) * 9 and has_values(whole) else Form.TEXT


def has_values(lines: list[str]) -> bool:
    """Return whether most of these lines look like addresses, names or hashes: a dot, a colon or hex."""
    like = sum(1 for line in lines if _VALUE.search(line))
    return like * 10 >= len(lines) * 7


_VALUE: Final = re.compile(r"[.:\[(]|^[0-9A-Fa-f]{32,128}$")


def split_line(line: str) -> list[str]:
    """Return the cells of one line, by whichever of the usual separators it has most of."""
    return next(csv.reader([line], delimiter=separator_of(line), skipinitialspace=True), [])


def separator_of(line: str) -> str:
    """Return the separator of a table by its first line; a comma where there is none."""
    return max(",;\t|", key=line.count)


def slices(spool: Spooled) -> Iterator[Slice]:
    """Yield the bytes of each JSON object with its place; raises InvalidInput where the framing breaks."""
    spool.file.seek(0)
    splitter = BundleSplitter()
    while chunk := spool.file.read(CHUNK_BYTES):
        yield from splitter.feed(chunk)
    yield from splitter.close()


def holds(spool: Spooled, needles: Sequence[bytes]) -> bool:
    """Return whether any of the needles stands in the input; each is shorter than `_OVERLAP`."""
    spool.file.seek(0)
    rest = b""
    while chunk := spool.file.read(CHUNK_BYTES):
        text = rest + chunk
        if any(needle[:1] in text and needle in text for needle in needles):  # one byte is told much faster than four
            return True
        rest = text[-_OVERLAP:]
    return False


@contextmanager
def kept_place(spool: Spooled) -> Iterator[None]:
    """Let whoever reads on find the place where it stopped, whatever is read in between."""
    place = spool.file.tell()
    try:
        yield
    finally:
        spool.file.seek(place)


def read_lines(spool: Spooled) -> Iterator[str]:
    """Yield the lines of a text; raises InvalidInput at one that is longer than any table's.

    Bytes that are not UTF-8 come as lone surrogates, so that their line alone is refused (`is_text`).
    """
    spool.file.seek(0)
    is_first = True
    while line := spool.file.readline(LINE_BYTES):
        if len(line) == LINE_BYTES:
            raise InvalidInput(f"A line here is longer than {LINE_BYTES} bytes.", rule="line-too-long")
        yield (line.removeprefix(_BYTE_ORDER_MARK) if is_first else line).decode("utf-8", errors="surrogateescape")
        is_first = False


def is_text(line: str) -> bool:
    """Return whether a line, or a part of one, was UTF-8."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_text(spool: Spooled) -> str:
    """Return a whole report; raises InvalidInput when it is too long or not UTF-8."""
    if spool.size_bytes > REPORT_BYTES:
        raise InvalidInput("A report has at most 4 MiB of text; share its values as CSV.", rule="report-too-long")
    spool.file.seek(0)
    try:
        return spool.file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(NOT_UTF8, rule="not-utf-8") from error
