"""What sharing decides for itself: to whom terms lead, and which steps a held item may take.  Pure; no database."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mitra.core.policy.facts import Audience, Tlp
from mitra.exchange.facts import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.core.policy.facts import Pap, Viewer

REASON_CHARACTERS: Final = 2_000
"""The longest reason that a person gives for a release, a withdrawal or a tightening."""

CONDITION_CHARACTERS: Final = 500

SHIPPED_AUTHORS: Final = frozenset({"identity--c78cb6e5-0c4b-4611-8297-d1b8b55e40b5"})
"""Authors whose objects a maintained package ships, here MITRE's of ATT&CK: shared by the centre, theirs come first."""

HELD_STEPS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({"": frozenset({"released", "discarded"})})
"""From which decision of a held item which other one may follow: none twice."""


def audience_of(terms: Terms, tlp: Tlp, *, realm: int, named: int | None = None) -> Audience:
    """Return to whom an object at its effective level goes under these terms.

    `named` is the nameless circle of the persons chosen for this share.  What an inbox receives above GREEN stays
    within the sender's own organisation.
    """
    if terms.is_inbox:
        level = tlp if tlp <= Tlp.GREEN else max(tlp, Tlp.AMBER_STRICT)
        return Audience(level, room=terms.room, realm=realm, embargo_until=terms.embargo_until)
    circles = terms.circles if named is None else terms.circles | {named}
    return Audience(tlp, circles, terms.room, realm, terms.embargo_until)


def as_of(audience: Audience, now: datetime) -> Audience:
    """Return the audience without an embargo that has ended."""
    is_over = audience.embargo_until is not None and audience.embargo_until <= now
    return replace(audience, embargo_until=None) if is_over else audience


def terms_of(audience: Audience, pap: Pap | None, condition: str) -> Terms:
    """Return the terms that lead to an audience once more."""
    return Terms(
        tlp=audience.tlp,
        circles=audience.circles,
        pap=pap,
        condition=condition,
        embargo_until=audience.embargo_until,
        room=audience.room,
    )


def names_persons(terms: Terms, viewer: Viewer) -> bool:
    """Return whether these terms name persons: chosen ones, or a circle that names the author itself."""
    return bool(terms.persons) or not terms.circles.isdisjoint(viewer.person_circles)


def circles_of(viewer: Viewer) -> frozenset[int]:
    """Return all circles that the viewer sits in; sharing goes to no other."""
    return viewer.standing_circles | viewer.working_circles | viewer.person_circles
