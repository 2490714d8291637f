"""How one try to send something went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """`sent`, `delivered`, `deferred`, `bounced`; or `void`, where nothing was to be sent any more."""

    state: str
    said: str = ""
    """What the other side said, short."""
    retry_after: int = 0
    """Seconds that the other side asked for."""
    is_ours: bool = False
    """Whether our own way out did not answer, so the other side had no part in it."""
