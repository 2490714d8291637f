"""Which STIX types there are, which of them have versions, and which version an object is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.core.stix.times import time_key

if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAIN_TYPES = frozenset(
    {
        "attack-pattern",
        "campaign",
        "course-of-action",
        "grouping",
        "identity",
        "incident",
        "indicator",
        "infrastructure",
        "intrusion-set",
        "location",
        "malware",
        "malware-analysis",
        "note",
        "observed-data",
        "opinion",
        "report",
        "threat-actor",
        "tool",
        "vulnerability",
    }
)
RELATIONSHIP_TYPES = frozenset({"relationship", "sighting"})
OBSERVABLE_TYPES = frozenset(
    {
        "artifact",
        "autonomous-system",
        "directory",
        "domain-name",
        "email-addr",
        "email-message",
        "file",
        "ipv4-addr",
        "ipv6-addr",
        "mac-addr",
        "mutex",
        "network-traffic",
        "process",
        "software",
        "url",
        "user-account",
        "windows-registry-key",
        "x509-certificate",
    }
)
META_TYPES = frozenset({"extension-definition", "language-content", "marking-definition"})

STIX_TYPES = DOMAIN_TYPES | RELATIONSHIP_TYPES | OBSERVABLE_TYPES | META_TYPES
VERSIONED_TYPES = (DOMAIN_TYPES | RELATIONSHIP_TYPES | META_TYPES) - {"marking-definition"}


def has_versions(obj: Mapping[str, object]) -> bool:
    """Return whether the object's type has versions; a custom type has when the object says `modified`."""
    kind = obj.get("type")
    return kind in VERSIONED_TYPES or (kind not in STIX_TYPES and "modified" in obj)


def version_of(obj: Mapping[str, object]) -> str:
    """Return the object's `modified`, else `created`, else `''`, exactly as written."""
    for name in ("modified", "created"):
        written = obj.get(name)
        if isinstance(written, str):
            return written
    return ""


def version_key(version: str) -> tuple[str, str]:
    """Return what orders versions of one id from old to new; `2026-…:00Z` and `2026-…:00.000Z` are one version."""
    return time_key(version) if version else ("", "")


def is_revoked(obj: Mapping[str, object]) -> bool:
    """Return whether this version revokes the object."""
    return obj.get("revoked") is True
