"""Step 2 for tables: a row with a value becomes an indicator; so does a line that is nothing but a value.

Defanged values are read as what they mean.  A column that nobody knows is named once and left aside; a cell that
cannot be read refuses its own row and no other.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput
from mitra.core.stix.markings import own_tlp
from mitra.core.text.defang import refang
from mitra.core.text.values import candidates, normalise
from mitra.exchange.facts import Result
from mitra.exchange.intake.batch import Piece
from mitra.exchange.intake.decode import NOT_UTF8, VALUE_COLUMNS, is_text, read_lines, separator_of, split_line
from mitra.exchange.intake.indicators import Said, is_shareable, make_object
from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mitra.exchange.intake.batch import Sender
    from mitra.exchange.intake.decode import Spooled

COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    dict.fromkeys(VALUE_COLUMNS, "value")
    | dict.fromkeys(("type", "kind", "indicator_type", "ioc_type"), "type")
    | dict.fromkeys(("name", "title"), "name")
    | dict.fromkeys(("description", "comment", "note", "notes"), "description")
    | dict.fromkeys(("valid_from", "first_seen", "date"), "valid_from")
    | dict.fromkeys(("valid_until", "expires"), "valid_until")
    | dict.fromkeys(("labels", "tags"), "labels")
    | {"confidence": "confidence", "tlp": "tlp"}
)
"""A column's name as people write it → what it says."""

KINDS_OF_TYPE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "ip": ("ipv4-addr", "ipv6-addr"),
        "ip-src": ("ipv4-addr", "ipv6-addr"),
        "ip-dst": ("ipv4-addr", "ipv6-addr"),
        "cidr": ("ipv4-addr", "ipv6-addr"),
        "ipv4": ("ipv4-addr",),
        "ipv6": ("ipv6-addr",),
        "domain": ("domain-name",),
        "hostname": ("domain-name",),
        "fqdn": ("domain-name",),
        "uri": ("url",),
        "email": ("email-addr",),
        "email-src": ("email-addr",),
        "email-dst": ("email-addr",),
        "hash": ("md5", "sha1", "sha256", "sha512"),
        "sha-1": ("sha1",),
        "sha-256": ("sha256",),
        "sha-512": ("sha512",),
        "filehash-md5": ("md5",),
        "filehash-sha1": ("sha1",),
        "filehash-sha256": ("sha256",),
        "filename": ("file-name",),
        "file": ("file-name",),
        "mac": ("mac-addr",),
        "asn": ("autonomous-system",),
        "cve": ("vulnerability",),
        "regkey": ("windows-registry-key",),
        "account": ("user-account",),
        "phone": ("telephone",),
        "phone-number": ("telephone",),
        "app": ("app-id",),
        "wallet": ("crypto-wallet",),
        "btc": ("crypto-wallet",),
    }
)
"""A type as tools write it → the kinds that it may mean; a kind's own name means itself."""

UNMISTAKABLE: Final = frozenset(
    {
        "autonomous-system",
        "crypto-wallet",
        "domain-name",
        "email-addr",
        "file-name",
        "iban",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "md5",
        "sha1",
        "sha256",
        "sha512",
        "ssdeep",
        "tlsh",
        "url",
        "vulnerability",
        "windows-registry-key",
    }
)
"""Kinds that a value shows by its form; of any other the type must be said."""


_ENDING: Final = re.compile(r"[^.\s]\.[A-Za-z][A-Za-z0-9_]{1,7}$")


@dataclass(frozen=True, slots=True)
class Header:
    """Which cell of a row says what."""

    places: Mapping[str, int]
    unknown: tuple[str, ...]
    separator: str


def read_table(spool: Spooled, sender: Sender, notes: list[str]) -> Iterator[Piece | Result]:
    """Yield an object or a refusal for each row; columns that are not understood are named in `notes`."""
    lines = read_lines(spool)
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    header = read_header(first)
    if header.unknown:
        notes.append(f"Columns left aside: {', '.join(header.unknown)}.")
    rows = csv.reader(lines, delimiter=header.separator, skipinitialspace=True)
    try:
        for row in rows:
            if any(cell.strip() for cell in row) and not row[0].startswith("#"):
                yield _of_row(row, header, rows.line_num + 1, sender)
    except csv.Error as error:
        sentence = "From here on this is no table: a cell is too long or a quote is never closed."
        yield _refused(rows.line_num + 1, InvalidInput(f"{sentence} ({error})", rule="csv-broken"))


def read_header(line: str) -> Header:
    """Return which column says what; the first of two that say the same is taken."""
    names = [name.strip().lower().replace(" ", "_") for name in split_line(line.rstrip("\r\n"))]
    places: dict[str, int] = {}
    unknown: list[str] = []
    for at, name in enumerate(names):
        meaning = COLUMNS.get(name)
        if meaning is None or meaning in places:
            unknown.append(name or f"column {at + 1}")
        else:
            places[meaning] = at
    return Header(places, tuple(unknown), separator_of(line))


def read_values(spool: Spooled, sender: Sender) -> Iterator[Piece | Result]:
    """Yield an object or a refusal for each line; empty lines and comments are passed over."""
    for number, line in enumerate(read_lines(spool), start=1):
        text = line.partition(" #")[0].strip()
        if text and not text.startswith("#"):
            try:
                said = value_of(_checked(text, "value"))
            except InvalidInput as error:
                yield _refused(number, error)
            else:
                yield Piece("", number, make_object(said, sender))


def value_of(text: str, stated: str = "") -> Said:
    """Return what a value is, by its stated type or by its form; raises InvalidInput for neither."""
    written = refang(text.strip())
    if stated:
        return Said(*_of_type(written, stated.strip().lower()))
    found = [(kind, value) for kind, value in candidates(written) if shows_itself(kind, value)]
    if not found:
        message = f"“{text[:80]}” is no address, name, hash or CVE that can be told by its form; say its type."
        raise InvalidInput(message, path="value", rule="unknown-value")
    kind, value = found[0]
    others = tuple(other for other_kind, other in found[1:] if kind == other_kind == "url")
    return Said(kind, value, others)


def shows_itself(kind: str, value: str) -> bool:
    """Return whether the form of a value says what it is; any word may be a file's name, one with an ending is."""
    return kind in UNMISTAKABLE and (kind != "file-name" or _ENDING.search(value) is not None)


def _of_type(written: str, stated: str) -> tuple[str, str]:
    kinds = KINDS_OF_TYPE.get(stated, (stated,))
    if not all(map(is_shareable, kinds)):
        message = f"“{stated[:40]}” is no type of value that is shared as a table."
        raise InvalidInput(message, path="type", rule="unknown-value-type")
    for kind in kinds:
        value = normalise(kind, written)
        if value is not None:
            return kind, value
    raise InvalidInput(f"“{written[:80]}” is no {stated[:40]}.", path="value", rule="not-of-its-type")


def _of_row(row: list[str], header: Header, line: int, sender: Sender) -> Piece | Result:
    cells = {meaning: row[at].strip() for meaning, at in header.places.items() if at < len(row)}
    try:
        said = _said(cells)
    except InvalidInput as error:
        return _refused(line, error)
    return Piece("", line, make_object(said, sender))


def _said(cells: Mapping[str, str]) -> Said:
    """Return what a row says; raises InvalidInput naming the column."""
    for column, text in cells.items():
        _checked(text, column)
    value = value_of(cells.get("value", ""), cells.get("type", ""))
    tlp = cells.get("tlp", "")
    labels = cells.get("labels", "").replace(";", ",").replace("|", ",").split(",")
    return replace(
        value,
        name=cells.get("name", ""),
        description=cells.get("description", ""),
        valid_from=_instant(cells, "valid_from"),
        valid_until=_instant(cells, "valid_until"),
        confidence=_confidence(cells.get("confidence", "")),
        labels=tuple(dict.fromkeys(label.strip() for label in labels if label.strip())),
        tlp=_tlp(tlp) if tlp else "",
    )


def _checked(text: str, column: str) -> str:
    if not is_text(text):
        raise InvalidInput(NOT_UTF8, path=column, rule="not-utf-8")
    return text


def _tlp(text: str) -> str:
    word = text.upper().removeprefix("TLP:")
    try:
        return own_tlp({"labels": [f"tlp:{word}"]}) or ""
    except InvalidInput as error:
        raise InvalidInput(error.message, path="tlp", rule=error.rule) from error


def _instant(cells: Mapping[str, str], column: str) -> datetime | None:
    """Return the instant of a cell; a day is its beginning, and without a zone it is UTC."""
    text = cells.get(column, "")
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"“{text[:40]}” is no instant; write it as 2026-01-31T13:05:00Z."
        raise InvalidInput(message, path=column, rule="timestamp") from None


def _confidence(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:4]) <= 100):
        raise InvalidInput("Confidence is a whole number from 0 to 100.", path="confidence", rule="confidence")
    return int(text)


def _refused(line: int, error: InvalidInput) -> Result:
    return Result(Outcome.REFUSED, "", line, error.message, error.rule, error.path)
