"""People and credentials, as their own organisation sees them, and whom a RED share may name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db.models import Q

from mitra.community.facts import EXCHANGE_READ, Addressee, CredentialFacts, PersonFacts, Reachable, Sender
from mitra.community.models import Credential, Membership, Person, Realm
from mitra.community.queries.actors import circles_of
from mitra.community.rules import LEFT_OUT_OF_COMMUNITY, ROLES
from mitra.core.errors import NotFound, NotPermitted
from mitra.core.policy.facts import REAL_REALM, Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from mitra.community.facts import Actor

READING_ROLES = tuple(role for role, rule in ROLES.items() if EXCHANGE_READ in rule.scopes)


def people_of(actor: Actor) -> QuerySet[Person]:
    """Return the rows of the actor's own people: who acts in an exercise meets those of the exercise only."""
    return Person.objects.filter(organisation=actor.organisation, realm__in=_realms(actor))


def credentials_of(actor: Actor) -> QuerySet[Credential]:
    """Return the rows of the actor's own credentials, in the same way."""
    return Credential.objects.filter(organisation=actor.organisation, realm__in=_realms(actor))


def _realms(actor: Actor) -> tuple[int, ...]:
    """Return the realms whose accounts the actor meets: from the real one every one is kept in order."""
    realm = actor.viewer.realm
    return (realm,) if realm != REAL_REALM else (realm, *Realm.objects.values_list("number", flat=True))


def list_people(actor: Actor) -> tuple[PersonFacts, ...]:
    """Return the people of the actor's organisation, by name; a machine learns nothing of persons."""
    if actor.credential is not None:
        raise NotPermitted("A machine credential does not read about persons; sign in.")
    rows = people_of(actor).prefetch_related("roles").order_by("name", "id")
    return tuple(person_facts(row) for row in rows)


def person_facts(row: Person) -> PersonFacts:
    """Return what its own organisation knows of a person."""
    held = {role.role for role in row.roles.all()}
    return PersonFacts(
        id=row.pk,
        ref=row.ref,
        name=row.name,
        email=row.email,
        roles=tuple(role for role in ROLES if role in held),
        is_active=row.is_active,
        last_login=row.last_login,
    )


def list_addressees(actor: Actor) -> tuple[Addressee, ...]:
    """Return the persons whom this actor may name for RED, by organisation and name.

    Those who hold the room *exchange*: of its own organisation, of bodies with which it shares a circle that is not
    confidential, and, within the community, of the community.
    """
    return _addressees_of(_addressees(actor))


def list_named(circle: int) -> tuple[Addressee, ...]:
    """Return the persons that a circle names and who can still sign in, by organisation and name."""
    named = Person.objects.filter(memberships__circle=circle, is_active=True)
    return _addressees_of(named)


def find_addressees(refs: Iterable[str], actor: Actor) -> frozenset[int]:
    """Return the persons of these refs whom the actor may name; of others nothing."""
    return frozenset(_addressees(actor).filter(ref__in=set(refs)).values_list("id", flat=True))


def name_people(ids: Iterable[int], actor: Actor) -> dict[int, str]:
    """Return “name, organisation” of those persons whom this actor may name; of others nothing."""
    rows = _addressees(actor).filter(pk__in=set(ids)).values_list("id", "name", "organisation__name")
    return {pk: f"{name}, {organisation}" for pk, name, organisation in rows}


def _addressees_of(people: QuerySet[Person]) -> tuple[Addressee, ...]:
    rows = people.order_by("organisation__name", "name", "id")
    return tuple(
        Addressee(*row) for row in rows.values_list("id", "ref", "name", "organisation_id", "organisation__name")
    )


def _addressees(actor: Actor) -> QuerySet[Person]:
    open_circles = Q(circle__is_confidential=False, circle__content=None)  # who was named beside one is not met
    met = Membership.objects.filter(open_circles, circle__in=circles_of(actor.viewer))
    bodies = Q(organisation=actor.organisation) | Q(organisation__in=met.values("organisation_id"))
    if actor.viewer.in_community:
        accredited = Q(organisation__standing=Standing.ACCREDITED)
        bodies |= accredited & ~Q(organisation__kind__in=LEFT_OUT_OF_COMMUNITY)
    readers = Person.objects.filter(is_active=True, realm=actor.viewer.realm, roles__role__in=READING_ROLES)
    away = (Standing.SUSPENDED, Standing.LEFT)
    return readers.filter(bodies).exclude(organisation__standing__in=away).distinct()


def list_reachable(organisation: int, *, realm: int) -> tuple[Reachable, ...]:
    """Return who of an organisation can be told something and sign in to read it, by the row; in one statement."""
    rows = Person.objects.filter(organisation=organisation, realm=realm, is_active=True)
    rows = rows.exclude(organisation__standing__in=(Standing.SUSPENDED, Standing.LEFT)).order_by("pk")
    found: dict[int, Reachable] = {}
    for pk, email, language, zone, role in rows.values_list("pk", "email", "language", "time_zone", "roles__role")[
        :1_000
    ]:
        known = found.get(pk) or Reachable(pk, email, language, zone, ())
        found[pk] = replace(known, roles=(*known.roles, role)) if role else known
    return tuple(found.values())


def find_person_by_email(email: str) -> Sender | None:
    """Return which organisation and realm somebody writes from who can sign in with this address, or None."""
    row = Person.objects.filter(email__iexact=email, is_active=True).first()
    return None if row is None else Sender(row.organisation_id, row.realm)


def bodies_with_readers(organisations: Iterable[int], *, realm: int) -> frozenset[int]:
    """Return which of these have somebody who can sign in and read what was shared with them."""
    return frozenset(
        _who_sign_in(realm).filter(organisation__in=set(organisations)).values_list("organisation", flat=True)
    )


def persons_who_read(persons: Iterable[int], *, realm: int) -> frozenset[int]:
    """Return which of these persons can sign in and read what was shared with them."""
    return frozenset(_who_sign_in(realm).filter(pk__in=set(persons)).values_list("id", flat=True))


def _who_sign_in(realm: int) -> QuerySet[Person]:
    readers = Person.objects.filter(is_active=True, realm=realm, roles__role__in=READING_ROLES)
    return readers.exclude(organisation__standing=Standing.LEFT).distinct()


def list_credentials(actor: Actor) -> tuple[CredentialFacts, ...]:
    """Return the machine credentials of the actor's organisation, newest first, without their tokens."""
    rows = credentials_of(actor).select_related("created_by")
    return tuple(credential_facts(row) for row in rows)


def get_person(ref: str, actor: Actor) -> PersonFacts:
    """Return one person of the actor's own organisation, its account open or closed; raises NotFound."""
    row = people_of(actor).filter(ref=ref).first()
    if row is None:
        raise NotFound
    return person_facts(row)


def get_credential(ref: str, actor: Actor) -> CredentialFacts:
    """Return one credential of the actor's own organisation; raises NotFound."""
    row = credentials_of(actor).filter(ref=ref).select_related("created_by").first()
    if row is None:
        raise NotFound
    return credential_facts(row)


def credential_facts(row: Credential) -> CredentialFacts:
    """Return what its own organisation knows of a credential."""
    return CredentialFacts(
        id=row.pk,
        ref=row.ref,
        label=row.label,
        scopes=tuple(row.scopes),
        prefix=row.prefix,
        realm=row.realm,
        created_at=row.created_at,
        created_by=row.created_by.name if row.created_by else "",
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
