"""Change to whom a share of one's own goes: tighten it where nobody new reads, else share it once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from mitra.core.errors import InvalidInput, NotPermitted
from mitra.core.policy.facts import Decision
from mitra.exchange.intake.authorise import seat_sender
from mitra.exchange.intake.levels import Levels
from mitra.exchange.intake.mark import check_level
from mitra.exchange.intake.normalise import described
from mitra.exchange.intake.pipeline import Run
from mitra.exchange.operations.changing import own_share, tighten
from mitra.exchange.operations.sharing import only_result
from mitra.exchange.queries.further import Change, preview_change
from mitra.exchange.rules import as_of, audience_of
from mitra.store.doors import store

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Result, Terms


def readdress(actor: Actor, ref: str, terms: Terms, *, now: datetime, reason: str = "") -> str:
    """Make these the terms of a share of one's own, and return the ref under which it is found from now on.

    Stricter terms replace the share; wider ones stand beside it, because who read it before may read on.  Raises
    InvalidInput where nothing changes or a safeguard holds it, NotFound, NotPermitted.
    """
    change = preview_change(actor, ref, terms, now=now)
    if change is Change.SAME:
        raise InvalidInput("That is how it stands already.", path="tlp", rule="already-shared")
    if change is Change.WIDER:
        return widen(actor, ref, terms, now=now).ref
    share = own_share(actor, ref, store().visible_to(actor.viewer, now=now))
    tighten(actor, ref, terms, now=now, reason=reason)
    level = share.audience.tlp if terms.tlp is None else terms.tlp
    wanted = audience_of(terms, level, realm=actor.viewer.realm)
    shares = store().visible_to(actor.viewer, now=now).with_bytes_of(share)
    return next(each.ref for each in shares if each.by == actor.organisation and each.audience == wanted)


def widen(actor: Actor, ref: str, terms: Terms, *, now: datetime) -> Result:
    """Share the bytes of a share of one's own once more; raises InvalidInput with the reason where they are refused."""
    sender = seat_sender(actor, terms, store=store(), now=now)
    share = own_share(actor, ref, sender.door)
    if share.under is not None:
        decision = Decision.refuse("only-its-owner-shares-on")
        raise NotPermitted("You shared this on; only its owner widens it.", decision=decision)
    level = share.audience.tlp if terms.tlp is None else terms.tlp
    obj = orjson.loads(share.raw)
    check_level(obj, level)
    item = described(obj)
    item.audience = as_of(audience_of(terms, level, realm=actor.viewer.realm, named=sender.named), now)
    item.pap = share.pap if terms.pap is None else terms.pap
    item.condition = terms.condition or share.condition
    run = Run(sender, store(), Levels(level), keep=1)
    run.finish([item])
    result = only_result(run.report)
    if not result.ref:
        raise InvalidInput(f"It waits among what safeguards hold: {result.reason}", path="tlp", rule=result.rule)
    return result
