"""Who would read an audience, told to one viewer: names where the circle allows, else counts.

Policy itself answers who reads (`core.policy.reach`); this module brings it the facts and decides whose name the
asking viewer may learn: of circles that it is in and that are not confidential, and of the community when it belongs
to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mitra.community.facts import Readers
from mitra.community.models import Circle, Membership, OpenedCircle, Organisation, Person
from mitra.community.queries.actors import circles_of
from mitra.community.queries.organisations import list_organisations, name_organisations
from mitra.community.rules import STANDING_CIRCLE, is_in_community, rooms_of
from mitra.core.policy import reach
from mitra.core.policy.facts import REAL_REALM, Standing, Tlp
from mitra.core.policy.reshare import CircleFacts as ResharedCircle

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Audience, Viewer


@dataclass(slots=True)
class Seats:
    """Circles by kind, while they are being gathered for one organisation or person."""

    standing: set[int] = field(default_factory=set)
    working: set[int] = field(default_factory=set)

    def add(self, circle: Circle) -> None:
        """Take note of one membership."""
        (self.standing if circle.kind == STANDING_CIRCLE else self.working).add(circle.pk)


def community_facts(realm: int = REAL_REALM) -> reach.Community:
    """Return everyone on this node as policy asks about them."""
    people = {
        person.pk: person for person in Person.objects.filter(is_active=True, realm=realm).prefetch_related("roles")
    }
    bodies: dict[int, Seats] = {}
    persons: dict[int, Seats] = {}
    for row in Membership.objects.filter(circle__realm=realm).select_related("circle"):
        if not row.role and row.person_id is None:
            bodies.setdefault(row.organisation_id, Seats()).add(row.circle)
            continue
        for person in people.values():
            if _names(row, person):
                persons.setdefault(person.pk, Seats()).add(row.circle)
    return reach.Community(
        organisations=_organisations(bodies, realm),
        persons={pk: _person(people[pk], seats) for pk, seats in persons.items()},
        realm=realm,
    )


def _names(row: Membership, person: Person) -> bool:
    """Return whether a membership of a person or a role is this person's."""
    if row.person_id is not None:
        return row.person_id == person.pk
    return row.organisation_id == person.organisation_id and row.role in _roles(person)


def _roles(person: Person) -> tuple[str, ...]:
    return tuple(role.role for role in person.roles.all())


def _person(person: Person, seats: Seats) -> reach.PersonFacts:
    return reach.PersonFacts(
        organisation=person.organisation_id,
        standing_circles=frozenset(seats.standing),
        working_circles=frozenset(seats.working),
        rooms=rooms_of(_roles(person)),
    )


def _organisations(bodies: dict[int, Seats], realm: int) -> dict[int, reach.OrganisationFacts]:
    opened: dict[tuple[int, int], set[int]] = {}
    rows = OpenedCircle.objects.filter(circle__realm=realm).values_list("sponsor_id", "client_id", "circle_id")
    for sponsor, client, circle in rows:
        opened.setdefault((sponsor, client), set()).add(circle)
    facts: dict[int, reach.OrganisationFacts] = {}
    for row in Organisation.objects.all():
        standing = Standing(row.standing)
        seats = bodies.get(row.pk, Seats())
        facts[row.pk] = reach.OrganisationFacts(
            standing=standing,
            in_community=is_in_community(standing, row.kind),
            standing_circles=frozenset(seats.standing),
            working_circles=frozenset(seats.working),
            sponsor=row.sponsor_id,
            opened=frozenset(opened.get((row.sponsor_id or 0, row.pk), ())),
        )
    return facts


def community_members() -> frozenset[int]:
    """Return the organisations that GREEN reaches as members."""
    rows = Organisation.objects.filter(standing=Standing.ACCREDITED).values_list("id", "kind")
    return frozenset(pk for pk, kind in rows if is_in_community(Standing.ACCREDITED, kind))


def circles_for_resharing(ids: Iterable[int]) -> dict[int, ResharedCircle]:
    """Return what the laws of re-sharing ask about these circles; an unknown id is missing."""
    members: dict[int, set[int]] = {}
    wanted = set(ids)
    for circle, body in Membership.objects.filter(circle__in=wanted).values_list("circle_id", "organisation_id"):
        members.setdefault(circle, set()).add(body)
    kinds = Circle.objects.filter(pk__in=wanted).values_list("id", "kind")
    return {
        pk: ResharedCircle(is_standing=kind == STANDING_CIRCLE, members=frozenset(members.get(pk, ())))
        for pk, kind in kinds
    }


def describe_readers(
    audience: Audience, *, share_by: int, viewer: Viewer, now: datetime, everyone: reach.Community | None = None
) -> Readers:
    """Return who reads what `share_by` shared with the audience, as this viewer may be told.

    Pass the end of an embargo as `now` to learn who will read then, and `everyone` when it was asked for already.
    """
    community = community_facts(audience.realm) if everyone is None else everyone
    full = reach.readers(audience, share_by, community, now)
    if full.is_public:
        return Readers(is_public=True)
    told = reach.readers(_nameable(audience, viewer), share_by, community, now)
    known = told.organisations | {share_by} | ({viewer.organisation} if viewer.organisation else set())
    named = full.organisations & known
    persons = full.persons & told.persons
    return Readers(
        is_public=False,
        organisations=tuple(sorted(name_organisations(named).values())),
        hidden_organisations=len(full.organisations - named),
        clients=len(full.clients),
        persons=_name_persons(persons),
        hidden_persons=len(full.persons - persons),
    )


def name_readers(
    audience: Audience, *, share_by: int, actor: Actor, now: datetime, everyone: reach.Community
) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Return of the organisations and of the persons that read an audience those whose names this actor may learn.

    The same ones that `describe_readers` names; of what everybody reads, the organisations that the actor may know.
    """
    if audience.tlp is Tlp.CLEAR:
        return {body.id: body.name for body in list_organisations(actor)}, {}
    told = reach.readers(_nameable(audience, actor.viewer), share_by, everyone, now)
    return name_organisations(told.organisations), _persons_by_id(told.persons)


def _nameable(audience: Audience, viewer: Viewer) -> Audience:
    """Return the part of an audience whose members' names this viewer may learn."""
    ids = audience.circles & circles_of(viewer)
    open_circles = Circle.objects.filter(pk__in=ids, is_confidential=False).values_list("id", flat=True)
    is_beyond = audience.tlp is Tlp.GREEN and not viewer.in_community
    return replace(audience, circles=frozenset(open_circles), tlp=Tlp.AMBER if is_beyond else audience.tlp)


def _name_persons(ids: frozenset[int]) -> tuple[str, ...]:
    return tuple(_persons_by_id(ids).values())


def _persons_by_id(ids: frozenset[int]) -> Mapping[int, str]:
    rows = Person.objects.filter(pk__in=ids).order_by("name", "id").values_list("id", "name", "organisation__name")
    return {pk: f"{name}, {organisation}" for pk, name, organisation in rows}
