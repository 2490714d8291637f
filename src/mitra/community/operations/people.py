"""People are added with their roles, change roles, and go: an organisation's administrator decides for its own."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from mitra.community.facts import COMMUNITY_MANAGE, AddedPerson
from mitra.community.links import send_link, void_links
from mitra.community.models import Person, PersonRole
from mitra.community.operations.guards import deciding, realm_within, require_manager
from mitra.community.queries.people import people_of, person_facts
from mitra.community.rules import ADMINISTRATOR, check_choice, check_roles
from mitra.core.errors import Conflict, InvalidInput, NotFound, WrongState
from mitra.core.policy.facts import Standing
from mitra.core.text.names import check_name
from mitra.core.time.local import zone_of
from mitra.web.look import DENSITIES, THEMES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.community.facts import Actor, NewPerson, PersonFacts, Preferences
    from mitra.community.links import Following, Sent


CHOOSE_PASSWORD = "choose-password"  # noqa: S105 - the purpose of a link
PASSWORD_LINK_LASTS = timedelta(days=1)
NOT_YOURS = "There is no such person in your organisation."


def add_person(new: NewPerson, *, by: Actor, now: datetime) -> AddedPerson:
    """Add a person to the actor's organisation; raises InvalidInput, or Conflict for a taken e-mail address."""
    require_manager(by)
    password = new.password or secrets.token_urlsafe(12)
    row = Person(
        email=_check_email(new.email),
        name=check_name(new.name),
        organisation_id=by.organisation,
        realm=realm_within(new.realm, by),
        time_zone=zone_of(new.time_zone).key,
        language=new.language,
        joined_at=now,
    )
    _check_password(password, row)
    roles = check_roles(new.roles, is_centre=by.is_centre)
    row.set_password(password)
    taken = "This e-mail address already signs in here; use another."
    with deciding(now=now, unless_taken=taken) as write_act:
        row.save(force_insert=True)
        PersonRole.objects.bulk_create(PersonRole(person=row, role=role) for role in roles)
        facts = {"person": row.pk, "roles": list(roles), "realm": row.realm}
        write_act("community.person-added", by.organisation, facts)
    return AddedPerson(person=person_facts(row), password=password)


def renew_password(person: int, *, by: Actor, now: datetime) -> AddedPerson:
    """Give a person a new first password, shown once; its browsers are signed out, a closed account opens again."""
    require_manager(by)
    password = secrets.token_urlsafe(12)
    with deciding(now=now) as write_act:
        void_links(CHOOSE_PASSWORD, str(person))
        row = people_of(by).filter(pk=person).first()
        if row is None:
            raise NotFound(NOT_YOURS)
        row.set_password(password)
        row.is_active = True
        row.save(update_fields=["password", "is_active"])
        write_act("community.password-renewed", by.organisation, {"person": row.pk})
    return AddedPerson(person=person_facts(row), password=password)


def send_password_link(person: int, *, by: Actor, now: datetime) -> Sent:
    """Make a link by which a person chooses a password, so that nobody else ever knows it; raises NotFound."""
    require_manager(by)
    with deciding(now=now) as write_act:
        row = _person_row(person, by)
        write_act("community.password-link-made", by.organisation, {"person": row.pk})
        return send_link(CHOOSE_PASSWORD, str(row.pk), lasts=PASSWORD_LINK_LASTS, by=by, now=now)


def choose_password(person: int, password: str, by: Following) -> None:
    """Let a person whom a link was made for sign in by this password; raises InvalidInput, WrongState."""
    with deciding(now=by.now) as write_act:
        by.use_up()
        row = Person.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=person)
        if not row.is_active or Standing(row.organisation.standing) is Standing.LEFT:
            raise WrongState("This account is closed; your organisation's administrator can open it again.")
        _check_password(password, row)
        row.set_password(password)
        row.save(update_fields=["password"])
        write_act("community.password-chosen", row.organisation_id, {"person": row.pk})


def set_roles(person: int, *, roles: Iterable[str], by: Actor, now: datetime) -> PersonFacts:
    """Give a person exactly these roles; an organisation keeps at least one administrator (Conflict)."""
    require_manager(by)
    wanted = check_roles(roles, is_centre=by.is_centre)
    with deciding(now=now) as write_act:
        row = _person_row(person, by)
        if ADMINISTRATOR not in wanted:
            _check_not_last_administrator(row)
        row.roles.exclude(role__in=wanted).delete()
        held = set(row.roles.values_list("role", flat=True))
        PersonRole.objects.bulk_create(PersonRole(person=row, role=role) for role in wanted if role not in held)
        facts = {"person": row.pk, "roles": list(wanted)}
        write_act("community.roles-set", by.organisation, facts)
    return person_facts(row)


def close_account(person: int, *, by: Actor, now: datetime) -> None:
    """End a person's sign-in, at once on every process; also while suspended, as it only takes away."""
    by.require(COMMUNITY_MANAGE)
    with deciding(now=now) as write_act:
        row = _person_row(person, by)
        _check_not_last_administrator(row)
        row.is_active = False
        row.save(update_fields=["is_active"])
        write_act("community.account-closed", by.organisation, {"person": row.pk})


def keep_preferences(person: int, preferences: Preferences) -> None:
    """Keep how a person likes its pages; this decides nothing for anybody, so it leaves no act."""
    with transaction.atomic():
        Person.objects.filter(pk=person).update(
            density=check_choice(preferences.density, DENSITIES, path="density"),
            theme=check_choice(preferences.theme, THEMES, path="theme"),
            language=preferences.language,
            time_zone=zone_of(preferences.time_zone).key,
        )


def _person_row(person: int, by: Actor) -> Person:
    row = people_of(by).filter(pk=person, is_active=True).first()
    if row is None:
        raise NotFound(NOT_YOURS)
    return row


def _check_not_last_administrator(row: Person) -> None:
    administrators = Person.objects.filter(
        organisation=row.organisation_id, is_active=True, roles__role=ADMINISTRATOR
    ).values_list("pk", flat=True)
    if set(administrators) == {row.pk}:
        raise Conflict("This is your organisation's last administrator; make somebody else one first.")


def _check_email(email: str) -> str:
    clean = email.strip().lower()
    try:
        validate_email(clean)
    except ValidationError as error:
        raise InvalidInput(f"“{email}” is not an e-mail address.", path="email", rule="email") from error
    return clean


def _check_password(password: str, row: Person) -> None:
    try:
        validate_password(password, user=row)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), path="password", rule="password") from error
