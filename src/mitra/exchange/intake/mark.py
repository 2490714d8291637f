"""Step 5: give each object its level, and with the terms its audience: the strictest of all that was said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Pap
from mitra.core.policy.reshare import effective_tlp, strictest
from mitra.core.stix.markings import PAP_LEVELS, other_markings, own_pap, tlp_of_definition
from mitra.exchange import words
from mitra.exchange.intake.batch import Aimed
from mitra.exchange.intake.levels import Levels
from mitra.exchange.rules import audience_of

if TYPE_CHECKING:
    from mitra.core.policy.facts import Tlp
    from mitra.exchange.intake.batch import Item, Sender, Stix

PAP_OF_LABEL: Final = {label: Pap(at) for at, label in enumerate(PAP_LEVELS)}


def aim(item: Item, sender: Sender, levels: Levels) -> Aimed:
    """Return the item with its audience; raises InvalidInput for a TLP or PAP that names no level."""
    tlp_of_definition(item.obj)
    unknown = levels.unknown.intersection(other_markings(item.obj)) if levels.unknown else ()
    if unknown:
        message = f"It is marked with {min(unknown)}, which says a TLP level that does not exist."
        raise InvalidInput(message, path="/object_marking_refs", rule="unknown-tlp")
    own, granular = levels.marked(item.obj)
    level = effective_tlp(sender.terms.tlp, own, granular, levels.of_container(item.obj) if own is None else None)
    audience = audience_of(sender.terms, level, realm=sender.actor.viewer.realm, named=sender.named)
    return Aimed(item, audience, pap_of(item, sender), sender.terms.condition)


def check_level(obj: Stix, level: Tlp) -> None:
    """Raise InvalidInput where an object itself, or a part of it, says a stricter level than it would go out at."""
    own, granular = Levels(None).marked(obj)
    stated = strictest(own, *granular)
    if stated is not None and stated > level:
        raise InvalidInput(words.reason("marked-stricter"), rule="marked-stricter")


def pap_of(item: Item, sender: Sender) -> Pap | None:
    """Return the stricter of the object's PAP label and the level given with the share."""
    label = own_pap(item.obj)
    own = None if label is None else PAP_OF_LABEL[label]
    stated = [pap for pap in (own, sender.terms.pap) if pap is not None]
    return max(stated, default=None)
