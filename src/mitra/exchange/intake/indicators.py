"""Make STIX of values that came without it: an indicator for what may be blocked, a vulnerability for a CVE.

Ids follow from the sender, its realm and the value, so a value that is sent again is the same object: with the same
words it is the same version, with others a new one (`continued`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid5

import orjson

from mitra.core.stix.atoms import KINDS, pattern_for
from mitra.core.stix.markings import TLP2_IDS
from mitra.core.stix.times import format_time
from mitra.store.facts import Filter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from mitra.exchange.intake.batch import Piece, Sender, Stix

NAMESPACE: Final = UUID("3c8f6c5e-7d0b-5d0e-9a55-6f1b0f0d7c11")

MADE_AT: Final = ("created", "modified", "valid_from", "published")
"""Properties that say when this node made an object; equal words with other hours are the same version."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a sender said about a value; everything but the value may be missing."""

    kind: str
    value: str
    others: tuple[str, ...] = ()
    """Further spellings of the same kind that the value may mean, such as https beside http."""
    name: str = ""
    description: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    confidence: int | None = None
    labels: tuple[str, ...] = ()
    tlp: str = ""
    """A level's label, where the row carries one."""
    extra: Mapping[str, Any] = field(default_factory=dict)


def is_shareable(kind: str) -> bool:
    """Return whether an object can be made for a value of this kind."""
    return kind in KINDS and kind != "url-host"


def make_object(said: Said, sender: Sender) -> Stix:
    """Return the object for a value, written now in the sender's name."""
    obj = _start("vulnerability" if said.kind == "vulnerability" else "indicator", f"{said.kind}:{said.value}", sender)
    if said.kind == "vulnerability":
        obj["name"] = said.value
        obj["external_references"] = [{"source_name": "cve", "external_id": said.value}]
    else:
        obj["name"] = said.name or f"{KINDS[said.kind]} {said.value}"
        obj["pattern"] = pattern_of(said.kind, (said.value, *said.others))
        obj["pattern_type"] = "stix"
        obj["valid_from"] = format_time(said.valid_from or sender.now)
        if said.valid_until is not None:
            obj["valid_until"] = format_time(said.valid_until)
    if said.description:
        obj["description"] = said.description
    if said.confidence is not None:
        obj["confidence"] = said.confidence
    if said.labels:
        obj["labels"] = list(said.labels)
    if said.tlp:
        obj["object_marking_refs"] = [TLP2_IDS[said.tlp]]
    return obj


def make_report(text: str, title: str, refs: Sequence[str], sender: Sender, *, tlp: str = "") -> Stix:
    """Return the report that a text becomes, leading to what was found in it."""
    obj = _start("report", f"report:{title}:{text}", sender)
    obj["name"] = title
    obj["description"] = text
    obj["published"] = format_time(sender.now)
    obj["object_refs"] = list(refs) or [sender.actor.organisation_stix_id]
    if tlp:
        obj["object_marking_refs"] = [TLP2_IDS[tlp]]
    return obj


def pattern_of(kind: str, values: Iterable[str]) -> str:
    """Return the STIX pattern that any of these values of one kind meets."""
    return f"[{' OR '.join(pattern_for(kind, value)[1:-1] for value in values)}]"


def _start(kind: str, value: str, sender: Sender) -> Stix:
    name = f"{sender.actor.organisation_stix_id}:{sender.actor.viewer.realm}:{value}"
    now = format_time(sender.now)
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid5(NAMESPACE, name)}",
        "created_by_ref": sender.actor.organisation_stix_id,
        "created": now,
        "modified": now,
    }


def continued(pieces: Sequence[Piece], sender: Sender) -> None:
    """Make each object that the sender shared before its next version, or the same one where it says the same.

    Changes the objects in place: they were made here and nobody else holds them yet.
    """
    ids = frozenset(str(piece.obj["id"]) for piece in pieces)
    only = Filter(stix_ids=ids, by=frozenset({sender.actor.organisation}), versions="last")
    page = sender.door.latest(limit=len(pieces), only=only)
    earlier = {share.stix_id: orjson.loads(share.raw) for share in page.shares}
    for piece in pieces:
        before = earlier.get(str(piece.obj["id"]))
        if before is None:
            continue
        kept = {name: before[name] for name in MADE_AT if name in before}
        if _words(piece.obj) == _words(before):
            piece.obj.update(kept)
        else:
            piece.obj["created"] = before["created"]


def _words(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an object says, without when it was made and how it is handled."""
    return {name: value for name, value in obj.items() if name not in MADE_AT and name != "object_marking_refs"}
