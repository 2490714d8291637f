"""What looking after a node does by itself: each night a part of the log is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.pulse.reactions import every
from mitra.upkeep.examining import examine_part

if TYPE_CHECKING:
    from datetime import datetime

A_DAY = 24 * 60 * 60


@every(A_DAY, name="upkeep.examine-part")
def look_again(*, now: datetime) -> None:
    """Read a thirtieth of the log."""
    examine_part(now=now)
