"""Time for tests: a clock that a test moves, and a worker that does what falls due on the way, in one order only.

`advance` drains the deliveries, then goes to the earliest instant at which something falls due, rings or tries it, and
so on until it is quiet: ordered by (due, row), so that the same beginning gives the same trace.  `robust` brings one
fact to a reaction in the four ways in which every reaction must bear it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import transaction

from mitra.core.ledger.dates import instant, micros
from mitra.pulse import worker
from mitra.pulse.models import NEVER, Delivery, Timer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A_WEEK = timedelta(days=7)


@dataclass
class World:
    """A clock, and everything that the worker did by it."""

    now: datetime = NOW
    trace: list = field(default_factory=list)
    """(instant, Handled) of each delivery that was tried."""

    def work(self):
        """Do all that is due now; the clock stands still."""
        while worker.ring(self.now, limit=1) or worker.make_deliveries(self.now) or self._due().exists():
            while self._due().exists():
                self._note(worker.deliver(self.now, limit=1))

    def advance(self, to):
        """Let time pass: an instant, or for how long."""
        until = self.now + to if isinstance(to, timedelta) else to
        self.work()
        while (due := self._next()) is not None and due <= until:
            self.now = max(self.now, due)
            self.work()
        self.now = max(self.now, until)

    def sleep(self, how_long):
        """Let time pass while no worker runs."""
        self.now += how_long

    def again(self, handler):
        """Bring to a reaction once more what it has heard already, as after a crash that lost only the answer."""
        done = Delivery.objects.filter(handler=handler, state=Delivery.DONE)
        done.update(state=Delivery.WAITING, tries=0, next_at=micros(self.now))
        self.work()

    def work_backwards(self):
        """Do all that is due now, the last subject first; within a subject there is one order only."""
        worker.make_deliveries(self.now)
        pairs = dict.fromkeys(self._due().order_by("-next_at", "-id").values_list("handler", "subject"))
        for handler, subject in pairs:
            while one := worker.try_next(handler, subject, now=self.now):
                self._note([one])
        self.work()

    def _note(self, handled):
        self.trace += [(self.now, one) for one in handled]

    def _due(self):
        return Delivery.objects.filter(state=Delivery.WAITING, next_at__lte=micros(self.now))

    def _next(self):
        """The next instant at which something falls due, or None when it is quiet for ever."""
        retry = Delivery.objects.filter(state=Delivery.WAITING, next_at__lt=NEVER).order_by("next_at")
        due = [
            *Timer.objects.order_by("due_at").values_list("due_at", flat=True)[:1],
            *retry.values_list("next_at", flat=True)[:1],
        ]
        return instant(min(due)) if due else None


@contextmanager
def undone():
    """A transaction whose writes do not stay."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def robust(act, state, *, handler, now=NOW):
    """Return what a reaction leaves (`state()`) after `act(world)`, in four ways, by name.

    Once, heard twice, the last subject first, a week late.

    The first three must be equal for every reaction; what a week changes is its own to say.
    """

    def late(world):
        world.sleep(A_WEEK)
        world.work()

    def twice(world):
        world.work()
        world.again(handler)

    ways = {"once": World.work, "twice": twice, "backwards": World.work_backwards, "late": late}
    found = {}
    for name, way in ways.items():
        with undone():
            world = World(now)
            act(world)
            way(world)
            found[name] = state()
    return found
