"""Circles are made, grow and shrink; a sponsor opens one to its client; persons chosen for one share become one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from mitra.community.facts import COMMUNITY_MANAGE, CircleFacts, NamedPersons
from mitra.community.models import Circle, Invitation, Membership, OpenedCircle, Person
from mitra.community.operations.guards import (
    check_realm,
    deciding,
    organisation_row,
    require_centre,
    require_manager,
)
from mitra.community.operations.parting import take_out
from mitra.community.queries.people import name_people
from mitra.community.rules import CIRCLE_KINDS, ROLES, WORKING_CIRCLE, check_choice, check_slug, may_join
from mitra.core.errors import Conflict, InvalidInput, NotFound, WrongState
from mitra.core.policy.facts import Standing
from mitra.core.text.names import check_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.community.facts import Actor, NewCircle


def make_circle(new: NewCircle, *, by: Actor, now: datetime) -> CircleFacts:
    """Make a circle with its first members; a standing one takes accredited bodies only (WrongState)."""
    require_centre(by)
    kind = check_choice(new.kind, CIRCLE_KINDS, path="kind")
    row = Circle(
        slug=check_slug(new.slug),
        name=check_name(new.name),
        purpose=check_name(new.purpose, path="purpose") if new.purpose else "",
        kind=kind,
        is_confidential=new.is_confidential,
        realm=check_realm(new.realm),
        made_at=now,
    )
    with deciding(now=now, unless_taken=f"There is a circle called {row.slug} already.") as write_act:
        row.save(force_insert=True)
        bodies = [organisation_row(pk) for pk in sorted(set(new.members))]
        for body in bodies:
            _check_may_join(row, body.name, Standing(body.standing))
        Membership.objects.bulk_create(Membership(circle=row, organisation=body, since=now) for body in bodies)
        facts = {
            "circle": row.slug,
            "kind": row.kind,
            "is_confidential": row.is_confidential,
            "realm": row.realm,
            "members": [body.stix_id for body in bodies],
        }
        write_act("community.circle-made", by.organisation, facts)
    return CircleFacts(
        id=row.pk,
        slug=new.slug,
        name=row.name,
        purpose=row.purpose,
        kind=row.kind,
        is_confidential=row.is_confidential,
        realm=row.realm,
        count=len(bodies),
        members=tuple(sorted(body.name for body in bodies)),
    )


def add_member(circle: int, *, organisation: int, by: Actor, now: datetime, role: str = "") -> None:
    """Put an organisation, or one role of it, into a circle; raises WrongState, or Conflict when it is in."""
    require_centre(by)
    _check_role(role)
    body = organisation_row(organisation)
    taken = f"{body.name} is in this circle already."
    with deciding(now=now, grows=None if role else organisation, unless_taken=taken) as write_act:
        row = _circle_row(circle)
        _check_may_join(row, body.name, Standing(body.standing))
        Membership.objects.create(circle=row, organisation=body, role=role, since=now)
        if not role:
            waiting = Invitation.objects.filter(circle=row, organisation=body, answer="")
            waiting.update(answer="accepted", answered_at=now)
        facts = {"circle": row.slug, "organisation": body.stix_id, "role": role}
        write_act("community.member-added", by.organisation, facts)


def remove_member(circle: int, *, organisation: int, by: Actor, now: datetime, role: str = "") -> None:
    """Take an organisation, or one role of it, out of a circle, and close what it opened of it to its clients."""
    require_centre(by)
    _check_role(role)
    body = organisation_row(organisation)
    with deciding(now=now) as write_act:
        row = _circle_row(circle)
        gone, _ = Membership.objects.filter(circle=row, organisation=body, role=role, person=None).delete()
        if not gone:
            raise Conflict(f"{body.name} is not in this circle.")
        if not role:
            OpenedCircle.objects.filter(circle=row, sponsor=body).delete()
        if not role and row.host_id is not None:
            take_out(row, body.pk, now=now)
        facts = {"circle": row.slug, "organisation": body.stix_id, "role": role}
        write_act("community.member-removed", by.organisation, facts)


def _check_role(role: str) -> None:
    if role:
        check_choice(role, ROLES, path="role")


def _check_may_join(circle: Circle, name: str, standing: Standing) -> None:
    if standing is Standing.LEFT:
        raise WrongState(f"{name} has left.")
    if not may_join(circle.kind, standing):
        message = f"{name} is {standing.value}; a standing circle takes accredited bodies only."
        raise WrongState(message)


def _circle_row(circle: int) -> Circle:
    row = Circle.objects.filter(pk=circle, content=None, closed_at=None).first()
    if row is None:
        raise NotFound("There is no such circle; `mitra circle list` shows them.")
    return row


def open_circle(circle: int, *, client: int, by: Actor, now: datetime) -> None:
    """Open a circle that the actor's organisation is in to one of its clients, which then reads its AMBER."""
    require_manager(by)
    body = organisation_row(client)
    taken = f"This circle is open to {body.name} already."
    with deciding(now=now, grows=client, unless_taken=taken) as write_act:
        seats = Membership.objects.filter(circle__realm=by.viewer.realm, role="", person=None)
        is_in = seats.filter(circle=circle, organisation=by.organisation)
        if not is_in.exists() or body.sponsor_id != by.organisation:
            raise NotFound("A sponsor opens a circle that it is in to a client of its own.")
        row = _circle_row(circle)
        OpenedCircle.objects.create(sponsor_id=by.organisation, client=body, circle=row, since=now)
        facts = {"circle": row.slug, "client": body.stix_id}
        write_act("community.circle-opened", by.organisation, facts)


def close_circle(circle: int, *, client: int, by: Actor, now: datetime) -> None:
    """Close a circle to a client again; also while suspended, as it only takes away."""
    by.require(COMMUNITY_MANAGE)
    with deciding(now=now) as write_act:
        opened = OpenedCircle.objects.select_related("circle", "client")
        here = opened.filter(sponsor=by.organisation, circle__realm=by.viewer.realm)
        row = here.filter(circle=circle, client=client).first()
        if row is None:
            raise NotFound("This circle is not open to that client.")
        row.delete()
        facts = {"circle": row.circle.slug, "client": row.client.stix_id}
        write_act("community.circle-closed", by.organisation, facts)


def set_opened_circles(circles: frozenset[int], *, client: int, by: Actor, now: datetime) -> None:
    """Open exactly these circles of its realm to a client of the actor's organisation, an act for each change."""
    with transaction.atomic():
        rows = OpenedCircle.objects.filter(sponsor=by.organisation, client=client, circle__realm=by.viewer.realm)
        opened = frozenset(rows.values_list("circle_id", flat=True))
        for circle in sorted(circles - opened):
            open_circle(circle, client=client, by=by, now=now)
        for circle in sorted(opened - circles):
            close_circle(circle, client=client, by=by, now=now)


def circle_of_persons(persons: Iterable[int], *, by: Actor, now: datetime) -> int:
    """Return the nameless circle of exactly these persons and the author, making it when there is none.

    Raises InvalidInput for a person whom the author may not name; whether there is such a person is not said.
    """
    chosen = frozenset(persons)
    if chosen - name_people(chosen, by).keys() - {by.person}:
        raise InvalidInput("One of these persons cannot be named here; choose from the list.", path="persons")
    named = chosen if by.person is None else chosen | {by.person}
    if not named:
        raise InvalidInput("TLP:RED is for named persons; choose at least one.", path="persons", rule="no-person")
    return _named_together(named, by.organisation, by.viewer.realm, now)


def circle_of_own_persons(circles: Iterable[int], *, of: int, realm: int, now: datetime) -> NamedPersons | None:
    """Return the nameless circle of those whom these circles name of one organisation, made if need be; None for none.

    So what was for persons of several bodies is kept to those of one.  No one decides it but the node itself.
    """
    rows = Membership.objects.filter(circle__in=list(circles), organisation=of).exclude(role="", person=None)
    seats = list(rows.values_list("role", "person_id"))
    named = Q(pk__in=[person for _, person in seats if person]) | Q(roles__role__in=[role for role, _ in seats if role])
    people = Person.objects.filter(named, organisation=of, realm=realm, is_active=True)
    persons = tuple(people.order_by("id").values_list("id", flat=True).distinct())
    return NamedPersons(_named_together(frozenset(persons), of, realm, now), persons) if persons else None


def _named_together(named: frozenset[int], by: int, realm: int, now: datetime) -> int:
    """Return the circle of exactly these persons, making it when there is none."""
    content = hashlib.sha256(f"{realm}:{','.join(map(str, sorted(named)))}".encode()).hexdigest()
    made = Circle.objects.filter(content=content).values_list("pk", flat=True).first()
    if made is not None:
        return made
    with deciding(now=now) as write_act:
        circle, is_new = Circle.objects.get_or_create(
            content=content, defaults={"kind": WORKING_CIRCLE, "realm": realm, "made_at": now}
        )
        if is_new:
            rows = Person.objects.filter(pk__in=named)
            Membership.objects.bulk_create(
                Membership(circle=circle, organisation_id=person.organisation_id, person=person, since=now)
                for person in rows
            )
            facts = {"content": content, "persons": sorted(named), "realm": realm}
            write_act("community.persons-named", by, facts)
    return circle.pk
