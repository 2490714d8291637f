"""Step 6: hold what would harm before it does: a benign value to be blocked, a reference that leaks upward.

What is held waits for its owner, who lets it go with a reason; nothing is lost and nobody else learns of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.core.policy.reshare import circles_inside, is_stricter
from mitra.exchange.intake.batch import Hold
from mitra.exchange.intake.benign import benign_values
from mitra.exchange.intake.keep import repeated
from mitra.exchange.rules import audience_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mitra.core.policy.facts import Audience
    from mitra.exchange.intake.batch import Item, Sender
    from mitra.exchange.intake.levels import Levels
    from mitra.store.facts import Holding


def hold_harmful(
    batch: Sequence[Item], sender: Sender, levels: Levels, readable: Mapping[bytes, Sequence[Holding]]
) -> None:
    """Put a hold on each item that a safeguard stops.

    What the sender already shares with the very same audience was let go before, or never held: it passes here.
    """
    asked: list[tuple[Item, list[str]]] = []
    for item in batch:
        shares = readable.get(item.digest)
        if item.repeats is None and (not shares or repeated(item, shares, sender) is None):
            asked.append((item, referred_to(item)))
        else:
            item.hold = None
    refs = {ref for _, leads_to in asked for ref in leads_to}
    loosest = sender.door.strictest_of(refs) if refs else {}
    inside = circles_inside(sender.circles.facts, sender.circles.community)
    for item, leads_to in asked:
        upward = _hold_upward(item, leads_to, sender, levels, loosest, inside) if leads_to else None
        item.hold = hold_benign(item) or upward or item.hold


def hold_benign(item: Item) -> Hold | None:
    """Return the hold on an indicator that would have a benign value blocked, or None."""
    harm = benign_values().harm_of(item.said.atoms, item.said.networks) if item.would_block else None
    if harm is None:
        return None
    return Hold("benign-value", {"value": harm.value, "list": harm.list, "what": harm.what})


def referred_to(item: Item) -> list[str]:
    """Return the ids that an object leads its reader to.

    Its author and its markings are left out: they say who speaks and how to handle it, and name nothing hidden.
    """
    creator, refs = item.created_by, item.refs
    if refs == (creator,):
        return []
    return [ref for ref in refs if ref != creator and not ref.startswith("marking-definition--")]


def _hold_upward(
    item: Item,
    leads_to: Sequence[str],
    sender: Sender,
    levels: Levels,
    loosest: Mapping[str, Audience],
    inside: frozenset[int],
) -> Hold | None:
    """Return the hold on an object that refers to one which fewer may read, or None (law 4).

    An end is known by what this file says of it and by the loosest share that the sender may read.  Each that reaches
    as far as the object itself settles it; an end that is not here, or not readable, says nothing.
    """
    for ref in leads_to:
        known: list[Audience] = []
        level = levels.level_of(ref)
        if level is not None:
            if level <= item.audience.tlp:
                continue
            known.append(audience_of(sender.terms, level, realm=item.audience.realm, named=sender.named))
        if ref in loosest:
            known.append(loosest[ref])
        if known and all(is_stricter(end, item.audience, now=sender.now, inside_community=inside) for end in known):
            return Hold("reference-upward", {"reference": ref})
    return None
