"""Examine everything at rest, the store and the log, while the node is in use."""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING

from mitra.ledger.inspection import inspect_ledger, part_of
from mitra.store.files import keeping
from mitra.store.inspection import Inspection, inspect_store
from mitra.store.planted import inspect_act_trees
from mitra.store.things.agreeing import disagreements, settle_all
from mitra.upkeep.databases import one_moment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

log = logging.getLogger("mitra.upkeep")


def examine() -> Inspection:
    """Return what was looked at, and what does not agree with the rest."""

    def look() -> Inspection:
        found = inspect_store()
        inspect_act_trees(found)
        for sentence in chain(disagreements(), keeping.examine()):
            found.fault(sentence)
        inspect_ledger(found)
        return found

    return _twice(look)


def mend_rows() -> int:
    """Make each row of a room again that does not say what its record says; return how many there were."""
    return settle_all()


def examine_part(*, now: datetime) -> None:
    """Look at a thirtieth of the log, and tell the operator what does not agree."""

    def look() -> Inspection:
        found = Inspection()
        inspect_ledger(found, part=part_of(now))
        return found

    for fault in _twice(look).faults:
        log.critical("The ledger: %s.", fault)


def _twice(look: Callable[[], Inspection]) -> Inspection:
    """Look, and again where something does not agree: the log's files move on while the database is read."""
    with one_moment():
        found = look()
    if found.faults:
        with one_moment():
            again = look()
        found.faults = [fault for fault in again.faults if fault in found.faults]
    return found
