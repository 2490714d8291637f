"""Who sees the node's own page, and who decides there: people of the centre, who answer for the node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.core.errors import NotPermitted
from mitra.core.policy.facts import REAL_REALM

if TYPE_CHECKING:
    from mitra.community.facts import Actor

TENDS, SEES = frozenset({"administrator"}), frozenset({"administrator", "auditor"})


def may_see_node(actor: Actor) -> bool:
    """Return whether the actor is shown how the node stands."""
    return is_of_centre(actor) and not SEES.isdisjoint(actor.roles)


def may_tend_node(actor: Actor) -> bool:
    """Return whether the actor decides about what waits there."""
    return is_of_centre(actor) and not TENDS.isdisjoint(actor.roles)


def is_of_centre(actor: Actor) -> bool:
    """Return whether a person acts for the centre, and not in an exercise."""
    return actor.is_centre and actor.viewer.realm == REAL_REALM and actor.person is not None


def require_sight_of_node(actor: Actor) -> None:
    """Raise NotPermitted unless the actor is shown how the node stands."""
    if not may_see_node(actor):
        raise NotPermitted("The centre's administrators and auditors look after the node; ask them.")


def require_care_of_node(actor: Actor) -> None:
    """Raise NotPermitted unless the actor decides about what waits there."""
    if not may_tend_node(actor):
        raise NotPermitted("The centre's administrators decide this; tell them what you see.")
