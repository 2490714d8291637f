"""Say who would read what is shared with an audience: the policy asked for everyone in a community in turn.

There is no second copy of a rule here.  Each organisation is tried as a credential that holds the audience's room,
each person that a circle names is tried as itself, and `may_read` answers; so a preview agrees with the door.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mitra.core.policy.decide import AS_CLIENT, may_read
from mitra.core.policy.facts import PUBLIC, REAL_REALM, Sponsor, Viewer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Standing


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What policy asks about one organisation.  Its circles are those that it is in as a whole."""

    standing: Standing
    in_community: bool = False
    standing_circles: frozenset[int] = frozenset()
    working_circles: frozenset[int] = frozenset()
    sponsor: int | None = None
    opened: frozenset[int] = frozenset()
    """Circles that the sponsor opened to this organisation."""

    @property
    def circles(self) -> frozenset[int]:
        """All circles that the organisation as a whole is in."""
        return self.standing_circles | self.working_circles


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person whom circles name, itself or by its role; whoever no circle names reads as its organisation does."""

    organisation: int
    standing_circles: frozenset[int] = frozenset()
    working_circles: frozenset[int] = frozenset()
    rooms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Community:
    """Everyone on one node, in one realm, as far as policy asks.  Keys are row ids."""

    organisations: Mapping[int, OrganisationFacts]
    persons: Mapping[int, PersonFacts] = field(default_factory=dict)
    realm: int = REAL_REALM


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads: whole organisations (those that hold the room), clients among them apart, and single persons."""

    organisations: frozenset[int]
    """Those that read in their own right, the owner included."""
    clients: frozenset[int]
    """Those that read only through their sponsor."""
    persons: frozenset[int]
    """Those whom a circle names and whose organisation as a whole does not read."""
    is_public: bool


def readers(audience: Audience, share_by: int, community: Community, now: datetime) -> Readers:
    """Return who in the community reads this audience of a share by `share_by`, at `now`.

    Pass the end of an embargo as `now` to learn who will read then.
    """
    direct: set[int] = set()
    clients: set[int] = set()
    for organisation in community.organisations:
        viewer = viewer_of_organisation(organisation, community, audience.room)
        decision = may_read(viewer, share_by, audience, now=now)
        if decision.allowed:
            (clients if decision.reason in AS_CLIENT else direct).add(organisation)
    persons = {
        person
        for person, facts in community.persons.items()
        if facts.organisation not in direct
        and facts.organisation not in clients
        and may_read(viewer_of_person(person, community), share_by, audience, now=now).allowed
    }
    is_public = may_read(PUBLIC, share_by, audience, now=now).allowed
    return Readers(frozenset(direct), frozenset(clients), frozenset(persons), is_public)


def viewer_of_organisation(organisation: int, community: Community, *rooms: str) -> Viewer:
    """Return the viewer that a credential of the organisation, holding these rooms, reads as."""
    facts = community.organisations[organisation]
    return Viewer(
        organisation=organisation,
        standing=facts.standing,
        in_community=facts.in_community,
        standing_circles=facts.standing_circles,
        working_circles=facts.working_circles,
        rooms=frozenset(rooms),
        is_machine=True,
        realm=community.realm,
        sponsor=_sponsor_of(facts, community),
    )


def viewer_of_person(person: int, community: Community) -> Viewer:
    """Return the viewer that a person, signed in on the web, reads as."""
    facts = community.persons[person]
    organisation = community.organisations[facts.organisation]
    return Viewer(
        organisation=facts.organisation,
        standing=organisation.standing,
        in_community=organisation.in_community,
        standing_circles=organisation.standing_circles | facts.standing_circles,
        working_circles=organisation.working_circles | facts.working_circles,
        person=person,
        person_circles=facts.standing_circles | facts.working_circles,
        rooms=facts.rooms,
        realm=community.realm,
        sponsor=_sponsor_of(organisation, community),
    )


def _sponsor_of(facts: OrganisationFacts, community: Community) -> Sponsor | None:
    if facts.sponsor is None:
        return None
    sponsor = community.organisations[facts.sponsor]
    return Sponsor(facts.sponsor, sponsor.standing, sponsor.in_community, sponsor.circles, facts.opened)
