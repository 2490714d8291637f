"""Organisations as readers of feeds: the viewer that a machine of each is, holding every room.

By it two moments are compared: what an organisation reads now and could not read before is replayed to it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import Q

from mitra.community.facts import ROOM_OF_SCOPE
from mitra.community.models import Membership, OpenedCircle, Organisation, Realm
from mitra.community.queries.actors import Asker, seen_by, viewer_of
from mitra.core.policy.facts import REAL_REALM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.community.queries.actors import Seat
    from mitra.core.policy.facts import Viewer


def every_room() -> frozenset[str]:
    """Return every room of this node."""
    return frozenset(ROOM_OF_SCOPE.values())


def viewer_of_body(organisation: int, realm: int = REAL_REALM) -> Viewer:
    """Return the viewer that a machine of the organisation is: what it reads, the organisation may read."""
    row = Organisation.objects.select_related("sponsor").get(pk=organisation)
    return viewer_of(row, Asker(realm=realm, rooms=every_room(), is_machine=True))


def viewers_of_body_and_clients(organisation: int) -> Mapping[tuple[int, int], Viewer]:
    """Return by (organisation, realm) the same of it and of its clients in every realm; four queries in all."""
    concerned = Q(pk=organisation) | Q(sponsor=organisation)
    bodies = list(Organisation.objects.select_related("sponsor").filter(concerned))
    ids = {body.pk for body in bodies}
    realms = (REAL_REALM, *Realm.objects.values_list("number", flat=True))
    seats = _seats(ids | {body.sponsor_id for body in bodies if body.sponsor_id is not None})
    opened = _opened(ids)
    return {
        (body.pk, realm): seen_by(
            body,
            Asker(realm=realm, rooms=every_room(), is_machine=True),
            [*seats[realm, body.pk], *(seats[realm, body.sponsor_id] if body.sponsor_id is not None else ())],
            frozenset(opened[realm, body.sponsor_id, body.pk]),
        )
        for body in bodies
        for realm in realms
    }


def _seats(bodies: set[int]) -> Mapping[tuple[int, int], list[Seat]]:
    """Return by (realm, organisation) the circles that it is in as a whole."""
    found: defaultdict[tuple[int, int], list[Seat]] = defaultdict(list)
    rows = Membership.objects.filter(organisation__in=bodies, role="", person=None)
    for realm, body, circle, kind in rows.values_list("circle__realm", "organisation_id", "circle_id", "circle__kind"):
        found[realm, body].append((body, circle, kind, "", None))
    return found


def _opened(clients: set[int]) -> Mapping[tuple[int, int | None, int], set[int]]:
    """Return by (realm, sponsor, client) the circles that were opened."""
    found: defaultdict[tuple[int, int | None, int], set[int]] = defaultdict(set)
    rows = OpenedCircle.objects.filter(client__in=clients)
    for realm, sponsor, client, circle in rows.values_list("circle__realm", "sponsor_id", "client_id", "circle_id"):
        found[realm, sponsor, client].add(circle)
    return found
