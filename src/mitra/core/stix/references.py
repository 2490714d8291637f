"""To which objects an object refers, and what a container holds.

Every property whose name ends in `_ref` or `_refs` refers, wherever it stands: extensions and custom properties too.
Markings are handling, not reference: `object_marking_refs` and granular markings are left out.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mitra.core.stix.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.core.stix.shape import Shape

CONTAINER_TYPES = frozenset({"grouping", "report"})
"""Their marking and audience reach the members that have no marking of their own."""

_ADDRESSES = frozenset({"ipv4-addr", "ipv6-addr", "mac-addr", "domain-name"})

REFERENCE_TYPES: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "directory": {"contains_refs": frozenset({"file", "directory"})},
        "domain-name": {"resolves_to_refs": frozenset({"ipv4-addr", "ipv6-addr", "domain-name"})},
        "email-addr": {"belongs_to_ref": frozenset({"user-account"})},
        "email-message": {
            "from_ref": frozenset({"email-addr"}),
            "sender_ref": frozenset({"email-addr"}),
            "to_refs": frozenset({"email-addr"}),
            "cc_refs": frozenset({"email-addr"}),
            "bcc_refs": frozenset({"email-addr"}),
            "raw_email_ref": frozenset({"artifact"}),
        },
        "file": {"parent_directory_ref": frozenset({"directory"}), "content_ref": frozenset({"artifact"})},
        "ipv4-addr": {"resolves_to_refs": frozenset({"mac-addr"}), "belongs_to_refs": frozenset({"autonomous-system"})},
        "ipv6-addr": {"resolves_to_refs": frozenset({"mac-addr"}), "belongs_to_refs": frozenset({"autonomous-system"})},
        "network-traffic": {
            "src_ref": _ADDRESSES,
            "dst_ref": _ADDRESSES,
            "src_payload_ref": frozenset({"artifact"}),
            "dst_payload_ref": frozenset({"artifact"}),
            "encapsulates_refs": frozenset({"network-traffic"}),
            "encapsulated_by_ref": frozenset({"network-traffic"}),
        },
        "process": {
            "opened_connection_refs": frozenset({"network-traffic"}),
            "creator_user_ref": frozenset({"user-account"}),
            "image_ref": frozenset({"file"}),
            "parent_ref": frozenset({"process"}),
            "child_refs": frozenset({"process"}),
        },
        "windows-registry-key": {"creator_user_ref": frozenset({"user-account"})},
    }
)
"""What observables may refer to, by type and property (STIX 2.1, section 6)."""

_NOT_REFERENCES = frozenset({"object_marking_refs", "granular_markings"})
_BESIDE = frozenset({"external_references", "object_marking_refs"})
_WELL_KNOWN = frozenset(
    {
        "created_by_ref",
        "external_references",
        "object_marking_refs",
        "object_refs",
        "observed_data_refs",
        "sighting_of_ref",
        "source_ref",
        "target_ref",
        "where_sighted_refs",
    }
).union(*REFERENCE_TYPES.values())
"""Names of the standard that an object has at its top and in which `_ref` stands, once each."""


def references_of(obj: Mapping[str, object], shape: Shape | None = None) -> tuple[str, ...]:
    """Return the STIX ids that the object refers to, each once, as they stand; its own id is not among them.

    Where its shape is known and all its references have well-known names at its top, nothing else is looked at.
    """
    found: dict[str, None] = {}
    named = _WELL_KNOWN.intersection(obj) if shape is not None else _BESIDE
    if shape is not None and shape.refs == len(named):
        telling = named - _BESIDE
        for name in telling if len(telling) < 2 else [name for name in obj if name in telling]:
            _add(found, name, obj[name])
    else:
        _look_everywhere(obj, found)
    found.pop(str(obj.get("id")), None)
    return tuple(found)


def _add(found: dict[str, None], name: str, value: object) -> None:
    if type(value) is str:
        if name.endswith("_ref") and is_id(value):
            found[value] = None
    elif type(value) is list and name.endswith("_refs"):
        found.update((each, None) for each in value if isinstance(each, str) and is_id(each))


def _look_everywhere(obj: Mapping[str, object], found: dict[str, None]) -> None:
    level: list[object] = [obj]
    while level:
        below: list[object] = []
        for node in level:
            if not isinstance(node, dict):
                below += [each for each in node if isinstance(each, (dict, list))]  # type: ignore[attr-defined]  # a list
                continue
            for name, value in node.items():
                if name in _NOT_REFERENCES:
                    continue
                if type(value) is dict or (type(value) is list and not name.endswith("_refs")):
                    below.append(value)
                else:
                    _add(found, name, value)
        level = below


def container_members(obj: Mapping[str, object]) -> tuple[str, ...]:
    """Return the ids that a report or grouping holds; nothing for any other object."""
    kind = obj.get("type")
    if not isinstance(kind, str) or kind not in CONTAINER_TYPES:
        return ()
    members = obj.get("object_refs")
    if not isinstance(members, list):
        return ()
    return tuple(dict.fromkeys(each for each in members if isinstance(each, str) and is_id(each)))
