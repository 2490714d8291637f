"""Give what an organisation's machines may read as a file: a STIX bundle of the stored bytes, or a CSV of values.

Promises:

* an export reads as a machine does, whoever asks: never RED, never by a person's own circles;
* memory does not grow with the export: shares come in windows and leave as bytes;
* what leaves was told to `hand` before: a window that cannot be noted is not yielded;
* a cell of the CSV is never a formula.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson

from mitra.community import queries as community
from mitra.core.policy.facts import Tlp
from mitra.core.stix.atoms import atoms_of
from mitra.core.stix.markings import TLP2_DEFINITIONS
from mitra.core.stix.printing import splice
from mitra.core.text.addresses import ranges_of
from mitra.store.doors import store
from mitra.store.facts import Filter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from mitra.core.policy.facts import Viewer
    from mitra.exchange.queries.shapes import Hand
    from mitra.store.facts import FeedRow, Share
    from mitra.store.protocol import Door

WINDOW = 1_000
"""Shares fetched at once; a reader that holds a statement open stops the database from tidying up."""

ALL_VERSIONS = Filter()
COLUMNS = ("value", "kind", "name", "tlp", "pap", "shared_by", "since", "valid_until", "id", "ref")
FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
HARMLESS = re.compile(r"[+-][0-9]+|[A-Za-z0-9_-]{22}", re.ASCII)
"""As a telephone number is written, which a spreadsheet keeps a number; or a ref, which must come back as it is."""


def export_stix(viewer: Viewer, only: Filter = ALL_VERSIONS, *, hand: Hand, now: datetime) -> Iterator[bytes]:
    """Yield a STIX 2.1 bundle: each object as accepted, marked with its audience's TLP 2.0, and these markings."""
    yield b'{"type":"bundle","id":"bundle--%b","objects":[' % str(uuid4()).encode()
    used: set[Tlp] = set()
    comma = b""
    for _, rows in windows(viewer, only, hand=hand, now=now):
        used.update(Tlp(row.tlp) for row in rows)
        yield comma + b",".join(splice(row.raw, row.marking_at, Tlp(row.tlp).label) for row in rows)
        comma = b","
    if used:
        yield comma + b",".join(TLP2_DEFINITIONS[tlp.label] for tlp in sorted(used))
    yield b"]}\n"


def export_csv(viewer: Viewer, only: Filter = ALL_VERSIONS, *, hand: Hand, now: datetime) -> Iterator[bytes]:
    """Yield a CSV of values, a line for each value of each record in its latest version; revoked ones are left out."""
    latest = dataclasses.replace(only, versions="last") if only.versions == "all" else only
    yield print_rows([COLUMNS])
    for door, window in windows(viewer, latest, hand=hand, now=now):
        shares = door.whole(window)
        names = community.name_organisations({share.by for share in shares})
        yield print_rows([row for share in shares for row in rows_of(share, names.get(share.by, ""))])


def windows(viewer: Viewer, only: Filter, *, hand: Hand, now: datetime) -> Iterator[tuple[Door, Sequence[FeedRow]]]:
    """Yield everything in order of sharing, a window at a time, with the door that it came through."""
    door = store().visible_to(community.machine_beside(viewer), now=now)
    after, more = 0, True
    while more:
        page = door.feed(after=after, limit=WINDOW, only=only)
        more = page.more
        if page.rows:
            after = page.rows[-1].position
            hand([row.seq for row in page.rows])
            yield door, page.rows


def rows_of(share: Share, shared_by: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each value that the record speaks about."""
    obj: dict[str, Any] = orjson.loads(share.raw)
    if obj.get("revoked") is True:
        return
    tail = (
        share.title,
        share.tlp.label,
        share.pap.label if share.pap is not None else "",
        shared_by,
        share.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        str(obj.get("valid_until", "")),
        share.stix_id,
        share.ref,
    )
    spoken = atoms_of(obj)
    for atom in spoken.atoms:
        yield (atom.value, atom.kind, *tail)
    for network in spoken.networks:
        for kind, written in ranges_of(network.lo, network.hi):
            yield (written, kind, *tail)


def print_rows(rows: list[tuple[str, ...]]) -> bytes:
    """Return rows as CSV (RFC 4180), no cell of which a spreadsheet would compute."""
    text = io.StringIO()
    csv.writer(text).writerows([[harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode()


def harmless(cell: str) -> str:
    """Return the cell with an apostrophe before what a spreadsheet takes for a formula."""
    return f"'{cell}" if FORMULA.match(cell) and not HARMLESS.fullmatch(cell) else cell
