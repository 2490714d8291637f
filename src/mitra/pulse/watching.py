"""Watch the worker's life and the node's clock: what the operator is told of, and what a clock that moved would spoil.

A clock that goes back un-rings nothing, because a ring is a row; what it would make wait for a future that is gone is
let go at once.  A clock that goes forward rings what is due by it, because the operator's clock is the node's time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mitra.core.ledger.dates import instant, micros
from mitra.pulse import operations
from mitra.pulse.models import ClockJump, Worker

if TYPE_CHECKING:
    from datetime import datetime

log = logging.getLogger("mitra.pulse")

JUMP_SECONDS = 60
SIGN_SECONDS = 5
"""How often a worker says that it lives."""
GONE_SECONDS = 30
"""After how long without a sign a worker counts as gone."""


@dataclass(slots=True)
class Watch:
    """One worker's watch: call `look` each turn with the clock and with what only runs forward (seconds)."""

    worker: int | None = None
    seen: datetime | None = None
    seen_monotonic: float = 0.0
    signed_monotonic: float = field(default=float("-inf"))

    def look(self, now: datetime, monotonic: float) -> None:
        """Tell of a jump of the clock, mend what it spoils, and say that this worker lives."""
        before = self.seen
        if before is None:
            before, passed = latest_sign() or now, 0.0
            jumped = min((now - before).total_seconds(), 0.0)  # stopped for long is no jump; seen later than now is one
        else:
            passed = monotonic - self.seen_monotonic
            jumped = (now - before).total_seconds() - passed
        if abs(jumped) > JUMP_SECONDS:
            note_jump(round(jumped), now=now)
        self.seen, self.seen_monotonic = now, monotonic
        if monotonic - self.signed_monotonic >= SIGN_SECONDS or abs(jumped) > JUMP_SECONDS:
            self.worker = sign(self.worker, now=now)
            self.signed_monotonic = monotonic

    def end(self) -> None:
        """Say that this worker ends."""
        if self.worker is not None:
            Worker.objects.filter(pk=self.worker).delete()


def latest_sign() -> datetime | None:
    """Return when any worker was last seen, or None."""
    seen = Worker.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    return None if seen is None else instant(seen)


def sign(worker: int | None, *, now: datetime) -> int:
    """Write a worker's sign of life and return its row; rows of workers that are gone go with it."""
    at = micros(now)
    if worker is not None and Worker.objects.filter(pk=worker).update(seen_at=at):
        return worker
    Worker.objects.filter(seen_at__lt=micros(now - timedelta(seconds=GONE_SECONDS))).delete()
    return Worker.objects.create(started_at=at, seen_at=at).pk


def note_jump(seconds: int, *, now: datetime) -> None:
    """Tell the operator that the clock moved, and let nothing wait for a future that is gone."""
    log.error("the clock of this machine moved by %+d s: set it by a time server, and look at what rang", seconds)
    ClockJump.objects.create(at=micros(now), seconds=seconds)
    if seconds < 0:
        operations.mend_clock(now=now)
        Worker.objects.filter(seen_at__gt=micros(now)).delete()
