"""Print TAXII's resources.  Objects are never parsed: a page is a concatenation of stored bytes and their markings.

Budget: a page of 1,000 objects in 2 ms, of which the splices are one; measured by `bench/taxii_pages.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from mitra.core.ledger.dates import instant
from mitra.core.policy.facts import Tlp
from mitra.core.stix.printing import splice
from mitra.exchange.taxii.media import STIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.store.facts import FeedRow

LABELS = {int(tlp): tlp.label for tlp in Tlp}


def print_objects(rows: Sequence[FeedRow], cursor: str) -> bytes:
    """Return an envelope (3.7) of objects, with the cursor when more follow; an empty one is `{}`."""
    return print_list(b"objects", [splice(row.raw, row.marking_at, LABELS[row.tlp]) for row in rows], cursor)


def print_manifest(rows: Sequence[FeedRow], cursor: str) -> bytes:
    """Return a manifest (5.3.1): what is here, since when, in which version."""
    records = [
        {"id": row.stix_id, "date_added": stamp(row.at), "version": version_of(row), "media_type": STIX} for row in rows
    ]
    return print_list(b"objects", [orjson.dumps(records)[1:-1]] if records else [], cursor)


def print_versions(rows: Sequence[FeedRow], cursor: str) -> bytes:
    """Return the versions (5.8.1) of one object, the same instant once."""
    versions = dict.fromkeys(version_of(row) for row in rows)
    return print_list(b"versions", [orjson.dumps(list(versions))[1:-1]] if versions else [], cursor)


def print_list(name: bytes, parts: list[bytes], cursor: str) -> bytes:
    """Return a resource that holds one list; `more` and `next` stand before it, so that a reader knows early.

    A page is a megabyte: its parts are joined once, with what stands around them.
    """
    if not parts:
        return b"{}"
    more = b'"more":true,"next":"' + cursor.encode() + b'",' if cursor else b'"more":false,'
    parts[0] = b"{" + more + b'"' + name + b'":[' + parts[0]
    parts[-1] += b"]}"
    return b",".join(parts)


def print_error(status: int, title: str, description: str) -> bytes:
    """Return an error message (3.6.1); its http_status is a string."""
    return orjson.dumps({"title": title, "description": description, "http_status": str(status)})


def date_headers(rows: Sequence[FeedRow]) -> dict[str, str]:
    """Return the two headers that say from when to when a page reaches (3.3); none for an empty page."""
    if not rows:
        return {}
    return {
        "X-TAXII-Date-Added-First": stamp(rows[0].at),
        "X-TAXII-Date-Added-Last": stamp(rows[-1].at),
    }


def version_of(row: FeedRow) -> str:
    """Return the object's version: modified, else created, else when it was added (3.4)."""
    return row.modified or stamp(row.at)


def stamp(at: int) -> str:
    """Return microseconds since 1970 as STIX writes it, with microseconds: date_added is unique by them."""
    return instant(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
