"""Run what repeats: each periodic job in its turn, one at a time in the whole node, whatever the one before did.

A job's turn is written down before it runs, so that one which ends the process with it is not tried at once again, and
two workers do not both take it.  Turns shorter than a minute are kept in mind only: writing them down would cost a
disk more than most of these jobs do.  A turn that lies further ahead than a job's length was set by a clock that has
gone back since: the job is due.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import connection

from mitra.core.ledger.dates import micros
from mitra.pulse import reactions
from mitra.pulse.attempt import attempt, told_of
from mitra.pulse.models import Job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

SECOND = 1_000_000
SHORT_SECONDS = 60
AT_ONCE = 0
"""The turn of a job that has none yet."""


@dataclass(slots=True)
class Rota:
    """The jobs of this program, and the turns that this worker keeps in mind."""

    in_mind: dict[str, int] = field(default_factory=dict)

    def turn(self, now: datetime) -> bool:
        """Run the jobs whose turn it is; return whether there was one."""
        at, written = micros(now), dict(Job.objects.values_list("name", "next_at"))
        due = [
            name
            for name, job in reactions.jobs().items()
            if is_due((self.in_mind if is_short(job) else written).get(name, AT_ONCE), at, job)
        ]
        for name in due:
            self.in_mind[name] = at + reactions.jobs()[name].seconds * SECOND
        ran = [run(name, now=now) for name in due]
        return any(ran)


def run(name: str, *, now: datetime) -> bool:
    """Run one job, unless another worker is at it or has taken this turn; return whether it ran."""
    job, at = reactions.jobs()[name], micros(now)
    with alone(name) as is_alone:
        row = Job.objects.filter(pk=name).first() or Job(name=name, next_at=AT_ONCE)
        if not is_alone or not is_due(row.next_at, at, job):
            return False
        if not is_short(job):
            row.next_at = at + job.seconds * SECOND
            row.save()
        failure = attempt(name, lambda: job.call(now=now))
        error = "" if failure is None else told_of(failure)
        if error or row.error or not is_short(job):
            row.ran_at, row.error = at, error
            row.save()
    return True


def is_due(next_at: int, at: int, job: reactions.Job) -> bool:
    """Return whether a job's turn has come, or was set by another clock than this one."""
    return not at < next_at <= at + job.seconds * SECOND


def is_short(job: reactions.Job) -> bool:
    """Return whether a job's turns are kept in mind only."""
    return job.seconds < SHORT_SECONDS


@contextmanager
def alone(name: str) -> Iterator[bool]:
    """Tell whether nobody else of this node is inside under this name, and keep others out meanwhile.

    On PostgreSQL a lock of the session, which ends with it; on SQLite there is one worker (`worker.lock` in the home).
    """
    if connection.vendor != "postgresql":
        yield True
        return
    key = int.from_bytes(sha256(f"mitra.pulse {name}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        (is_mine,) = cursor.fetchone()
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
