"""What happened to shares, for whoever listens: one event an act, whatever its size.  Who wants the records reads them.

They are told in the transaction of the act, about the subject `act:<id>`, which has no other event.
"""

from __future__ import annotations

from dataclasses import dataclass

from mitra.pulse.facts import Event
from mitra.store.facts import State


@dataclass(frozen=True, slots=True)
class SharesMade(Event):
    """Records were shared: the shares with these numbers, none of which another act made."""

    NAME = "exchange.shares-made"
    ONCE = True

    act: int
    first_seq: int
    last_seq: int


@dataclass(frozen=True, slots=True)
class SharesEnded(Event):
    """Shares came to an end: those that say so of this act."""

    NAME = "exchange.shares-ended"
    ONCE = True

    act: int
    to: State
    instead: int | None = None
    """The number of the share that stands in their place, where they were tightened."""
