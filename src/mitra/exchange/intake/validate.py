"""Step 5: refuse what is not STIX 2.1, in a sentence with its place; what is merely unusual passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput
from mitra.core.stix.pattern import MAX_CHARACTERS
from mitra.exchange.intake.schemas import stix_validator
from mitra.store.things.kinds import is_thing

if TYPE_CHECKING:
    from mitra.core.stix.shape import Shape
    from mitra.exchange.intake.batch import Stix


def check(obj: Stix, shape: Shape | None = None) -> None:
    """Raise InvalidInput with the first problem of an object, its path within the object."""
    if is_thing(str(obj.get("type"))):
        message = "Objects of this type are written in their own room of this node, and come by no other door."
        raise InvalidInput(message, path="/type", rule="thing-of-a-room")
    stix_validator().check(obj, shape)
    if obj["type"] == "indicator" and obj["pattern_type"] != "stix" and len(obj["pattern"]) > MAX_CHARACTERS:
        message = f"A pattern has at most {MAX_CHARACTERS} characters."
        raise InvalidInput(message, path="/pattern", rule="pattern-too-long")
