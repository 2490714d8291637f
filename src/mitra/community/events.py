"""What happened in circles, as others may hear it: ids and codes, never words."""

from __future__ import annotations

from dataclasses import dataclass

from mitra.pulse.facts import Event


@dataclass(frozen=True, slots=True)
class SeatChanged(Event):
    """An organisation answered an invitation, or is in a circle no more."""

    NAME = "community.seat-changed"

    circle: int
    organisation: int
    to: str
    """`accepted`, `declined`, `taken-back`, `left` or `removed`."""
