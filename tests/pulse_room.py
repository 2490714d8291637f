"""A room for tests of pulse: two events, and reactions that a test puts in and that go with it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from mitra.pulse import operations, reactions
from mitra.pulse.facts import Event


class Severity(StrEnum):
    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    NAME = "tests.case-opened"

    case: int
    severity: Severity | None = None
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SharesCounted(Event):
    NAME = "tests.shares-counted"
    ONCE = True

    act: int
    first: int
    last: int


@contextmanager
def reacting(**calls):
    """Let functions hear `CaseOpened` under the names `tests.<keyword>`, for as long as this lasts."""
    with kept_registry():
        for name, call in calls.items():
            reactions.on(CaseOpened, name=f"tests.{name.replace('_', '-')}")(call)
        yield


@contextmanager
def kept_registry():
    """Forget afterwards what is registered inside."""
    registries = (reactions._hearings, reactions._rings, reactions._jobs)
    before = [dict(registry) for registry in registries]
    try:
        yield
    finally:
        for registry, kept in zip(registries, before, strict=True):
            registry.clear()
            registry.update(kept)


def does_nothing(*_heard, now):
    """Hear whatever comes."""


def tell(case, *, now, event=None, actor=1):
    """Tell in a transaction of its own that a case was opened."""
    with transaction.atomic():
        return operations.emit(event or CaseOpened(case), subject=f"case:{case}", actor=actor, now=now)


def states():
    """The deliveries: (handler, subject, number, state)."""
    from mitra.pulse.models import Delivery

    rows = Delivery.objects.order_by("id").values_list("handler", "subject", "nr", "state")
    return [(handler.removeprefix("tests."), subject, nr, state) for handler, subject, nr, state in rows]
