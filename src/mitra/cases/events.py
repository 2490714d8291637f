"""What happened in the room, as others may hear it: ids and codes, never words."""

from __future__ import annotations

from dataclasses import dataclass

from mitra.pulse.facts import Event


@dataclass(frozen=True, slots=True)
class CaseWritten(Event):
    """A case, an entry or a step of one was shared, changed or taken back."""

    NAME = "cases.case-written"

    stix_id: str
    act: int
