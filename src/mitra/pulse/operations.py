"""Tell what happened, and set what shall ring: both in the transaction of the fact, or not at all."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from django.db import connection, transaction

from mitra.core.errors import WrongState
from mitra.core.ledger.dates import micros
from mitra.pulse.cause import hearing
from mitra.pulse.facts import DEEPEST
from mitra.pulse.ids import RANDOM_BYTES, uuid7
from mitra.pulse.models import NEVER, Delivery, EventRow, Timer
from mitra.pulse.schemas import check_code, print_fields

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from mitra.pulse.facts import Event

SUBJECT = re.compile(r"[a-z]+(-[a-z]+)*:[A-Za-z0-9_-]{1,80}", re.ASCII)
# The subject's row is locked until commit, so its numbers are in commit order.
_NUMBER = """
INSERT INTO pulse_subject (subject, nr, at) VALUES (%s, 1, %s)
ON CONFLICT (subject) DO UPDATE SET nr = pulse_subject.nr + 1, at = excluded.at RETURNING nr
"""


def emit(
    event: Event, *, subject: str, actor: int | None, now: datetime, realm: int = 0, audience: int | None = None
) -> UUID:
    """Write an event into the outbox and return its id; the worker brings it to whoever listens, after commit.

    `subject` is a kind and an id, as `case:17`; `actor` an organisation.  What is told on hearing something carries
    that as its cause.  Raises ValueError for a field that is neither id, code, instant nor count, and where the chain
    of causes is deeper than it may be.
    """
    _require_transaction()
    _check_subject(subject)
    heard = hearing()
    depth = 0 if heard is None else heard.depth + 1
    if depth > DEEPEST:
        message = f"{event.NAME} would be number {depth} in a chain of causes: two reactions call each other."
        raise ValueError(message)
    uid = uuid7(now, secrets.token_bytes(RANDOM_BYTES))
    at = micros(now)
    EventRow.objects.create(
        uid=uid,
        name=event.NAME,
        v=event.V,
        subject=subject,
        nr=1 if event.ONCE else _next_number(subject, at),
        actor=actor,
        audience=audience,
        realm=realm,
        at=at,
        cause=None if heard is None else heard.id,
        depth=depth,
        fields=print_fields(event),
    )
    return uid


def set_timer(name: str, subject: str, due_at: datetime, *, realm: int = 0) -> None:
    """Let a timer ring for this subject at an instant; one that is already set is moved."""
    _require_transaction()
    _check_subject(subject)
    check_code(name.replace(".", "-"))
    Timer.objects.bulk_create(
        [Timer(name=name, subject=subject, due_at=micros(due_at), realm=realm)],
        update_conflicts=True,
        unique_fields=["name", "subject"],
        update_fields=["due_at", "realm"],
    )


def cancel_timer(name: str, subject: str) -> None:
    """Let a timer not ring any more; where none is set, nothing happens."""
    _require_transaction()
    Timer.objects.filter(name=name, subject=subject).delete()


def try_again(delivery: int, *, now: datetime) -> None:
    """Let a parked delivery be tried from the start, and what waits behind it after it; raises WrongState."""
    _unpark(delivery, now, state=Delivery.WAITING)


def skip(delivery: int, *, now: datetime) -> None:
    """Give a parked delivery up, so that what waits behind it goes on; raises WrongState."""
    _unpark(delivery, now, state=Delivery.SKIPPED)


def _unpark(delivery: int, now: datetime, *, state: str) -> None:
    _require_transaction()
    row = Delivery.objects.select_for_update().filter(pk=delivery, state=Delivery.PARKED).first()
    if row is None:
        raise WrongState("It is parked no longer: somebody else decided, or a worker went on with it.")
    row.state, row.state_at, row.tries, row.next_at = state, micros(now), 0, micros(now)
    row.save(update_fields=["state", "state_at", "tries", "next_at"])
    release(row.handler, row.subject, now=now)


def release(handler: str, subject: str, *, now: datetime) -> None:
    """Let the deliveries go on that a worker put behind one which could not be made."""
    held = Delivery.objects.filter(handler=handler, subject=subject, state=Delivery.WAITING)
    held.filter(next_at__gt=micros(now)).update(next_at=micros(now))


def mend_clock(*, now: datetime) -> None:
    """Let nothing wait for a future that a clock which went back has moved away."""
    late = Delivery.objects.filter(state=Delivery.WAITING, next_at__gt=micros(now), next_at__lt=NEVER)
    late.update(next_at=micros(now))


def _next_number(subject: str, at: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [subject, at])
        return int(cursor.fetchone()[0])


def _check_subject(subject: str) -> None:
    if not SUBJECT.fullmatch(subject):
        message = f"{subject!r} is no subject: write a kind and an id, as case:17."
        raise ValueError(message)


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        message = "What happened is told, and timers are set, in the transaction of the fact."
        raise transaction.TransactionManagementError(message)
