"""The collections that one credential meets: `all`, `inbox`, and one for each circle its organisation is in.

* `all`    everything that this credential may read;
* `inbox`  takes objects: GREEN and CLEAR as marked, all else to one's own organisation only;
* a circle reads what names it, and takes objects for it: unmarked ones at AMBER+STRICT.

A collection answers to its alias and to its id, a UUID derived from the alias: so it is the same on every visit.  Which
circles there are beside one's own cannot be asked: unknown and foreign are one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE
from mitra.core.errors import NotFound
from mitra.exchange.facts import Terms
from mitra.exchange.taxii.media import STIX
from mitra.store.facts import Filter

if TYPE_CHECKING:
    from mitra.community.facts import Actor, CircleFacts

NAMESPACE = UUID("6f0f2a5e-51c6-4d6e-9f0b-7a0c6c1f3d52")

NO_FILTER = Filter()
AS_MARKED = Terms()


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection as this credential meets it."""

    alias: str
    title: str
    description: str
    can_read: bool
    can_write: bool
    only: Filter = NO_FILTER
    terms: Terms = AS_MARKED

    @property
    def id(self) -> str:
        """The UUID that the collection's URL carries."""
        return str(uuid5(NAMESPACE, self.alias))

    def as_resource(self) -> dict[str, object]:
        """Return the collection resource (5.2.1)."""
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "alias": self.alias,
            "can_read": self.can_read,
            "can_write": self.can_write,
            "media_types": [STIX],
        }


def list_collections(actor: Actor) -> tuple[Collection, ...]:
    """Return all collections of a credential, the general ones first, circles by name."""
    circles = (of_circle(actor, circle) for circle in community.list_circles(actor))
    return (everything(actor), inbox(actor), *circles)


def find_collection(actor: Actor, name: str) -> Collection:
    """Return the collection under an alias or id; raises NotFound."""
    for general in (everything(actor), inbox(actor)):
        if name in {general.alias, general.id}:
            return general
    for collection in list_collections(actor):
        if name in {collection.alias, collection.id}:
            return collection
    raise NotFound


def everything(actor: Actor) -> Collection:
    """Return the collection of all that this credential may read."""
    return Collection(
        alias="all",
        title=_("All that you may read"),
        description=_("Every record shared with your organisation, and its own, as this credential may read them."),
        can_read=EXCHANGE_READ in actor.scopes,
        can_write=False,
    )


def inbox(actor: Actor) -> Collection:
    """Return the collection that takes what is not meant for one circle."""
    return Collection(
        alias="inbox",
        title=_("Inbox"),
        description=_("Takes objects. GREEN and CLEAR reach whom their marking says; all else stays with you."),
        can_read=False,
        can_write=EXCHANGE_SHARE in actor.scopes,
        terms=Terms(is_inbox=True),
    )


def of_circle(actor: Actor, circle: CircleFacts) -> Collection:
    """Return the collection of one circle that the organisation is in."""
    return Collection(
        alias=circle.slug,
        title=circle.name,
        description=circle.purpose or _("What is shared with this circle."),
        can_read=EXCHANGE_READ in actor.scopes,
        can_write=EXCHANGE_SHARE in actor.scopes,
        only=Filter(circles=frozenset({circle.id})),
        terms=Terms(circles=frozenset({circle.id})),
    )
