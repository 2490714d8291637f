"""Step 4: give each object its level, and with the terms its audience: the strictest of all that was said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Pap
from mitra.core.policy.reshare import effective_tlp, strictest
from mitra.core.stix.markings import PAP_LEVELS, other_markings, own_pap, tlp_of_definition
from mitra.exchange import words
from mitra.exchange.intake.levels import Levels
from mitra.exchange.rules import audience_of

if TYPE_CHECKING:
    from mitra.core.policy.facts import Audience, Tlp
    from mitra.exchange.intake.batch import Item, Sender, Stix

REMEMBERED: Final = 1_000
LARGE_BYTES: Final = 16_384
"""Of larger objects nothing is remembered."""

Said = tuple["Tlp | None", "tuple[Tlp, ...]", "Pap | None"]
"""An object's own level, those of its parts, and the stricter of its PAP and the share's."""

PAP_OF_LABEL: Final = {label: Pap(at) for at, label in enumerate(PAP_LEVELS)}


class Aim:
    """Gives the objects of one input their audiences; each audience is made once.

    Feeds mark nearly all their objects alike, so what a pair of lists says, markings and labels, is remembered.
    """

    def __init__(self, sender: Sender, levels: Levels) -> None:
        self._terms, self._levels = sender.terms, levels
        self._realm, self._named = sender.actor.viewer.realm, sender.named
        self._audiences: dict[tuple[Tlp | None, tuple[Tlp, ...], Tlp | None], Audience] = {}
        self._said: dict[tuple[tuple[object, ...], tuple[object, ...]], Said] = {}

    def take(self, item: Item, obj: Stix) -> None:
        """Give an item its audience; raises InvalidInput for a TLP or PAP that names no level."""
        levels = self._levels
        tlp_of_definition(obj)
        unknown = levels.unknown.intersection(other_markings(obj)) if levels.unknown else ()
        if unknown:
            message = f"It is marked with {min(unknown)}, which says a TLP level that does not exist."
            raise InvalidInput(message, path="/object_marking_refs", rule="unknown-tlp")
        own, granular, item.pap = self._said_by(obj) if len(item.raw) <= LARGE_BYTES else self._look(obj)
        said = (own, granular, levels.of_container(obj) if own is None else None)
        audience = self._audiences.get(said)
        if audience is None:
            audience = self._audiences[said] = self._audience_at(effective_tlp(self._terms.tlp, *said))
        item.audience = audience
        item.condition = self._terms.condition

    def _said_by(self, obj: Stix) -> Said:
        markings, labels = obj.get("object_marking_refs", []), obj.get("labels", [])
        if "granular_markings" in obj or not isinstance(markings, list) or not isinstance(labels, list):
            return self._look(obj)
        key = (tuple(markings), tuple(labels))
        try:
            found = self._said.get(key)
        except TypeError:  # something in a list is no text
            return self._look(obj)
        if found is None:
            found = self._look(obj)
            if len(self._said) < REMEMBERED:
                self._said[key] = found
        return found

    def _look(self, obj: Stix) -> Said:
        return *self._levels.marked(obj), stricter_pap(own_pap(obj), self._terms.pap)

    def _audience_at(self, level: Tlp) -> Audience:
        return audience_of(self._terms, level, realm=self._realm, named=self._named)


def stricter_pap(label: str | None, given: Pap | None) -> Pap | None:
    """Return the stricter of an object's PAP label and the level given with the share."""
    if label is None:
        return given
    own = PAP_OF_LABEL[label]
    return own if given is None else max(own, given)


def check_level(obj: Stix, level: Tlp) -> None:
    """Raise InvalidInput where an object itself, or a part of it, says a stricter level than it would go out at."""
    own, granular = Levels(None).marked(obj)
    stated = strictest(own, *granular)
    if stated is not None and stated > level:
        raise InvalidInput(words.reason("marked-stricter"), rule="marked-stricter")
