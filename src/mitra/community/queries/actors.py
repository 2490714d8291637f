"""Who is asking: from a person, a token or a name on the command line to an Actor and its Viewer.

Promises:

* who asked before costs one read of one row (`memory`), anybody else at most four queries more, whatever it is in;
* a credential is in circles only as its whole organisation is, never by a role or a person;
* an unknown, expired and revoked token cost the same and answer the same, remembered or not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import Q

from mitra.community.facts import READS_NOTHING, ROOM_OF_SCOPE, SCOPES, Actor, Preferences
from mitra.community.models import Circle, Credential, Membership, OpenedCircle, Organisation, Person
from mitra.community.queries.memory import Remembered, actors
from mitra.community.queries.organisations import find_row
from mitra.community.rules import STANDING_CIRCLE, is_in_community, keep_scopes, rooms_of, scopes_of
from mitra.core.errors import NotSignedIn
from mitra.core.policy.facts import REAL_REALM, Sponsor, Standing, Viewer
from mitra.store.doors import store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Seat = tuple[int, int, str, str, int | None]
"""One membership: organisation, circle, the circle's kind, role, person."""

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
    epoch = store().rights_epoch()
    kept = actors.find(person.pk, epoch)
    if kept is not None and person.is_active:
        return kept.actor
    organisation = Organisation.objects.select_related("sponsor").get(pk=person.organisation_id)
    standing = Standing(organisation.standing)
    if not person.is_active or standing is Standing.LEFT:
        raise NotSignedIn(NO_ACCOUNT)
    roles = tuple(person.roles.order_by("id").values_list("role", flat=True))
    asker = Asker(realm=person.realm, rooms=rooms_of(roles), person=person.pk, roles=roles)
    actor = Actor(
        viewer=viewer_of(organisation, asker),
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
    actors.keep(person.pk, Remembered(epoch, actor))
    return actor


def actor_of_token(token: str, *, now: datetime, named: str = "") -> Actor:
    """Return the actor that a machine's token stands for; raises NotSignedIn.

    `named` is the user of HTTP Basic: a slug or STIX id that must be the token's own organisation, if given.  A token
    has 256 random bits, so one indexed look-up of its SHA-256 suffices: there is nothing to stretch or to guess.

    1. Under the epoch of this moment, an actor that is remembered and may still act is who asks.
    2. Any other token is looked up, whether it is unknown, has expired since or names another body: all the same way.
    """
    digest = hashlib.sha256(token.encode("utf-8", "surrogatepass"))
    epoch = store().rights_epoch()
    kept = actors.find(digest.digest(), epoch)
    if kept is not None and _still_acts(kept, named, now):
        return kept.actor
    found = Credential.objects.select_related("organisation__sponsor").filter(digest=digest.hexdigest()).first()
    if found is None or not _works(found, named, now):
        raise NotSignedIn(REFUSED)
    actor = _actor_of_credential(found)
    actors.keep(digest.digest(), Remembered(epoch, actor, found.expires_at))
    return actor


def actor_of_credential(credential: int, *, now: datetime) -> Actor:
    """Return the actor that a credential is, for work that it left behind; raises NotSignedIn."""
    found = Credential.objects.select_related("organisation__sponsor").filter(pk=credential).first()
    if found is None or not _works(found, "", now):
        raise NotSignedIn(REFUSED)
    return _actor_of_credential(found)


def _still_acts(kept: Remembered, named: str, now: datetime) -> bool:
    """Return whether a remembered credential acts now: its end comes by the clock, which no epoch tells."""
    actor = kept.actor
    is_over = kept.expires_at is not None and kept.expires_at <= now
    return not is_over and named in {"", actor.organisation_slug, actor.organisation_stix_id}


def _actor_of_credential(found: Credential) -> Actor:
    organisation = found.organisation
    scopes = keep_scopes((scope for scope in found.scopes if scope in SCOPES), Standing(organisation.standing))
    rooms = frozenset(ROOM_OF_SCOPE[scope] for scope in found.scopes if scope in SCOPES and scope not in READS_NOTHING)
    return Actor(
        viewer=viewer_of(organisation, Asker(realm=found.realm, rooms=rooms, is_machine=True)),
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
    return _actor_of_whole(find_row(name), realm)


def actor_of_body(organisation: int, realm: int = REAL_REALM) -> Actor | None:
    """Return the same of an organisation by its row, or None where it is not here or left."""
    row = Organisation.objects.select_related("sponsor").filter(pk=organisation).first()
    return None if row is None or row.standing == Standing.LEFT else _actor_of_whole(row, realm)


def _actor_of_whole(organisation: Organisation, realm: int) -> Actor:
    rooms = frozenset(ROOM_OF_SCOPE.values())
    return Actor(
        viewer=viewer_of(organisation, Asker(realm=realm, rooms=rooms)),
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
    return viewer_of(organisation, Asker(realm=viewer.realm, rooms=viewer.rooms, is_machine=True))


def preferences_of(person: Person) -> Preferences:
    """Return how a person likes its pages."""
    return Preferences(density=person.density, theme=person.theme, language=person.language, time_zone=person.time_zone)


def viewer_of(organisation: Organisation, asker: Asker) -> Viewer:
    """Return the viewer that an asker of an organisation is; the row carries its sponsor."""
    named = Q(role="", person=None)
    if asker.person is not None:
        named |= Q(person=asker.person) | Q(organisation=organisation.pk, role__in=asker.roles, person=None)
    bodies = {organisation.pk, organisation.sponsor_id or organisation.pk}
    seats = Membership.objects.filter(named, organisation__in=bodies, circle__realm=asker.realm)
    opened = OpenedCircle.objects.filter(
        sponsor=organisation.sponsor_id, client=organisation.pk, circle__realm=asker.realm
    )
    return seen_by(
        organisation,
        asker,
        list(seats.values_list("organisation_id", "circle_id", "circle__kind", "role", "person_id")),
        frozenset(opened.values_list("circle_id", flat=True)) if organisation.sponsor_id else frozenset(),
    )


def seen_by(organisation: Organisation, asker: Asker, seats: Iterable[Seat], opened: frozenset[int]) -> Viewer:
    """Return the viewer that these seats, its own and its sponsor's, and what its sponsor opened to it make."""
    standing = Standing(organisation.standing)
    own = [seat for seat in seats if seat[0] == organisation.pk]
    above = frozenset(seat[1] for seat in seats if seat[0] == organisation.sponsor_id)
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
        sponsor=_sponsor_of(organisation, above, opened),
    )


def _sponsor_of(client: Organisation, circles: frozenset[int], opened: frozenset[int]) -> Sponsor | None:
    sponsor = client.sponsor
    if sponsor is None:
        return None
    standing = Standing(sponsor.standing)
    return Sponsor(
        organisation=sponsor.pk,
        standing=standing,
        in_community=is_in_community(standing, sponsor.kind),
        circles=circles,
        opened=opened,
    )


def circles_of(viewer: Viewer) -> frozenset[int]:
    """Return the circles whose names this viewer may use: it is in them."""
    return viewer.standing_circles | viewer.working_circles


def named_circles_of(viewer: Viewer) -> frozenset[int]:
    """Return the circles whose names this viewer may read: it is in them, or they were opened to it."""
    opened = viewer.sponsor.opened & viewer.sponsor.circles if viewer.sponsor else frozenset()
    return circles_of(viewer) | opened


def all_circles() -> frozenset[int]:
    """Return every named circle that is not closed, for the centre's own operator."""
    return frozenset(Circle.objects.filter(content=None, closed_at=None).values_list("id", flat=True))
