"""Decide about what the worker parked: a step of the node's own operator, kept in the log with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from mitra.home.rules import require_care_of_node
from mitra.ledger.operations import write_act
from mitra.pulse import operations as pulse
from mitra.pulse import queries

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor


def try_delivery_again(actor: Actor, delivery: int, reason: str, *, now: datetime) -> None:
    """Let a parked delivery be tried from the start; raises NotPermitted, NotFound, WrongState."""
    require_care_of_node(actor)
    with transaction.atomic():
        facts = _facts(delivery, reason)
        pulse.try_again(delivery, now=now)
        write_act("home.delivery-tried-again", actor.organisation, facts, now=now)


def skip_delivery(actor: Actor, delivery: int, reason: str, *, now: datetime) -> None:
    """Give a parked delivery up for good; raises NotPermitted, NotFound, WrongState."""
    require_care_of_node(actor)
    with transaction.atomic():
        facts = _facts(delivery, reason)
        pulse.skip(delivery, now=now)
        write_act("home.delivery-skipped", actor.organisation, facts, now=now)


def _facts(delivery: int, reason: str) -> dict[str, object]:
    found = queries.get_parked(delivery)
    return {"delivery": delivery, "handler": found.handler, "reason": reason, "subject": found.subject}
