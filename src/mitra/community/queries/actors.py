"""Who is asking: from a person, a token or a name on the command line to an Actor and its Viewer.

Promises:

* at most four queries for one actor, whatever it is in;
* a credential is in circles only as its whole organisation is, never by a role or a person;
* an unknown, expired and revoked token cost the same and answer the same.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q

from mitra.community.facts import READS_NOTHING, ROOM_OF_SCOPE, SCOPES, Actor, Preferences
from mitra.community.models import Circle, Credential, Membership, OpenedCircle, Organisation, Person
from mitra.community.queries.organisations import find_row
from mitra.community.rules import STANDING_CIRCLE, is_in_community, keep_scopes, rooms_of, scopes_of
from mitra.core.errors import NotSignedIn
from mitra.core.policy.facts import REAL_REALM, Sponsor, Standing, Viewer

if TYPE_CHECKING:
    from datetime import datetime

REFUSED = "This credential is not known here, or it has expired or been revoked; ask your administrator for a new one."
NO_ACCOUNT = "This account cannot sign in; ask your organisation's administrator."


@dataclass(frozen=True, slots=True)
class Asker:
    """What distinguishes one asker of an organisation from another."""

    realm: int
    rooms: frozenset[str]
    person: int | None = None
    roles: tuple[str, ...] = ()
    is_machine: bool = False


def actor_of_person(person: Person, *, now: datetime) -> Actor:  # noqa: ARG001 - rights may depend on the hour
    """Return the actor that a signed-in person is; raises NotSignedIn when it may not sign in any more."""
    organisation = Organisation.objects.select_related("sponsor").get(pk=person.organisation_id)
    standing = Standing(organisation.standing)
    if not person.is_active or standing is Standing.LEFT:
        raise NotSignedIn(NO_ACCOUNT)
    roles = tuple(person.roles.order_by("id").values_list("role", flat=True))
    asker = Asker(realm=person.realm, rooms=rooms_of(roles), person=person.pk, roles=roles)
    return Actor(
        viewer=_viewer(organisation, asker),
        organisation=organisation.pk,
        organisation_slug=organisation.slug,
        organisation_stix_id=organisation.stix_id,
        scopes=scopes_of(roles, standing),
        person=person.pk,
        is_centre=organisation.is_centre,
        organisation_name=organisation.name,
        person_name=person.name,
        roles=roles,
    )


def actor_of_token(token: str, *, now: datetime, named: str = "") -> Actor:
    """Return the actor that a machine's token stands for; raises NotSignedIn.

    `named` is the user of HTTP Basic: a slug or STIX id that must be the token's own organisation, if given.  A token
    has 256 random bits, so one indexed look-up of its SHA-256 suffices: there is nothing to stretch or to guess.
    """
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    found = Credential.objects.select_related("organisation__sponsor").filter(digest=digest).first()
    if found is None or not _works(found, named, now):
        raise NotSignedIn(REFUSED)
    organisation = found.organisation
    scopes = keep_scopes((scope for scope in found.scopes if scope in SCOPES), Standing(organisation.standing))
    rooms = frozenset(ROOM_OF_SCOPE[scope] for scope in found.scopes if scope in SCOPES and scope not in READS_NOTHING)
    return Actor(
        viewer=_viewer(organisation, Asker(realm=found.realm, rooms=rooms, is_machine=True)),
        organisation=organisation.pk,
        organisation_slug=organisation.slug,
        organisation_stix_id=organisation.stix_id,
        scopes=scopes,
        credential=found.pk,
        is_centre=organisation.is_centre,
        organisation_name=organisation.name,
    )


def _works(credential: Credential, named: str, now: datetime) -> bool:
    organisation = credential.organisation
    return (
        credential.revoked_at is None
        and credential.expires_at > now
        and organisation.standing != Standing.LEFT
        and named in {"", organisation.slug, organisation.stix_id}
    )


def actor_of_operator(name: str, *, realm: int = REAL_REALM) -> Actor:
    """Return the node's operator acting for an organisation, by slug or STIX id; raises NotFound.

    Every scope that the organisation's standing leaves, no person: so nothing at RED but what a person shows.
    """
    organisation = find_row(name)
    rooms = frozenset(ROOM_OF_SCOPE.values())
    return Actor(
        viewer=_viewer(organisation, Asker(realm=realm, rooms=rooms)),
        organisation=organisation.pk,
        organisation_slug=organisation.slug,
        organisation_stix_id=organisation.stix_id,
        scopes=keep_scopes(SCOPES, Standing(organisation.standing)),
        is_centre=organisation.is_centre,
        organisation_name=organisation.name,
    )


def machine_beside(viewer: Viewer) -> Viewer:
    """Return the viewer that a credential of the same organisation, holding the same rooms, is: in no one's circles."""
    if viewer.organisation is None or viewer.person is None:
        return replace(viewer, is_machine=True)
    organisation = Organisation.objects.select_related("sponsor").get(pk=viewer.organisation)
    return _viewer(organisation, Asker(realm=viewer.realm, rooms=viewer.rooms, is_machine=True))


def preferences_of(person: Person) -> Preferences:
    """Return how a person likes its pages."""
    return Preferences(density=person.density, theme=person.theme, language=person.language, time_zone=person.time_zone)


def _viewer(organisation: Organisation, asker: Asker) -> Viewer:
    sponsor = organisation.sponsor
    standing = Standing(organisation.standing)
    bodies = {organisation.pk, sponsor.pk if sponsor else organisation.pk}
    named = Q(role="", person=None)
    if asker.person is not None:
        named |= Q(person=asker.person) | Q(organisation=organisation.pk, role__in=asker.roles, person=None)
    rows = list(
        Membership.objects.filter(named, organisation__in=bodies, circle__realm=asker.realm).values_list(
            "organisation_id", "circle_id", "circle__kind", "role", "person_id"
        )
    )
    own = [row for row in rows if row[0] == organisation.pk]
    return Viewer(
        organisation=organisation.pk,
        standing=standing,
        in_community=is_in_community(standing, organisation.kind),
        standing_circles=frozenset(circle for _, circle, kind, *_ in own if kind == STANDING_CIRCLE),
        working_circles=frozenset(circle for _, circle, kind, *_ in own if kind != STANDING_CIRCLE),
        person=asker.person,
        person_circles=frozenset(circle for _, circle, _, role, person in own if role or person),
        rooms=asker.rooms,
        is_machine=asker.is_machine,
        realm=asker.realm,
        sponsor=_sponsor(organisation, {row[1] for row in rows if sponsor and row[0] == sponsor.pk}, asker.realm),
    )


def _sponsor(client: Organisation, circles: set[int], realm: int) -> Sponsor | None:
    sponsor = client.sponsor
    if sponsor is None:
        return None
    standing = Standing(sponsor.standing)
    opened = OpenedCircle.objects.filter(sponsor=sponsor, client=client, circle__realm=realm)
    return Sponsor(
        organisation=sponsor.pk,
        standing=standing,
        in_community=is_in_community(standing, sponsor.kind),
        circles=frozenset(circles),
        opened=frozenset(opened.values_list("circle_id", flat=True)),
    )


def circles_of(viewer: Viewer) -> frozenset[int]:
    """Return the circles whose names this viewer may use: it is in them."""
    return viewer.standing_circles | viewer.working_circles


def named_circles_of(viewer: Viewer) -> frozenset[int]:
    """Return the circles whose names this viewer may read: it is in them, or they were opened to it."""
    opened = viewer.sponsor.opened & viewer.sponsor.circles if viewer.sponsor else frozenset()
    return circles_of(viewer) | opened


def all_circles() -> frozenset[int]:
    """Return every named circle, for the centre's own operator."""
    return frozenset(Circle.objects.filter(content=None).values_list("id", flat=True))
