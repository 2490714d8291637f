"""Working circles as their members and the invited see them, and what a change of members would open or close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from mitra.community.models import Circle, Invitation, Membership
from mitra.community.queries.actors import circles_of
from mitra.community.queries.bodies import every_room, viewer_of_body
from mitra.community.queries.circles import circle_facts, find_circle
from mitra.community.queries.organisations import facts_of, list_organisations
from mitra.community.queries.people import list_addressees, list_named
from mitra.community.rules import READS_NOWHERE, WORKING_CIRCLE
from mitra.core.errors import NotFound
from mitra.core.policy.decide import may_read
from mitra.core.policy.facts import Standing, Tlp, Viewer
from mitra.store.doors import store
from mitra.store.facts import Filter

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor, Addressee, CircleFacts, OrganisationFacts
    from mitra.store.facts import Share

COUNTED = 1_000
SHOWN = 5
GONE = {"declined": "declined", "accepted": "left"}
"""What became of somebody who was asked and is not in it: it declined, or came and went."""
NOBODY = 0
"""No organisation's row id."""
NOT_RED = frozenset({int(tlp) for tlp in Tlp if tlp is not Tlp.RED})


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """An invitation that waits for an answer."""

    circle: CircleFacts
    organisation: OrganisationFacts
    invited_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class CircleView:
    """One circle as one member, or one invited body, sees it."""

    circle: CircleFacts
    host_name: str
    """Empty where the centre keeps it, and to the other members of a confidential one."""
    is_host: bool
    is_member: bool
    bodies: tuple[OrganisationFacts, ...]
    """Its members; of a confidential circle only to its host."""
    invited: tuple[InvitationLine, ...]
    """To its host those whom it asked; to somebody invited its own invitation."""
    may_leave: bool
    named: tuple[Addressee, ...]
    """Persons that it names, who read what is RED in it; of a confidential circle only to its host."""


class Hosted(NamedTuple):
    """A working circle, and who hosts it, by their rows."""

    id: int
    host: int


@dataclass(frozen=True, slots=True)
class Seats:
    """Who is in a circle, as one member sees it."""

    circle: int
    is_host: bool
    bodies: tuple[OrganisationFacts, ...]
    """Its members; of a confidential circle only to its host."""
    asked: tuple[tuple[OrganisationFacts, datetime], ...]
    """To its host those whom it asked, and when."""
    gone: tuple[tuple[OrganisationFacts, str, datetime], ...]
    """To its host those who `declined`, or came and `left`, and when they answered."""


@dataclass(frozen=True, slots=True)
class CirclePreview:
    """What is shared with a circle, as far as who asks reads it: what whoever came in would read, or would lose."""

    count: int
    is_exact: bool
    titles: tuple[str, ...]


def list_invitations(actor: Actor) -> tuple[InvitationLine, ...]:
    """Return the invitations that the actor's organisation has not answered, the newest first."""
    rows = Invitation.objects.filter(
        organisation=actor.organisation, answer="", circle__realm=actor.viewer.realm, circle__closed_at=None
    )
    return tuple(_line(row, actor) for row in rows.select_related("circle", "organisation").order_by("-invited_at"))


def is_asked(slug: str, organisation: int) -> bool:
    """Return whether an invitation into a circle waits for an organisation's answer; for the program's own work."""
    return Invitation.objects.filter(circle__slug=slug, organisation=organisation, answer="").exists()


def find_hosted(slug: str) -> Hosted | None:
    """Return a working circle that somebody hosts, for the program's own work."""
    row = Circle.objects.filter(slug=slug, closed_at=None, host__isnull=False).values_list("pk", "host").first()
    return None if row is None else Hosted(*row)


def get_circle(slug: str, actor: Actor) -> CircleView:
    """Return a circle that the actor is in or invited to; raises NotFound, the same for not there and not yours."""
    row = (
        Circle.objects.select_related("host")
        .filter(slug=slug, content=None, realm=actor.viewer.realm, closed_at=None)
        .first()
    )
    if row is None:
        raise NotFound
    bodies = Membership.objects.filter(circle=row, role="", person=None).select_related("organisation")
    is_member = any(seat.organisation_id == actor.organisation for seat in bodies)
    open_ones = Invitation.objects.filter(circle=row, answer="").select_related("circle", "organisation")
    own = [line for line in open_ones if line.organisation_id == actor.organisation]
    # Without a seat of the whole body: a role or a person of us is in it, or the centre's operator asks.
    circle = circle_facts(row, actor) if is_member or own else find_circle(slug, actor)
    if own and not is_member:
        circle = replace(circle, members=())
    is_host = row.host_id == actor.organisation
    sees = is_host or (is_member and not row.is_confidential)
    host = row.host
    return CircleView(
        circle=circle,
        host_name=host.name if host is not None and (sees or not is_member) else "",
        is_host=is_host,
        is_member=is_member,
        bodies=tuple(sorted((facts_of(seat.organisation) for seat in bodies), key=_name)) if sees else (),
        invited=tuple(_line(line, actor) for line in (open_ones if is_host else own)),
        may_leave=is_member and row.kind == WORKING_CIRCLE,
        named=list_named(row.pk) if sees else (),
    )


def get_seats(slug: str, actor: Actor) -> Seats:
    """Return who is in a circle, for whoever is in it as a whole body; raises NotFound, as `get_circle` does.

    In one statement, and to its host in two.
    """
    here = Membership.objects.filter(
        circle__slug=slug, circle__content=None, circle__realm=actor.viewer.realm, circle__closed_at=None
    )
    seats = list(here.filter(role="", person=None).select_related("organisation", "circle"))
    if all(seat.organisation_id != actor.organisation for seat in seats):
        raise NotFound
    row = seats[0].circle
    is_host = row.host_id == actor.organisation
    sees = is_host or not row.is_confidential
    lines = Invitation.objects.filter(circle=row).select_related("organisation").order_by("pk") if is_host else ()
    asked = [line for line in lines if not line.answer]
    there = {seat.organisation_id for seat in seats} | {line.organisation_id for line in asked}
    last = {line.organisation_id: line for line in lines if line.organisation_id not in there and line.answer in GONE}
    return Seats(
        row.pk,
        is_host=is_host,
        bodies=tuple(sorted((facts_of(seat.organisation) for seat in seats), key=_name)) if sees else (),
        asked=tuple((facts_of(line.organisation), line.invited_at) for line in asked),
        gone=tuple(
            (facts_of(line.organisation), GONE[line.answer], line.answered_at)
            for line in last.values()
            if line.answered_at is not None
        ),
    )


def list_invitable(slug: str, actor: Actor) -> tuple[OrganisationFacts, ...]:
    """Return whom the actor may ask into a circle that it hosts: those it knows, without those in it or asked."""
    seen = get_circle(slug, actor)
    if not seen.is_host:
        return ()
    taken = {body.id for body in seen.bodies} | {line.organisation.id for line in seen.invited}
    return tuple(body for body in list_askable(actor) if body.id not in taken)


def list_askable(actor: Actor) -> tuple[OrganisationFacts, ...]:
    """Return the other organisations that this actor knows and that read in circles."""
    known = list_organisations(actor)
    return tuple(body for body in known if body.id != actor.organisation and body.standing not in READS_NOWHERE)


def list_nameable(seen: CircleView, actor: Actor) -> tuple[Addressee, ...]:
    """Return the persons whom the actor may name in a circle that it hosts: of its members, those not named yet."""
    if not seen.is_host:
        return ()
    bodies, named = {body.id for body in seen.bodies}, {person.id for person in seen.named}
    return tuple(one for one in list_addressees(actor) if one.organisation in bodies and one.id not in named)


def preview_circle(circle: int, actor: Actor, *, now: datetime, organisation: int | None = None) -> CirclePreview:
    """Return what a body reads with a seat in a circle and not without: who comes in gains it, who goes loses it.

    Without `organisation` for a guest, who reads nothing else but CLEAR.  Through the actor's own door, and by what the
    actor may know of the body: nobody learns from a preview of what, or of whom, it does not know itself.
    """
    without, seated = _body_without_and_with(circle, organisation, actor)
    door = store().visible_to(actor.viewer, now=now)
    only = Filter(circles=frozenset({circle}), versions="last", tlps=NOT_RED)
    opened: list[Share] = []
    page = door.latest(limit=COUNTED, only=only)
    held = door.holdings(page.shares)
    for share in page.shares:
        ways = held[share.digest]
        if any(may_read(without, way.by, way.audience, now=now).allowed for way in ways):
            continue
        if any(may_read(seated, way.by, way.audience, now=now).allowed for way in ways):
            opened.append(share)
    titles = tuple(share.title or share.type for share in opened[:SHOWN])
    return CirclePreview(len(opened), not page.more, titles)


def _body_without_and_with(circle: int, organisation: int | None, actor: Actor) -> tuple[Viewer, Viewer]:
    """Return a body as the actor may know it, outside and inside a circle: of its other circles, those of both."""
    if organisation is None:
        body = Viewer(organisation=NOBODY, standing=Standing.PROPOSED, rooms=every_room(), realm=actor.viewer.realm)
    else:
        body = viewer_of_body(organisation, actor.viewer.realm)
    met = frozenset(
        Circle.objects.filter(pk__in=circles_of(actor.viewer), is_confidential=False).values_list("id", flat=True)
    )
    without = replace(
        body,
        standing_circles=body.standing_circles & met,
        working_circles=(body.working_circles & met) - {circle},
        sponsor=None,
    )
    return without, replace(without, working_circles=without.working_circles | {circle})


def _line(row: Invitation, actor: Actor) -> InvitationLine:
    return InvitationLine(circle_facts(row.circle, actor), facts_of(row.organisation), row.invited_at, row.why)


def _name(body: OrganisationFacts) -> str:
    return body.name
