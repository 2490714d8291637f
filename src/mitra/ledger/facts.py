"""The values that the ledger gives out; no database here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

PUSHBACK = 4_096
"""Pending acts from which on the log is said to lag."""
LATE_SECONDS = 30
"""How long an act may wait before the log is said to lag: a checkpoint is due within ten."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one act took from the counter, inside the transaction that writes it."""

    act: int
    leaf: int
    """The act's index in the log, from 0."""
    commitment: bytes
    first_seq: int
    """The first of the positions that were asked for; without any, the position that comes next."""
    dates: tuple[int, ...]
    """A date for each position, in microseconds since 1970, ascending."""


@dataclass(frozen=True, slots=True)
class ActReceipt:
    """What a holder may check later: the leaf at which an act stands, and what it commits to."""

    act: int
    leaf: int
    commitment: bytes
    logged_at: datetime
    """The entry's coarse time, a multiple of ten seconds."""
    entry: bytes
    """The public bytes of the log at this leaf."""


class Said(NamedTuple):
    """What an act committed to, while it is here."""

    kind: str
    by: int | None
    at: datetime
    salt: bytes
    seed: bytes | None
    """Without it no path in the act's tree can be made."""
    body: bytes
    aside: bytes
    """What only the author's organisation is told; `b""` for nothing."""


class Erasure(NamedTuple):
    """Who erased what an act said, and when, as the act of the erasure says it."""

    by: int | None
    at: datetime


class Place(NamedTuple):
    """Where an act stands in the log, and how far it is published."""

    leaf: int
    size: int
    """Entries in the newest checkpoint."""
    published_at: datetime | None
    """When the checkpoint that covers it first was signed; None while it is pending, or when that was long ago."""
    checked_at: datetime | None
    """When the newest checkpoint was signed."""

    @property
    def is_logged(self) -> bool:
        """Whether a signed checkpoint covers it."""
        return self.leaf < self.size


class Health(NamedTuple):
    """How the log does, for whoever runs the node."""

    size: int
    """Entries in the newest checkpoint."""
    pending: int
    """Acts that no checkpoint covers yet."""
    waiting_seconds: int
    """How long the oldest of them waits, to ten seconds."""
    checked_at: datetime | None
    stopped: str
    """Why nothing is signed, `''` while it is."""
    stopped_at: datetime | None

    @property
    def is_ready(self) -> bool:
        """Whether acts are published as they come; sharing goes on in any case."""
        return not self.stopped and self.pending < PUSHBACK and self.waiting_seconds <= LATE_SECONDS
