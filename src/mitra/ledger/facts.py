"""The values that the ledger gives out; no database here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


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
