"""The slow, obvious oracle of the release policy: DESIGN's table as sets of people, one sentence a line.

It knows a whole world — organisations, circles, people with roles, credentials — and answers one question: *who, of
everyone in it, reads this share?*  It shares no code with `mitra.core.policy.decide`; `viewer_of` and `community_of`
are the only bridge between the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mitra.core.policy.facts import Audience, Sponsor, Standing, Tlp, Viewer
from mitra.core.policy.reach import Community, OrganisationFacts, PersonFacts
from mitra.core.policy.reshare import CircleFacts

if TYPE_CHECKING:
    from datetime import datetime

ROOMS_OF_ROLE = {"analyst": {"exchange"}, "legal": {"law"}, "duty-officer": {"exchange", "law"}, "trainer": set()}


@dataclass(frozen=True)
class Organisation:
    standing: Standing
    is_guest: bool = False  # of a kind that the centre's rule leaves out of the community
    sponsor: int | None = None
    opened: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Circle:
    is_standing: bool
    organisations: frozenset[int] = frozenset()
    roles: frozenset[tuple[int, str]] = frozenset()
    persons: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Asker:
    """The public, a person, or a credential."""

    name: str
    organisation: int | None = None
    person: int | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    realm: int = 0

    @property
    def rooms(self) -> set[str]:
        return set(self.scopes).union(*(ROOMS_OF_ROLE[role] for role in self.roles))


@dataclass(frozen=True)
class World:
    organisations: dict[int, Organisation]
    circles: dict[int, Circle]
    askers: tuple[Asker, ...] = field(default=())


# ── The prose


def who_reads(world: World, by: int, audience: Audience, now: datetime) -> set[Asker]:
    everyone = {asker for asker in world.askers if asker.realm == audience.realm}
    owners = everyone & owners_people(world, by, audience)
    is_embargoed = audience.embargo_until is not None and audience.embargo_until > now
    if is_embargoed:
        return owners
    if audience.tlp == Tlp.CLEAR:
        return everyone
    in_good_standing = {
        asker
        for asker in everyone
        if asker.organisation is not None
        and world.organisations[asker.organisation].standing not in {Standing.SUSPENDED, Standing.LEFT}
    }
    with_the_room = {asker for asker in in_good_standing if audience.room in asker.rooms}
    return owners | (with_the_room & reached(world, by, audience))


def owners_people(world: World, by: int, audience: Audience) -> set[Asker]:
    ours = {asker for asker in world.askers if asker.organisation == by and audience.room in asker.rooms}
    if audience.tlp != Tlp.RED:
        return ours
    named: set[Asker] = set()
    for circle in audience.circles:
        named |= named_by(world, circle)
    return ours & named


def reached(world: World, by: int, audience: Audience) -> set[Asker]:
    named: set[Asker] = set()
    members: set[Asker] = set()
    opened: set[Asker] = set()
    for circle in audience.circles:
        counting = for_whom_counts(world, circle)
        named |= named_by(world, circle) & counting
        members |= (named_by(world, circle) | all_of(world, world.circles[circle].organisations)) & counting
        opened |= clients_to_whom_opened(world, circle)
    if audience.tlp == Tlp.RED:
        return named
    if audience.tlp == Tlp.AMBER_STRICT:
        return members
    if audience.tlp == Tlp.AMBER:
        return members | opened
    sponsors = set(community(world)) | {by}
    for circle in audience.circles:
        sponsors |= world.circles[circle].organisations
    return members | opened | all_of(world, community(world)) | clients_of(world, sponsors)


def named_by(world: World, circle: int) -> set[Asker]:
    """Whom the circle names in person or by role; credentials never."""
    it = world.circles[circle]
    people = {asker for asker in world.askers if asker.person is not None}
    by_role = {who for who in people for role in who.roles if (who.organisation, role) in it.roles}
    return by_role | {who for who in people if who.person in it.persons}


def for_whom_counts(world: World, circle: int) -> set[Asker]:
    """A working circle counts for whomever it invited, a standing circle for accredited bodies only."""
    if not world.circles[circle].is_standing:
        return set(world.askers)
    return all_of(world, [key for key, it in world.organisations.items() if it.standing == Standing.ACCREDITED])


def community(world: World) -> frozenset[int]:
    return frozenset(
        key for key, it in world.organisations.items() if it.standing == Standing.ACCREDITED and not it.is_guest
    )


def clients_of(world: World, sponsors: set[int]) -> set[Asker]:
    """All of the bodies, at least listed, whose sponsor is accredited and one of these."""
    found: set[Asker] = set()
    for key, client in world.organisations.items():
        if client.sponsor not in sponsors or client.standing not in {Standing.LISTED, Standing.ACCREDITED}:
            continue
        if world.organisations[client.sponsor].standing == Standing.ACCREDITED:
            found |= all_of(world, [key])
    return found


def clients_to_whom_opened(world: World, circle: int) -> set[Asker]:
    sponsors_in_it = set(world.circles[circle].organisations)
    opened = [key for key, it in world.organisations.items() if circle in it.opened]
    return clients_of(world, sponsors_in_it) & all_of(world, opened)


def all_of(world: World, organisations: frozenset[int] | list[int]) -> set[Asker]:
    return {asker for asker in world.askers if asker.organisation in organisations}


# ── The bridge to the program's own facts


def viewer_of(world: World, asker: Asker) -> Viewer:
    if asker.organisation is None:
        return Viewer(realm=asker.realm)
    organisation = world.organisations[asker.organisation]
    named = frozenset(key for key in world.circles if asker in named_by(world, key))
    seats = named | circles_of(world, asker.organisation)
    standing = frozenset(key for key in seats if world.circles[key].is_standing)
    return Viewer(
        organisation=asker.organisation,
        standing=organisation.standing,
        in_community=asker.organisation in community(world),
        standing_circles=standing,
        working_circles=seats - standing,
        person=asker.person,
        person_circles=named,
        rooms=frozenset(asker.rooms),
        is_machine=asker.person is None,
        realm=asker.realm,
        sponsor=sponsor_of(world, organisation),
    )


def sponsor_of(world: World, client: Organisation) -> Sponsor | None:
    if client.sponsor is None:
        return None
    return Sponsor(
        organisation=client.sponsor,
        standing=world.organisations[client.sponsor].standing,
        in_community=client.sponsor in community(world),
        circles=circles_of(world, client.sponsor),
        opened=client.opened,
    )


def circles_of(world: World, organisation: int) -> frozenset[int]:
    return frozenset(key for key, circle in world.circles.items() if organisation in circle.organisations)


def community_of(world: World, realm: int) -> Community:
    standing = frozenset(key for key, circle in world.circles.items() if circle.is_standing)
    organisations = {}
    for key, it in world.organisations.items():
        seats = circles_of(world, key)
        organisations[key] = OrganisationFacts(
            it.standing, key in community(world), seats & standing, seats - standing, it.sponsor, it.opened
        )
    persons = {}
    for asker in world.askers:
        if asker.person is not None and asker.realm == realm:
            named = frozenset(key for key in world.circles if asker in named_by(world, key))
            persons[asker.person] = PersonFacts(
                asker.organisation, named & standing, named - standing, frozenset(asker.rooms)
            )
    return Community(organisations, persons, realm)


def circle_facts(world: World) -> dict[int, CircleFacts]:
    facts = {}
    for key, circle in world.circles.items():
        members = set(circle.organisations) | {organisation for organisation, _ in circle.roles}
        members |= {who.organisation for who in world.askers if who.person in circle.persons and who.person is not None}
        facts[key] = CircleFacts(circle.is_standing, frozenset(members))
    return facts
