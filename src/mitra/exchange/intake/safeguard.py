"""Step 6: hold what would harm before it does: a benign value to be blocked, a reference that leaks upward.

What is held waits for its owner, who lets it go with a reason; nothing is lost and nobody else learns of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mitra.core.policy.reshare import circles_inside, is_stricter
from mitra.exchange.intake.batch import Hold
from mitra.exchange.intake.benign import benign_values
from mitra.exchange.rules import audience_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mitra.core.policy.facts import Audience
    from mitra.exchange.intake.batch import Aimed, Item, Sender
    from mitra.exchange.intake.levels import Levels
    from mitra.store.facts import Share


def hold_harmful(
    batch: Sequence[Aimed], sender: Sender, levels: Levels, readable: Mapping[bytes, Sequence[Share]]
) -> list[Aimed]:
    """Return the batch with a hold on each item that a safeguard stops.

    What the sender already shares with the very same audience was let go before, or never held: it passes here, and
    the store finds the duplicate.
    """
    loosest = _loosest_readable(batch, sender)
    inside = circles_inside(sender.circles.facts, sender.circles.community)
    checked: list[Aimed] = []
    for aimed in batch:
        if _is_out_already(aimed, sender, readable):
            checked.append(replace(aimed, hold=None))
        else:
            upward = _hold_upward(aimed, sender, levels, loosest, inside)
            hold = hold_benign(aimed.item) or upward or aimed.hold
            checked.append(aimed if hold is None else replace(aimed, hold=hold))
    return checked


def hold_benign(item: Item) -> Hold | None:
    """Return the hold on an indicator that would have a benign value blocked, or None."""
    if item.record.type != "indicator" or item.obj.get("revoked") is True:
        return None
    kinds = item.obj.get("indicator_types")
    if isinstance(kinds, list) and "benign" in kinds:
        return None
    harm = benign_values().harm_of(item.record.atoms, item.record.networks)
    if harm is None:
        return None
    return Hold("benign-value", {"value": harm.value, "list": harm.list, "what": harm.what})


def referred_to(item: Item) -> list[str]:
    """Return the ids that an object leads its reader to.

    Its author and its markings are left out: they say who speaks and how to handle it, and name nothing hidden.
    """
    creator = item.record.created_by
    return [ref for ref in item.record.refs if ref != creator and not ref.startswith("marking-definition--")]


def _hold_upward(
    aimed: Aimed, sender: Sender, levels: Levels, loosest: Mapping[str, Audience], inside: frozenset[int]
) -> Hold | None:
    """Return the hold on an object that refers to one which fewer may read, or None (law 4).

    An end is known by what this file says of it and by the loosest share that the sender may read.  Each that reaches
    as far as the object itself settles it; an end that is not here, or not readable, says nothing.
    """
    for ref in referred_to(aimed.item):
        known: list[Audience] = []
        level = levels.level_of(ref)
        if level is not None:
            if level <= aimed.audience.tlp:
                continue
            known.append(audience_of(sender.terms, level, realm=aimed.audience.realm, named=sender.named))
        if ref in loosest:
            known.append(loosest[ref])
        if known and all(is_stricter(end, aimed.audience, now=sender.now, inside_community=inside) for end in known):
            return Hold("reference-upward", {"reference": ref})
    return None


def _loosest_readable(batch: Sequence[Aimed], sender: Sender) -> Mapping[str, Audience]:
    refs = {ref for aimed in batch for ref in referred_to(aimed.item)}
    return sender.door.strictest_of(refs) if refs else {}


def _is_out_already(aimed: Aimed, sender: Sender, readable: Mapping[bytes, Sequence[Share]]) -> bool:
    shares = readable.get(aimed.item.record.digest, ())
    return any(share.by == sender.actor.organisation and share.audience == aimed.audience for share in shares)
