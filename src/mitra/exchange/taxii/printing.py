"""Print TAXII's resources.  Objects are never parsed: a page is a concatenation of stored bytes and their markings.

Budget: a page of 1,000 objects in 2 ms, of which the splices are one; measured by `bench/taxii_pages.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from mitra.core.policy.facts import Tlp
from mitra.core.stix.printing import splice
from mitra.exchange.taxii.media import STIX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.store.facts import Share

LABELS = {tlp: tlp.label for tlp in Tlp}


def print_objects(shares: Sequence[Share], cursor: str) -> bytes:
    """Return an envelope (3.7) of objects, with the cursor when more follow; an empty one is `{}`."""
    objects = [splice(share.raw, share.marking_at, LABELS[share.tlp]) for share in shares]
    return print_list(b"objects", b",".join(objects), cursor)


def print_manifest(shares: Sequence[Share], cursor: str) -> bytes:
    """Return a manifest (5.3.1): what is here, since when, in which version."""
    records = [
        {"id": share.stix_id, "date_added": stamp(share.at), "version": version_of(share), "media_type": STIX}
        for share in shares
    ]
    return print_list(b"objects", orjson.dumps(records)[1:-1], cursor)


def print_versions(shares: Sequence[Share], cursor: str) -> bytes:
    """Return the versions (5.8.1) of one object, the same instant once."""
    versions = dict.fromkeys(version_of(share) for share in shares)
    return print_list(b"versions", orjson.dumps(list(versions))[1:-1], cursor)


def print_list(name: bytes, inside: bytes, cursor: str) -> bytes:
    """Return a resource that holds one list; `more` and `next` stand before it, so that a reader knows early."""
    if not inside:
        return b"{}"
    more = b'"more":true,"next":"' + cursor.encode() + b'",' if cursor else b'"more":false,'
    return b"{" + more + b'"' + name + b'":[' + inside + b"]}"


def print_error(status: int, title: str, description: str) -> bytes:
    """Return an error message (3.6.1); its http_status is a string."""
    return orjson.dumps({"title": title, "description": description, "http_status": str(status)})


def date_headers(shares: Sequence[Share]) -> dict[str, str]:
    """Return the two headers that say from when to when a page reaches (3.3); none for an empty page."""
    if not shares:
        return {}
    return {
        "X-TAXII-Date-Added-First": stamp(shares[0].at),
        "X-TAXII-Date-Added-Last": stamp(shares[-1].at),
    }


def version_of(share: Share) -> str:
    """Return the object's version: modified, else created, else when it was added (3.4)."""
    return share.modified or stamp(share.at)


def stamp(moment: datetime) -> str:
    """Return an instant as STIX writes it, with microseconds: date_added is unique by them."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
