"""Decide how far a thing may travel on: re-shares, inherited terms, markings that meet, references, and use.

Originator control in one sentence: only the owner widens an audience.  So everything here is conservative: where the
facts do not show that nobody new would read, the answer is no.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mitra.core.policy.facts import Decision, Pap, Tlp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mitra.core.policy.facts import Audience

RESHARE_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clear-goes-anywhere": "It is TLP:CLEAR, which may be shared on to anyone.",
        "green-within-the-community": "It is TLP:GREEN, which may be shared on within the community.",
        "another-realm": "It belongs to another realm: an exercise and the real world do not touch.",
        "another-room": "It was shared in another room; only its owner moves it.",
        "embargo-not-kept": "It is under embargo, and a re-share keeps that embargo at least.",
        "only-its-owner-shares-on": "Only its owner may share it further.",
        "wider-than-green": "It is TLP:GREEN, so nobody but its owner may make it TLP:CLEAR.",
        "green-not-to-persons": "It is TLP:GREEN, which is shared on to the community and its circles, not at TLP:RED.",
        "not-of-the-community": "It is TLP:GREEN, which only members of the community share on.",
        "beyond-the-community": "It is TLP:GREEN, and not all members of these circles belong to the community.",
    }
)
"""Every code that `may_reshare` gives, with the sentence that its sender reads."""

USE_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "pap-allows": "Its Permissible Actions Protocol level allows this use.",
        "pap-unstated": "Its owner stated no Permissible Actions Protocol level, which allows detecting and blocking.",
        "pap-forbids": "Its Permissible Actions Protocol level does not allow this use.",
        "condition": "Its owner set a condition, which must be met before it enters anything generated.",
    }
)
"""Every code that `may_be_used_for` gives."""


# ── Re-shares (law 5)


@dataclass(frozen=True, slots=True)
class CircleFacts:
    """What a re-share asks about a circle.  Members are organisations, those of named persons and roles too."""

    is_standing: bool
    members: frozenset[int]


def may_reshare(
    under: Audience,
    to: Audience,
    circles: Mapping[int, CircleFacts],
    community: frozenset[int],
    *,
    by: int,
    now: datetime,
) -> Decision:
    """Return whether `by`, which is not the owner, may share what it reads by `under` on to the audience `to`.

    `circles` describes the circles of `to` (one that is missing counts as beyond the community), `community` the
    organisations that GREEN reaches.  Ask again when a circle grows.
    """
    if under.realm != to.realm:
        return Decision.refuse("another-realm")
    if not keeps_embargo(to, under, now=now):
        return Decision.refuse("embargo-not-kept")
    if under.tlp is Tlp.CLEAR:
        return Decision.allow("clear-goes-anywhere")
    if under.tlp is not Tlp.GREEN:
        return Decision.refuse("only-its-owner-shares-on")
    if by not in community:
        # Its own people and clients would read the re-share as the owner's do: perhaps more than read the original.
        return Decision.refuse("not-of-the-community")
    return _may_reshare_green(under, to, circles_inside(circles, community))


def _may_reshare_green(under: Audience, to: Audience, inside: frozenset[int]) -> Decision:
    if under.room != to.room:
        return Decision.refuse("another-room")
    if to.tlp is Tlp.CLEAR:
        return Decision.refuse("wider-than-green")
    if to.tlp is Tlp.RED:
        return Decision.refuse("green-not-to-persons")
    if not to.circles <= inside:
        return Decision.refuse("beyond-the-community")
    return Decision.allow("green-within-the-community")


def circles_inside(circles: Mapping[int, CircleFacts], community: frozenset[int]) -> frozenset[int]:
    """Return the standing circles whose members all belong to the community."""
    return frozenset(key for key, circle in circles.items() if circle.is_standing and circle.members <= community)


def keeps_embargo(later: Audience, earlier: Audience, *, now: datetime) -> bool:
    """Return whether the later audience opens no sooner than the earlier one, or the earlier one is open already."""
    if earlier.embargo_until is None or now >= earlier.embargo_until:
        return True
    return later.embargo_until is not None and later.embargo_until >= earlier.embargo_until


@dataclass(frozen=True, slots=True)
class Terms:
    """What a share asks of those who use it."""

    pap: Pap | None = None
    condition: str = ""


def inherit(pap: Pap | None, condition: str, own_pap: Pap | None, own_condition: str) -> Terms:
    """Return the terms of a re-share: the stricter PAP, and both conditions, the original's first, one a line."""
    stated = [level for level in (pap, own_pap) if level is not None]
    conditions = dict.fromkeys(text for text in (condition, own_condition) if text)
    return Terms(max(stated, default=None), "\n".join(conditions))


# ── Markings that meet


def strictest(*levels: Tlp | None) -> Tlp | None:
    """Return the strictest level of those that are stated; None if none is."""
    return max((level for level in levels if level is not None), default=None)


def effective_tlp(given: Tlp | None, own: Tlp | None, granular: Iterable[Tlp], container: Tlp | None) -> Tlp:
    """Return the level at which an object is shared: the strictest of all that was said about it.

    `given` comes with the share, `own` is the object's marking, `granular` those inside it.  `container` counts only
    for an object without a marking of its own; pass None for identities, markings and ATT&CK ids.  Where nothing was
    said about the whole object it is AMBER+STRICT, and the caller keeps it to its owner's own organisation.
    """
    whole = strictest(given, own, container if own is None else None)
    return max((Tlp.AMBER_STRICT if whole is None else whole, *granular))


# ── References upward (law 4)


def is_stricter(
    one: Audience, other: Audience, *, now: datetime, inside_community: frozenset[int] = frozenset()
) -> bool:
    """Return whether `other` may reach anyone whom `one` does not: then `other`'s record must not refer to `one`'s."""
    return not reaches_no_further(other, one, now=now, inside_community=inside_community)


def reaches_no_further(
    one: Audience, other: Audience, *, now: datetime, inside_community: frozenset[int] = frozenset()
) -> bool:
    """Return whether everyone who reads `one`, now or later, reads `other` too, as far as the audiences show it.

    The owners' own people and clients are left aside, as they are no part of an audience.  `inside_community` names
    the circles known to lie within the community (`circles_inside`): what is shared there may refer to GREEN.
    """
    if one.realm != other.realm or not keeps_embargo(one, other, now=now):
        return False
    if other.tlp is Tlp.CLEAR:
        return True
    if one.room != other.room or one.tlp < other.tlp:
        return False
    within = other.circles | inside_community if other.tlp is Tlp.GREEN else other.circles
    return one.circles <= within


# ── Use (law 6)


class Use(StrEnum):
    """What a reader wants to do with a record; a generated artefact is always one of these."""

    DETECT = "detect"
    """Passive detection: nothing that the adversary could notice."""
    BLOCK = "block"
    """Active detection and blocking at one's own border."""
    ANY = "any"
    """Anything, beyond one's own border too."""


STRICTEST_FOR: Final[Mapping[Use, Pap]] = MappingProxyType(
    {Use.DETECT: Pap.AMBER, Use.BLOCK: Pap.GREEN, Use.ANY: Pap.CLEAR}
)
"""The strictest PAP level that still allows a use; PAP:RED allows none."""


def may_be_used_for(pap: Pap | None, use: Use, condition: str = "") -> Decision:
    """Return whether a record with these terms may enter what is generated for this use; reading is not asked here.

    Where no level is stated it counts as PAP:GREEN.
    """
    if condition:
        return Decision.refuse("condition")
    if (Pap.GREEN if pap is None else pap) > STRICTEST_FOR[use]:
        return Decision.refuse("pap-forbids")
    return Decision.allow("pap-unstated" if pap is None else "pap-allows")
