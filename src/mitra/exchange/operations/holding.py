"""Decide what a safeguard held: let it go, with a reason, or put it away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import Conflict, InvalidInput, NotFound, WrongState
from mitra.exchange.intake.authorise import authorise, seat_sender
from mitra.exchange.intake.keep import keep, read_terms, result_of
from mitra.exchange.intake.normalise import described
from mitra.exchange.models import HeldItem
from mitra.exchange.rules import HELD_STEPS, REASON_CHARACTERS, as_of, terms_of
from mitra.store.doors import store
from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Result


def release_held(actor: Actor, held_id: str | UUID, reason: str, *, now: datetime) -> Result:
    """Share a held item with the audience that it was meant for, and keep the reason.

    1. It is the actor's organisation's own, and still waits.
    2. Its audience is judged anew: circles may have been left, an embargo may have ended since.
    3. It is shared; only then is it decided, so that nothing is lost in between.

    Raises NotFound, WrongState, InvalidInput and NotPermitted.
    """
    actor.require(EXCHANGE_SHARE)
    row = _waiting(actor, held_id, "released")
    text = check_reason(reason)
    audience, pap, condition = read_terms(row.terms)
    audience = as_of(audience, now)
    sender = seat_sender(actor, terms_of(audience, pap, condition), store=store(), now=now)
    item = described(orjson.loads(bytes(row.raw)))
    item.path, item.line = row.path, row.line
    item.audience, item.pap, item.condition = audience, pap, condition
    going, refused = authorise([item], sender, sender.door.holdings([item]))
    if refused:
        raise InvalidInput(refused[0].reason, path=refused[0].path, rule=refused[0].rule)
    _, (end,) = keep(going, sender, store(), act="release")
    result = result_of(*end)
    if result.outcome is Outcome.REFUSED:
        raise InvalidInput(result.reason, path=result.path, rule=result.rule)
    _decide(row, "released", text, actor, now)
    return result


def discard_held(actor: Actor, held_id: str | UUID, reason: str, *, now: datetime) -> None:
    """Put a held item away unshared, with the reason; raises NotFound, WrongState, InvalidInput."""
    actor.require(EXCHANGE_SHARE)
    row = _waiting(actor, held_id, "discarded")
    _decide(row, "discarded", check_reason(reason), actor, now)


def check_reason(reason: str) -> str:
    """Return a reason without outer space; raises InvalidInput for none and for more than people read."""
    text = reason.strip()
    if not text:
        raise InvalidInput("Say in a few words why.", path="reason", rule="reason-missing")
    if len(text) > REASON_CHARACTERS:
        message = f"A reason has at most {REASON_CHARACTERS} characters."
        raise InvalidInput(message, path="reason", rule="reason-too-long")
    return text


def _waiting(actor: Actor, held_id: str | UUID, decision: str) -> HeldItem:
    try:
        key = held_id if isinstance(held_id, UUID) else UUID(held_id)
    except ValueError as garbage:
        raise NotFound from garbage
    row = HeldItem.objects.held_for(actor).filter(pk=key).first()
    if row is None:
        raise NotFound
    if decision not in HELD_STEPS.get(row.decision, frozenset()):
        raise WrongState("This was decided before.")
    return row


def _decide(row: HeldItem, decision: str, reason: str, actor: Actor, now: datetime) -> None:
    decided = HeldItem.objects.filter(pk=row.pk, decision="").update(
        decision=decision, reason=reason, decided_by=actor.person, decided_at=now
    )
    if not decided:
        raise Conflict("Somebody else decided this at the same moment; look again.")
