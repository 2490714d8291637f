"""The actor: who does something, for which organisation, and what it may do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.errors import NotPermitted

if TYPE_CHECKING:
    from mitra.core.policy.facts import Viewer

EXCHANGE_READ = "exchange:read"
EXCHANGE_SHARE = "exchange:share"
COMMUNITY_MANAGE = "community:manage"
SCOPES = (EXCHANGE_READ, EXCHANGE_SHARE, COMMUNITY_MANAGE)
ROOM_OF_SCOPE = {EXCHANGE_READ: "exchange", EXCHANGE_SHARE: "exchange", COMMUNITY_MANAGE: "community"}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a credential or the node's operator acting for one organisation.

    `viewer` is what this actor reads with; `scopes` what it may do.  An operator on the command line has every scope
    and no person.
    """

    viewer: Viewer
    organisation: int
    organisation_slug: str
    organisation_stix_id: str
    scopes: frozenset[str]
    person: int | None = None
    credential: int | None = None
    is_centre: bool = False

    def require(self, scope: str) -> None:
        """Raise NotPermitted unless the actor holds the scope."""
        if scope not in self.scopes:
            message = f"This needs the scope {scope}; ask your organisation's administrator for it."
            raise NotPermitted(message)
