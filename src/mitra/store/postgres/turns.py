"""Start a transaction again when two have met: nothing of it was acknowledged, and the other one is through by then."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import psycopg.errors
from django.db import IntegrityError, OperationalError, transaction

from mitra.core.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES = 20
"""Each time somebody else's transaction came through, so many in a row say that something else is wrong."""
MEETINGS = frozenset({"record_id_n"})
"""Keys that two may bring at once."""

T = TypeVar("T")


class MetAnother(Exception):
    """What this transaction built on went while it was looking; it starts again."""


def take_turns(alias: str, work: Callable[[], T]) -> T:
    """Do the work in a durable transaction of its own, again while it meets another; raises Unavailable in the end."""
    for _ in range(TIMES):
        try:
            with transaction.atomic(using=alias, durable=True):
                return work()
        except MetAnother:
            continue
        except (IntegrityError, OperationalError) as error:
            if not _has_met(error.__cause__):
                raise
    message = "Others write the same things at the same moment: try again."
    raise Unavailable(message)


def _has_met(cause: BaseException | None) -> bool:
    if isinstance(cause, psycopg.errors.UniqueViolation):
        return cause.diag.constraint_name in MEETINGS
    return isinstance(cause, psycopg.errors.DeadlockDetected)
