"""A case as outsiders' tools understand it: an `incident`, a `note` for each entry, a `grouping` that holds them.

Pure.  Views, never kept: made for one reader from what that reader may read, without what is only for its own
organisation, and without what was corrected.  Ids follow from ours, so the same case gives the same ids (STIX 2.1,
sections 4.4, 4.6 and 4.13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, uuid5

import orjson

from mitra.core.stix.markings import TLP2_DEFINITIONS, TLP2_IDS
from mitra.core.stix.times import format_time

if TYPE_CHECKING:
    from mitra.cases.queries import CaseView
    from mitra.core.policy.facts import Tlp

OURS: Final = "https://mitra.example/cases/"


def bundle_of(seen: CaseView) -> dict[str, Any]:
    """Return the bundle of a case, with the entries that its view holds."""
    incident = {
        **_common("incident", seen.stix_id, seen.opened_at, seen.audience.tlp, seen.author),
        "name": seen.facts.heading,
        "external_references": [{"source_name": "mitra", "external_id": seen.facts.number}],
        "labels": [seen.facts.kind],
    }
    if seen.facts.summary:
        incident["description"] = seen.facts.summary
    notes = [
        {
            **_common("note", seen.stix_id + one.number, one.at, one.tlp, one.author),
            "abstract": f"{one.kind}, {one.number}",
            "content": one.words,
            "object_refs": [incident["id"]],
        }
        for one in seen.said
        if one.number and not one.is_own and not one.corrected_by
    ]
    grouping = {
        **_common("grouping", seen.stix_id, seen.opened_at, seen.audience.tlp, seen.author),
        "name": seen.facts.number,
        "context": "suspicious-activity",
        "object_refs": [incident["id"], *(note["id"] for note in notes)],
    }
    levels = sorted({seen.audience.tlp.label, *(one.tlp.label for one in seen.said if one.number)})
    markings = [orjson.loads(TLP2_DEFINITIONS[level]) for level in levels]
    bundle_id = f"bundle--{uuid5(NAMESPACE_URL, OURS + seen.stix_id)}"
    return {"type": "bundle", "id": bundle_id, "objects": [*markings, incident, *notes, grouping]}


def _common(kind: str, of: str, at: Any, tlp: Tlp, author: str) -> dict[str, Any]:  # noqa: ANN401 - an instant
    stamp = format_time(at, digits=3)
    made: dict[str, Any] = {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid5(NAMESPACE_URL, f'{OURS}{kind}/{of}')}",
        "created": stamp,
        "modified": stamp,
        "object_marking_refs": [TLP2_IDS[tlp.label]],
    }
    return {**made, "created_by_ref": author} if author else made
