"""The region of the demonstration: bodies, circles, people, machines, as `cast.toml` names them.

Passwords and tokens are drawn when it runs and known to whoever started it, to nobody else.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from mitra.community import operations
from mitra.community.facts import (
    EXCHANGE_READ,
    EXCHANGE_SHARE,
    NewCircle,
    NewCredential,
    NewOrganisation,
    NewPerson,
)
from mitra.community.queries import actor_of_operator, zone_of_state

Entry = Mapping[str, Any]

NAMESPACE = uuid.UUID("7f6ad2c5-8a44-5d0f-9a6c-0f2f9d1d7a35")
CENTRE = "centre"
BOTH = (EXCHANGE_READ, EXCHANGE_SHARE)
OWN_TOOLS = "Its own tools, reading and sharing"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who can sign in; the first role is the one to show."""

    email: str
    password: str = field(repr=False)
    organisation: str
    name: str
    roles: tuple[str, ...]
    person: int


@dataclass(frozen=True, slots=True)
class Token:
    """A machine of an organisation, by slug, with its token in the clear."""

    organisation: str
    scopes: tuple[str, ...]
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody: row ids by slug, and what opens the doors."""

    organisations: Mapping[str, int]
    circles: Mapping[str, int]
    people: tuple[SignIn, ...]
    tokens: tuple[Token, ...]

    def person(self, email: str) -> SignIn:
        """Return the one who signs in with this address."""
        return next(person for person in self.people if person.email == email)


def read_cast() -> Entry:
    """Return what `cast.toml` says."""
    return tomllib.loads(resources.files(__package__).joinpath("cast.toml").read_text(encoding="utf-8"))


def stix_id_of(slug: str) -> str:
    """Return the STIX id of a body: the same in every demonstration, so that what it wrote is the same too."""
    return f"identity--{uuid.uuid5(NAMESPACE, slug)}"


def assemble(*, began: datetime, now: datetime) -> Cast:
    """Make everybody, as they stand before the story begins; `now` only says when a credential ends.

    1. The centre, then the other bodies, and under whom they stand.
    2. Circles, and what a sponsor opens of them.
    3. People with their roles, then machines.
    """
    cast = read_cast()
    bodies = {entry["slug"]: _admit(entry, began) for entry in cast["organisation"]}
    for entry in cast["organisation"]:
        if "sponsor" in entry:
            operations.set_sponsor(
                bodies[entry["slug"]], sponsor=bodies[entry["sponsor"]], by=actor_of_operator(CENTRE), now=began
            )
    circles = {entry["slug"]: _draw(entry, bodies, began) for entry in cast["circle"]}
    for entry in cast["opened"]:
        by = actor_of_operator(entry["sponsor"])
        operations.open_circle(circles[entry["circle"]], client=bodies[entry["client"]], by=by, now=began)
    people = [
        _invite(person, entry["slug"], zone_of_state(entry.get("country", "")), began)
        for entry in cast["organisation"]
        for person in entry["people"]
    ]
    tokens = [_equip(slug, NewCredential(OWN_TOOLS, BOTH), began) for slug in bodies]
    for entry in cast["credential"]:
        ends = now + timedelta(days=entry["ends_in_days"])
        tokens.append(_equip(entry["organisation"], NewCredential(entry["label"], tuple(entry["scopes"]), ends), began))
    return Cast(bodies, circles, tuple(people), tuple(tokens))


def _admit(entry: Entry, began: datetime) -> int:
    slug = entry["slug"]
    new = NewOrganisation(
        slug=slug,
        name=entry["name"],
        kind=entry["kind"],
        country=entry.get("country", ""),
        native_name=entry.get("native_name", ""),
        standing=entry.get("standing", "accredited"),
        stix_id=stix_id_of(slug),
    )
    if slug == CENTRE:
        return operations.found_centre(new, now=began).id
    return operations.add_organisation(new, by=actor_of_operator(CENTRE), now=began).id


def _draw(entry: Entry, bodies: Mapping[str, int], began: datetime) -> int:
    new = NewCircle(
        slug=entry["slug"],
        name=entry["name"],
        purpose=entry["purpose"],
        kind=entry.get("kind", "standing"),
        is_confidential=entry.get("is_confidential", False),
        members=tuple(bodies[member] for member in entry["members"]),
    )
    return operations.make_circle(new, by=actor_of_operator(CENTRE), now=began).id


def _invite(entry: Entry, slug: str, zone: str, began: datetime) -> SignIn:
    new = NewPerson(
        email=f"{entry['email']}@{slug}.example", name=entry["name"], roles=tuple(entry["roles"]), time_zone=zone
    )
    added = operations.add_person(new, by=actor_of_operator(slug), now=began)
    return SignIn(
        email=new.email,
        password=added.password,
        organisation=slug,
        name=new.name,
        roles=new.roles,
        person=added.person.id,
    )


def _equip(slug: str, new: NewCredential, began: datetime) -> Token:
    issued = operations.make_credential(new, by=actor_of_operator(slug), now=began)
    return Token(organisation=slug, scopes=new.scopes, token=issued.token)
