"""Working circles: a case, a request, a meeting.  Whoever opens one hosts it; bodies of any standing are invited.

An invited body reads nothing until it accepts.  Then it reads what is shared with the circle, from the first day, and
CLEAR: standing opens nothing else to it.  Each step is an act of the log, and what somebody may read more is replayed.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from mitra.community.events import SeatChanged
from mitra.community.models import Circle, Invitation, Membership, Organisation, Person
from mitra.community.operations.guards import (
    check_reads_in_circles,
    deciding,
    require_opener,
    require_voice,
    require_writer,
)
from mitra.community.operations.parting import answer_for, seats_of_bodies, take_out
from mitra.community.queries.circles import circle_facts
from mitra.community.queries.people import name_people
from mitra.community.rules import WORKING_CIRCLE
from mitra.core.errors import InvalidInput, NotFound, NotPermitted, WrongState
from mitra.core.policy.facts import Standing
from mitra.core.text.names import check_name
from mitra.core.text.numbers import number_of
from mitra.pulse.operations import emit

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor, CircleFacts

NUMBER_SIGNS = 6


def open_working_circle(
    name: str, *, purpose: str = "", is_confidential: bool = False, by: Actor, now: datetime
) -> CircleFacts:
    """Open a working circle, with the actor's organisation as its host and first member.

    Its short name is drawn, so that nobody learns from a taken one that there is such a circle.
    """
    require_opener(by)
    row = Circle(
        slug=number_of("WK", secrets.token_bytes(NUMBER_SIGNS), length=NUMBER_SIGNS).lower(),
        name=check_name(name),
        purpose=check_name(purpose, path="purpose") if purpose else "",
        kind=WORKING_CIRCLE,
        is_confidential=is_confidential,
        realm=by.viewer.realm,
        made_at=now,
        host_id=by.organisation,
    )
    with deciding(now=now) as write_act:
        row.save(force_insert=True)
        Membership.objects.create(circle=row, organisation_id=by.organisation, since=now)
        facts = {"circle": row.slug, "is_confidential": is_confidential, "realm": row.realm}
        write_act("community.circle-opened-for-work", by.organisation, facts)
    return circle_facts(row, by)


def invite(circle: int, organisation: int, *, why: str = "", by: Actor, now: datetime) -> None:
    """Ask a body into a circle that the actor's organisation hosts; raises InvalidInput, NotPermitted, NotFound."""
    require_writer(by)
    reason = check_name(why, path="why") if why.strip() else ""
    with deciding(now=now) as write_act:
        row = _hosted(circle, by)
        if by.viewer.standing is not Standing.ACCREDITED:
            raise NotPermitted("Your organisation is not accredited now, so it asks nobody in; ask the centre.")
        body = Organisation.objects.filter(pk=organisation).first()
        if body is None:
            raise InvalidInput("Choose an organisation from the list.", path="organisation", rule="unknown-choice")
        if body.pk == by.organisation:
            raise InvalidInput("You are in it: you host it.", path="organisation", rule="oneself")
        _check_may_be_asked(row, body)
        Invitation.objects.create(circle=row, organisation=body, invited_at=now, why=reason)
        write_act("community.invited", by.organisation, {"circle": row.slug, "organisation": body.stix_id})


def _check_may_be_asked(row: Circle, body: Organisation) -> None:
    check_reads_in_circles(body.name, Standing(body.standing), path="organisation")
    if seats_of_bodies(row).filter(organisation=body).exists():
        raise InvalidInput(f"{body.name} is in it already.", path="organisation", rule="in-already")
    if Invitation.objects.filter(circle=row, organisation=body, answer="").exists():
        raise InvalidInput(f"{body.name} is asked already, and has not answered.", path="organisation", rule="asked")


def take_invitation_back(circle: int, organisation: int, *, by: Actor, now: datetime) -> None:
    """Take back an invitation that was not answered; raises NotFound."""
    require_writer(by)
    with deciding(now=now) as write_act:
        row = _hosted(circle, by)
        answer_for(row, organisation, "taken-back", now=now)
        facts = {"circle": row.slug, "organisation": Organisation.objects.get(pk=organisation).stix_id}
        write_act("community.invitation-taken-back", by.organisation, facts)
        _tell(row, organisation, "taken-back", by, now)


def accept(circle: int, *, by: Actor, now: datetime) -> None:
    """Accept an invitation: from now on the actor's organisation reads what is shared there; raises NotFound."""
    require_writer(by)
    with deciding(now=now, grows=by.organisation) as write_act:
        row = _named(circle, by)
        answer_for(row, by.organisation, "accepted", now=now)
        Membership.objects.create(circle=row, organisation_id=by.organisation, since=now)
        write_act("community.invitation-accepted", by.organisation, {"circle": row.slug})
        _tell(row, by.organisation, "accepted", by, now)


def decline(circle: int, *, by: Actor, now: datetime) -> None:
    """Decline an invitation; also while suspended, as it gives nothing; raises NotFound."""
    require_voice(by)
    with deciding(now=now) as write_act:
        row = _named(circle, by)
        answer_for(row, by.organisation, "declined", now=now)
        write_act("community.invitation-declined", by.organisation, {"circle": row.slug})
        _tell(row, by.organisation, "declined", by, now)


def leave(circle: int, *, by: Actor, now: datetime) -> bool:
    """Leave a working circle, also while suspended; return whether it closed, as its last member left.

    Raises WrongState for its host while others are in it: they would be left without somebody who invites.
    """
    require_voice(by)
    with deciding(now=now) as write_act:
        row = _working_of(circle, by.organisation, by)
        others = seats_of_bodies(row).exclude(organisation=by.organisation)
        if row.host_id == by.organisation and others.exists():
            raise WrongState("You host this circle and others are in it: hand it over first, or remove them.")
        is_last = take_out(row, by.organisation, now=now)
        write_act("community.circle-left", by.organisation, {"circle": row.slug, "is_closed": is_last})
        _tell(row, by.organisation, "left", by, now)
    return is_last


def remove_from_working(circle: int, organisation: int, *, by: Actor, now: datetime) -> None:
    """Take a body out of a circle that the actor's organisation hosts; raises NotFound, InvalidInput."""
    require_writer(by)
    with deciding(now=now) as write_act:
        row = _hosted(circle, by)
        if organisation == by.organisation:
            raise InvalidInput("You host it: leave it instead.", path="organisation", rule="oneself")
        body = seats_of_bodies(row).filter(organisation=organisation).select_related("organisation").first()
        if body is None:
            raise InvalidInput("It is not in this circle.", path="organisation", rule="not-in")
        take_out(row, organisation, now=now)
        facts = {"circle": row.slug, "organisation": body.organisation.stix_id}
        write_act("community.removed-from-circle", by.organisation, facts)
        _tell(row, organisation, "removed", by, now)


def hand_over(circle: int, organisation: int, *, by: Actor, now: datetime) -> None:
    """Make another member the host of a circle; raises NotFound, InvalidInput."""
    require_writer(by)
    with deciding(now=now) as write_act:
        row = _hosted(circle, by)
        body = seats_of_bodies(row).filter(organisation=organisation).select_related("organisation").first()
        if body is None or Standing(body.organisation.standing) is not Standing.ACCREDITED:
            message = "Choose an accredited member of the circle; hosts invite, and that needs standing."
            raise InvalidInput(message, path="organisation", rule="not-in")
        row.host_id = organisation
        row.save(update_fields=["host"])
        facts = {"circle": row.slug, "organisation": body.organisation.stix_id}
        write_act("community.circle-handed-over", by.organisation, facts)


def name_person(circle: int, person: int, *, by: Actor, now: datetime) -> None:
    """Name a person of a member in a circle, who then reads what is RED there; raises NotFound, InvalidInput."""
    require_writer(by)
    with deciding(now=now) as write_act:
        row = _hosted(circle, by)
        found = Person.objects.filter(pk=person, is_active=True, realm=row.realm).first()
        is_member = found is not None and seats_of_bodies(row).filter(organisation=found.organisation_id).exists()
        if found is None or not is_member or (person != by.person and person not in name_people({person}, by)):
            raise InvalidInput("Choose a person of a member of this circle.", path="person", rule="unknown-choice")
        if Membership.objects.filter(circle=row, person=found).exists():
            raise InvalidInput(f"{found.name} is named in it already.", path="person", rule="in-already")
        Membership.objects.create(circle=row, organisation_id=found.organisation_id, person=found, since=now)
        write_act("community.person-named", by.organisation, {"circle": row.slug, "person": found.pk})


def unname_person(circle: int, person: int, *, by: Actor, now: datetime) -> None:
    """Take a person's name out of a circle, who then reads what is RED there no more; raises NotFound, InvalidInput."""
    require_writer(by)
    with deciding(now=now) as write_act:
        row = _hosted(circle, by)
        gone, _ = Membership.objects.filter(circle=row, person=person).delete()
        if not gone:
            raise InvalidInput("This person is not named in this circle.", path="person", rule="not-in")
        write_act("community.person-not-named", by.organisation, {"circle": row.slug, "person": person})


# ── Who may, and what there is


def _tell(row: Circle, organisation: int, to: str, by: Actor, now: datetime) -> None:
    event = SeatChanged(row.pk, organisation, to)
    emit(event, subject=f"circle:{row.pk}", actor=by.organisation, now=now, realm=row.realm)


def _named(circle: int, by: Actor) -> Circle:
    row = Circle.objects.filter(pk=circle, content=None, realm=by.viewer.realm, closed_at=None).first()
    if row is None:
        raise NotFound
    return row


def _working_of(circle: int, organisation: int, by: Actor) -> Circle:
    """Return a working circle that an organisation is in as a whole; raises NotFound."""
    row = _named(circle, by)
    if row.kind != WORKING_CIRCLE or not seats_of_bodies(row).filter(organisation=organisation).exists():
        raise NotFound
    return row


def _hosted(circle: int, by: Actor) -> Circle:
    """Return a circle that the actor's organisation hosts; raises NotFound, NotPermitted to its other members."""
    row = _working_of(circle, by.organisation, by)
    if row.host_id != by.organisation:
        raise NotPermitted("Who hosts this circle decides who is in it; ask them.")
    return row
