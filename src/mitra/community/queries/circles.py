"""Circles, as one viewer may know them: those it is in, by name; a confidential one without its members' names.

No oracle: a circle that is not there and a circle that one is not in answer alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from mitra.community.facts import CircleFacts, ClientFacts
from mitra.community.models import Circle, Membership, OpenedCircle, Organisation
from mitra.community.queries.actors import all_circles, circles_of, named_circles_of
from mitra.community.queries.organisations import facts_of
from mitra.community.rules import STANDING_CIRCLE
from mitra.core.errors import NotFound
from mitra.core.policy.facts import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Viewer


def slug_of_circle(circle: int) -> str:
    """Return the short name of a circle, for the program's own work; `''` where it has none or is not here."""
    return Circle.objects.filter(pk=circle, slug__isnull=False).values_list("slug", flat=True).first() or ""


def list_circles(actor: Actor) -> tuple[CircleFacts, ...]:
    """Return the named circles that this actor is in, by name; the centre's operator sees every one."""
    ids = _usable_circles(actor)
    return _describe(Circle.objects.filter(pk__in=ids, content=None), actor)


def list_standing_circles(actor: Actor) -> tuple[CircleFacts, ...]:
    """Return those of them that stand, without the many that are opened for one piece of work."""
    ids = _usable_circles(actor)
    return _describe(Circle.objects.filter(pk__in=ids, content=None, kind=STANDING_CIRCLE), actor)


def find_circle(name: str, actor: Actor) -> CircleFacts:
    """Return the circle of this slug that the actor is in; raises NotFound, the same for not there and not yours."""
    found = _describe(Circle.objects.filter(pk__in=_usable_circles(actor), slug=name), actor)
    if not found:
        message = f"You are in no circle called “{name}”; your organisation's page lists those that you are in."
        raise NotFound(message)
    return found[0]


def list_clients(actor: Actor) -> tuple[ClientFacts, ...]:
    """Return the bodies that stand under the actor's organisation, with the circles opened to each."""
    circles = {circle.id: circle for circle in list_circles(actor)}
    opened: dict[int, set[int]] = {}
    for client, circle in OpenedCircle.objects.filter(sponsor=actor.organisation).values_list("client_id", "circle_id"):
        opened.setdefault(client, set()).add(circle)
    rows = Organisation.objects.filter(sponsor=actor.organisation).exclude(standing=Standing.LEFT)
    return tuple(
        ClientFacts(
            organisation=facts_of(row),
            opened=tuple(circle for key, circle in circles.items() if key in opened.get(row.pk, ())),
        )
        for row in rows
    )


def list_circles_with(organisation: int, actor: Actor) -> tuple[CircleFacts, ...]:
    """Return the circles in which the actor meets this body: those that it is in, without confidential ones."""
    met = Circle.objects.filter(pk__in=_usable_circles(actor), content=None, is_confidential=False)
    return _describe(met.filter(memberships__organisation=organisation).distinct(), actor)


def name_circles(ids: Iterable[int], viewer: Viewer) -> dict[int, str]:
    """Return the names of those circles that this viewer is in or that were opened to it; of others nothing."""
    rows = Circle.objects.filter(pk__in=frozenset(ids) & named_circles_of(viewer))
    return {pk: name or _("the persons named for it") for pk, name in rows.values_list("id", "name")}


def circle_facts(row: Circle, actor: Actor) -> CircleFacts:
    """Return a circle that the actor was shown to be in, or invited to."""
    return _describe([row], actor)[0]


def _usable_circles(actor: Actor) -> frozenset[int]:
    if actor.is_centre and actor.is_operator:
        return all_circles()
    return circles_of(actor.viewer)


def _describe(rows: Iterable[Circle], actor: Actor) -> tuple[CircleFacts, ...]:
    circles = list(rows)
    members: dict[int, dict[int, str]] = {circle.pk: {} for circle in circles}
    held = Membership.objects.filter(circle__in=members).order_by("organisation__name")
    for circle, body, name in held.values_list("circle_id", "organisation_id", "organisation__name"):
        members[circle][body] = name
    sees_all = actor.is_centre and actor.is_operator
    return tuple(
        CircleFacts(
            id=circle.pk,
            slug=circle.slug or "",
            name=circle.name,
            purpose=circle.purpose,
            kind=circle.kind,
            is_confidential=circle.is_confidential,
            realm=circle.realm,
            count=len(members[circle.pk]),
            members=tuple(members[circle.pk].values()) if sees_all or not circle.is_confidential else (),
            host=circle.host_id,
        )
        for circle in circles
    )
