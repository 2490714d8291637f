"""Codes put into sentences for people: why an object was refused or held.

A sentence says what to do about it and never whether something exists that its reader may not see.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mitra.core.policy.reshare import RESHARE_REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "already-shared": "You already share these very words with this audience.",
        "built-in": "TLP's own markings are part of every node; they are not shared.",
        "version-rewritten": "You shared this version with other content: give the change a later `modified`.",
        "not-your-name": "It names another member as its author: only that member shares it first.",
        "red-needs-persons": "TLP:RED goes to named persons: choose them, or a circle that names you and them.",
        "red-needs-a-person": "TLP:RED is shared by a person signed in on the web, not by a machine or a command.",
        "unknown-tlp": "It carries a TLP marking that TLP 1 and 2 do not know.",
        "unknown-circle": "There is no circle of this name that you are in.",
        "condition-too-long": "A condition has at most 500 characters.",
        "embargo-in-the-past": "The embargo ends in the past: choose a later hour, or none.",
        "marked-stricter": "It marks itself, by a label or in a part, with a stricter level than it would go out at.",
        "under-ended": "What this would rest on was withdrawn a moment ago.",
        **RESHARE_REASONS,
    }
)
"""Every code that the later steps of intake give; the steps that parse bring their own sentence."""

SAFEGUARDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "benign-value": "{value} is {what}: whoever blocks it cuts off people who did nothing.",
        "reference-upward": "It refers to {reference}, which fewer people may read than this.",
        "reference-tightened": "It refers to {reference}, which fewer people may read since: until you choose, "
        "it stays within your organisation.",
        "review": "It was found in a report by machine: look at it, then let it go.",
    }
)
"""What each safeguard says of an item that it holds, filled from the item's `why`."""


def reason(code: str) -> str:
    """Return the sentence for a code; a code without one is shown as itself."""
    return REASONS.get(code, code)


def held_because(safeguard: str, why: Mapping[str, str]) -> str:
    """Return the sentence for what a safeguard saw."""
    return SAFEGUARDS[safeguard].format_map(why)
