"""A node begins: its centre, its first administrator, and, with a preset, the members that a region starts with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from mitra.community.facts import NewOrganisation, NewPerson
from mitra.community.operations.organisations import add_organisation, found_centre
from mitra.community.operations.people import add_person
from mitra.community.queries import actor_of_operator
from mitra.community.queries.states import states_of

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import AddedPerson, OrganisationFacts

FIRST_ROLES = ("administrator", "secretariat")


@dataclass(frozen=True, slots=True)
class Founded:
    """What a new node begins with; the administrator's password is shown this once."""

    centre: OrganisationFacts
    administrator: AddedPerson
    members: tuple[OrganisationFacts, ...]


def found_node(name: str, *, preset: str = "", now: datetime) -> Founded:
    """Make the centre with one administrator, and the preset's members, accredited; all or nothing."""
    states = states_of(preset) if preset else []
    with transaction.atomic():
        centre = found_centre(NewOrganisation(slug="centre", name="Regional Centre", kind="international"), now=now)
        operator = actor_of_operator(centre.slug)
        administrator = add_person(
            NewPerson(email=f"administrator@{name}", name="First administrator", roles=FIRST_ROLES),
            by=operator,
            now=now,
        )
        members = tuple(add_organisation(_member(state), by=operator, now=now) for state in states)
    return Founded(centre=centre, administrator=administrator, members=members)


def _member(state: dict[str, str]) -> NewOrganisation:
    return NewOrganisation(
        slug=state["slug"],
        name=state.get("csirt") or f"National CSIRT ({state['country']})",
        kind="csirt",
        country=state["country"],
        standing="accredited",
    )
