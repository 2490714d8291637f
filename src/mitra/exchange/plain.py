"""Say what a STIX object says, in the order in which a person asks: what, how sure, since when, by which name.

Nothing is left out: a property without a label of its own is shown under its name, so a page never hides content.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

TEXT, VALUE, INSTANT = "text", "value", "instant"


@dataclass(frozen=True, slots=True)
class Statement:
    """One property in words.  `form` is `text` (prose), `value` (monospace, copied) or `instant`."""

    name: str
    label: str
    values: tuple[str, ...]
    form: str = TEXT


@dataclass(frozen=True, slots=True)
class Source:
    """One external reference."""

    name: str
    description: str = ""
    url: str = ""
    external_id: str = ""


LABELS: Final[Mapping[str, tuple[_StrPromise, str]]] = MappingProxyType(
    {
        "description": (_("In short"), TEXT),
        "abstract": (_("In short"), TEXT),
        "content": (_("Text"), TEXT),
        "opinion": (_("Opinion"), TEXT),
        "explanation": (_("Why"), TEXT),
        "pattern": (_("Pattern"), VALUE),
        "pattern_type": (_("Written in"), TEXT),
        "value": (_("Value"), VALUE),
        "hashes": (_("Hashes"), VALUE),
        "indicator_types": (_("Points to"), TEXT),
        "malware_types": (_("Kind of malware"), TEXT),
        "threat_actor_types": (_("Kind of actor"), TEXT),
        "infrastructure_types": (_("Kind of infrastructure"), TEXT),
        "tool_types": (_("Kind of tool"), TEXT),
        "report_types": (_("About"), TEXT),
        "context": (_("Context"), TEXT),
        "kill_chain_phases": (_("Stage of the attack"), TEXT),
        "aliases": (_("Also called"), TEXT),
        "x_mitre_aliases": (_("Also called"), TEXT),
        "goals": (_("Goals"), TEXT),
        "sectors": (_("Sectors"), TEXT),
        "country": (_("Country"), TEXT),
        "region": (_("Region"), TEXT),
        "confidence": (_("How sure, of 100"), TEXT),
        "count": (_("How often"), TEXT),
        "valid_from": (_("Good from"), INSTANT),
        "valid_until": (_("Good until"), INSTANT),
        "first_seen": (_("First seen"), INSTANT),
        "last_seen": (_("Last seen"), INSTANT),
        "first_observed": (_("First observed"), INSTANT),
        "last_observed": (_("Last observed"), INSTANT),
        "start_time": (_("From"), INSTANT),
        "stop_time": (_("To"), INSTANT),
        "published": (_("Published"), INSTANT),
        "created": (_("Written"), INSTANT),
        "modified": (_("Last changed"), INSTANT),
        "labels": (_("Labels"), TEXT),
        "lang": (_("Language"), TEXT),
    }
)
"""What a reader meets first stands first; the rest of an object follows by name."""

TYPES: Final[Mapping[str, _StrPromise]] = MappingProxyType(
    {
        "attack-pattern": _("Attack pattern"),
        "campaign": _("Campaign"),
        "course-of-action": _("Course of action"),
        "grouping": _("Grouping"),
        "identity": _("Identity"),
        "incident": _("Incident"),
        "indicator": _("Indicator"),
        "infrastructure": _("Infrastructure"),
        "intrusion-set": _("Intrusion set"),
        "location": _("Location"),
        "malware": _("Malware"),
        "malware-analysis": _("Malware analysis"),
        "note": _("Note"),
        "observed-data": _("Observed data"),
        "opinion": _("Opinion"),
        "report": _("Report"),
        "threat-actor": _("Threat actor"),
        "tool": _("Tool"),
        "vulnerability": _("Vulnerability"),
        "relationship": _("Relation"),
        "sighting": _("Sighting"),
        "marking-definition": _("Marking"),
        "language-content": _("Translation"),
        "extension-definition": _("Extension"),
        "artifact": _("Artefact"),
        "autonomous-system": _("Autonomous system"),
        "directory": _("Folder"),
        "domain-name": _("Domain name"),
        "email-addr": _("E-mail address"),
        "email-message": _("E-mail message"),
        "file": _("File"),
        "ipv4-addr": _("IPv4 address"),
        "ipv6-addr": _("IPv6 address"),
        "mac-addr": _("MAC address"),
        "mutex": _("Mutex"),
        "network-traffic": _("Network traffic"),
        "process": _("Process"),
        "software": _("Software"),
        "url": _("URL"),
        "user-account": _("User account"),
        "windows-registry-key": _("Windows registry key"),
        "x509-certificate": _("Certificate"),
    }
)

SHOWN_ELSEWHERE: Final = frozenset(
    {
        "type",
        "id",
        "spec_version",
        "name",
        "revoked",
        "external_references",
        "object_marking_refs",
        "granular_markings",
        "extensions",
    }
)
"""Head, sources, markings, and extensions' own machinery; references are shown as relations."""


def type_label(stix_type: str) -> str:
    """Return a type in words; one that STIX does not have is shown under its own name, `x-` off."""
    label = TYPES.get(stix_type)
    return str(label) if label else stix_type.removeprefix("x-").replace("-", " ").capitalize()


def untitled(stix_type: str, raw: bytes) -> str:
    """Return what to call an object that brings no words of its own: a sighting by how often, others by their type."""
    count = orjson.loads(raw).get("count") if stix_type == "sighting" else None
    if not isinstance(count, int):
        return type_label(stix_type)
    return ngettext("Seen %(n)s time", "Seen %(n)s times", count) % {"n": f"{count:,}"}


def list_statements(obj: Mapping[str, Any]) -> tuple[Statement, ...]:
    """Return what the object says, known properties first."""
    known = [
        Statement(name, str(label), in_words(obj[name]), form) for name, (label, form) in LABELS.items() if name in obj
    ]
    others = sorted(
        name for name in obj if name not in LABELS and name not in SHOWN_ELSEWHERE and not is_reference(name)
    )
    return (*known, *(Statement(name, name.replace("_", " "), in_words(obj[name])) for name in others))


def list_sources(obj: Mapping[str, Any]) -> tuple[Source, ...]:
    """Return the external references; a field that is not text is left out."""
    return tuple(
        Source(
            name=text_of(reference, "source_name"),
            description=text_of(reference, "description"),
            url=text_of(reference, "url"),
            external_id=text_of(reference, "external_id"),
        )
        for reference in obj.get("external_references", ())
        if isinstance(reference, dict)
    )


def is_reference(name: str) -> bool:
    """Return whether a property names other objects by id."""
    return name.endswith(("_ref", "_refs"))


def in_words(value: object) -> tuple[str, ...]:
    """Return a property's value as short texts, one a list member, hash or field."""
    if isinstance(value, list):
        return tuple(text for part in value for text in in_words(part))
    if isinstance(value, dict):
        if set(value) == {"kill_chain_name", "phase_name"}:
            return (f"{value['phase_name']} ({value['kill_chain_name']})",)
        return tuple(f"{key}: {', '.join(in_words(part))}" for key, part in value.items())
    return (value if isinstance(value, str) else orjson.dumps(value).decode(),)


def text_of(source: Mapping[str, object], name: str) -> str:
    """Return a field that is text, else `''`."""
    value = source.get(name, "")
    return value if isinstance(value, str) else ""
