"""STIX identifiers: `type--UUID`, and the UUID that follows from what an observable is.

Two tools that see one address give it one id (STIX 2.1, section 2.9): a UUIDv5 over the canonical JSON of the
properties that identify an object of its type.  No randomness here: a fresh UUID is the caller's.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from mitra.core.errors import InvalidInput
from mitra.core.stix.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

OBSERVABLE_NAMESPACE = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")

CONTRIBUTING: dict[str, tuple[str, ...]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "extensions", "parent_directory_ref"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": (
        "start",
        "end",
        "src_ref",
        "dst_ref",
        "src_port",
        "dst_port",
        "protocols",
        "extensions",
    ),
    "process": (),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
"""The properties that make an observable's id, by type (STIX 2.1, section 6); a process has none."""

_HASHES_BY_PREFERENCE = ("MD5", "SHA-1", "SHA-256", "SHA-512")
_ID = re.compile(r"[a-z][a-z0-9-]+[a-z0-9]--[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_id(text: str) -> bool:
    """Return whether the text has the form of a STIX id; the same few authors are asked about again and again."""
    return _is_short_id(text) if len(text) <= 100 else _ID.fullmatch(text) is not None


@lru_cache(maxsize=256)
def _is_short_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def parse_id(text: str, *, path: str = "/id") -> tuple[str, UUID]:
    """Return the type and the UUID.  Raises InvalidInput (`id-form`) for anything else."""
    if not is_id(text):
        message = f"“{text[:80]}” is not a STIX id; it is a type, two hyphens and a UUID."
        raise InvalidInput(message, path=path, rule="id-form")
    kind, _, rest = text.partition("--")
    return kind, UUID(rest)


def type_of_id(text: str) -> str:
    """Return the type that an id names."""
    return text.partition("--")[0]


def make_id(kind: str, uuid: UUID) -> str:
    """Return the id of that type and UUID."""
    return f"{kind}--{uuid}"


def observable_id(obj: Mapping[str, object]) -> str | None:
    """Return the id that follows from what the observable is.

    None when its type has no identifying properties, or this object has none of them: then it needs a random UUIDv4.
    """
    kind = str(obj.get("type"))
    contributing = {name: obj[name] for name in CONTRIBUTING.get(kind, ()) if name in obj}
    hashes = contributing.get("hashes")
    if isinstance(hashes, dict) and hashes:
        chosen = next((name for name in _HASHES_BY_PREFERENCE if name in hashes), min(hashes))
        contributing["hashes"] = {chosen: hashes[chosen]}
    if not contributing:
        return None
    return make_id(kind, uuid5(OBSERVABLE_NAMESPACE, canonical(contributing).decode()))
