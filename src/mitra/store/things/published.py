"""What a node publishes about the types of its rooms: the definition of our extension, and a JSON Schema for each kind.

STIX 2.1 asks for the definition wherever an object says that it follows an extension (section 7.3).  The definition and
its author are the same on every node; the schemas are those of the kinds that this node's rooms registered.  Nothing
here tells what anybody shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from mitra.store.things.kinds import EXTENSION, kinds

if TYPE_CHECKING:
    from mitra.store.things.kinds import Kind

SINCE: Final = "2026-11-26T00:00:00.000Z"
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
UUID: Final = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
TIME: Final = {"type": "string", "pattern": r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3,}Z$"}

AUTHORS: Final[dict[str, object]] = {
    "type": "identity",
    "spec_version": "2.1",
    "id": "identity--4a15ad27-aab5-4cd0-b421-bf714c622c39",
    "created": SINCE,
    "modified": SINCE,
    "name": "The Mitra authors",
    "description": "Those who write the program Mitra and define the types under which its nodes share things.",
    "identity_class": "group",
}
"""Who defines the extension: no organisation of a node."""

DEFINITION: Final[dict[str, object]] = {
    "type": "extension-definition",
    "spec_version": "2.1",
    "id": EXTENSION,
    "created": SINCE,
    "modified": SINCE,
    "created_by_ref": AUTHORS["id"],
    "name": "Things of Mitra's rooms",
    "description": (
        "Objects of types that begin with x-mitra-: what organisations share in the rooms of a Mitra node, as cases, "
        "requests and what is said to them. The properties of each type stand beside the common ones; a later version "
        "only adds properties, so pass over those that you do not know."
    ),
    "schema": (
        "A JSON Schema (2020-12) for each type. Every node of Mitra gives those of its own rooms to whoever asks, as "
        "“schema” of each of “types” at its address /api/v1/objects."
    ),
    "version": "1.0.0",
    "extension_types": ["new-sdo"],
}
"""The definition itself; its `schema` is text, as section 7.3 allows, because every node has an address of its own."""


@dataclass(frozen=True, slots=True)
class PublishedType:
    """One type of object: the room that shares it, what people call one, and the JSON Schema of a whole object."""

    type: str
    room: str
    label: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """The definition of the extension, the identity that made it, and the types of this node."""

    definition: dict[str, Any]
    identity: dict[str, Any]
    types: list[PublishedType]


def get_published() -> Published:
    """Return what this node publishes; its types by name."""
    by_type = sorted(kinds(), key=lambda kind: kind.stix_type)
    types = [PublishedType(kind.stix_type, kind.room, str(kind.label), schema_of(kind)) for kind in by_type]
    return Published(DEFINITION, AUTHORS, types)


@cache
def schema_of(kind: Kind[Any]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a whole object: what `Kind.print` writes fits it.

    Properties that it does not know fit too: a later version adds some, and a node adds its markings.
    """
    facts = kind.schema()
    named = facts.pop("$defs", {})  # what the facts refer to is looked for at the top
    return {
        "$schema": DIALECT,
        "$id": kind.stix_type,
        "title": kind.stix_type,
        "allOf": [_common(kind.stix_type), facts],
        "$defs": named,
    }


def _common(stix_type: str) -> dict[str, Any]:
    """Return the schema of the common properties, as `Kind.print` writes them."""
    ours = {"type": "object", "properties": {"extension_type": {"const": "new-sdo"}}, "required": ["extension_type"]}
    return {
        "type": "object",
        "properties": {
            "type": {"const": stix_type},
            "spec_version": {"const": "2.1"},
            "id": {"type": "string", "pattern": f"^{stix_type}--{UUID}$"},
            "created": TIME,
            "modified": TIME,
            "created_by_ref": {"type": "string", "pattern": f"^identity--{UUID}$"},
            "extensions": {"type": "object", "properties": {EXTENSION: ours}, "required": [EXTENSION]},
        },
        "required": ["type", "spec_version", "id", "created", "modified", "extensions"],
    }
