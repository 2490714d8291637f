"""The room's tables and pure predicates: which role opens what, which standing follows which, who is in the community.

Roles follow need-to-know: who manages people and credentials does not read intelligence by that alone, and delegates,
trainers, secretariat and auditors do not hold *exchange*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mitra.community.facts import COMMUNITY_MANAGE, EXCHANGE_READ, EXCHANGE_SHARE, READS_NOTHING, ROOM_OF_SCOPE, SCOPES
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Standing

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS = (
    "government",
    "csirt",
    "law-enforcement",
    "defence",
    "regulator",
    "private",
    "international",
    "academia",
    "media",
)
LEFT_OUT_OF_COMMUNITY = frozenset({"media"})
"""Kinds that the centre's rule leaves out of what GREEN reaches, accredited or not."""

STANDING_STEPS: dict[Standing, frozenset[Standing]] = {
    Standing.PROPOSED: frozenset({Standing.LISTED, Standing.LEFT}),
    Standing.LISTED: frozenset({Standing.ACCREDITED, Standing.SUSPENDED, Standing.LEFT}),
    Standing.ACCREDITED: frozenset({Standing.SUSPENDED, Standing.LEFT}),
    Standing.SUSPENDED: frozenset({Standing.LISTED, Standing.ACCREDITED, Standing.LEFT}),
    Standing.LEFT: frozenset({Standing.PROPOSED}),
}
FIRST_STANDINGS = frozenset({Standing.PROPOSED, Standing.LISTED, Standing.ACCREDITED})

COMMUNITY = "community"
STANDING_CIRCLE = "standing"
WORKING_CIRCLE = "working"
CIRCLE_KINDS = (STANDING_CIRCLE, WORKING_CIRCLE)
RESERVED_SLUGS = frozenset({"all", "community", "inbox", "public"})
"""Words that name something else wherever a circle or an organisation is named."""

CREDENTIAL_LIFE = timedelta(days=365)
CREDENTIAL_LONGEST_LIFE = timedelta(days=731)
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What one role opens: rooms to read, scopes to act with."""

    rooms: frozenset[str]
    scopes: frozenset[str]
    is_of_centre: bool = False
    """Only persons of the centre hold it."""


def _opens(*scopes: str, is_of_centre: bool = False) -> RoleRule:
    rooms = frozenset({COMMUNITY, *(ROOM_OF_SCOPE[scope] for scope in scopes)})
    return RoleRule(rooms=rooms, scopes=frozenset(scopes), is_of_centre=is_of_centre)


ROLES: dict[str, RoleRule] = {
    "analyst": _opens(EXCHANGE_READ, EXCHANGE_SHARE),
    "duty-officer": _opens(EXCHANGE_READ, EXCHANGE_SHARE),
    "legal": _opens(EXCHANGE_READ),
    "communicator": _opens(EXCHANGE_READ),
    "delegate": _opens(),
    "trainer": _opens(),
    "administrator": _opens(COMMUNITY_MANAGE),
    "secretariat": _opens(COMMUNITY_MANAGE, is_of_centre=True),
    "auditor": _opens(is_of_centre=True),
}
ADMINISTRATOR = "administrator"
WRITES_NOTHING = frozenset({Standing.SUSPENDED, Standing.LEFT})
READS_NOWHERE = WRITES_NOTHING
"""Standings that are asked into no circle."""


def is_in_community(standing: Standing, kind: str) -> bool:
    """Return whether TLP:GREEN reaches such a body as a member."""
    return standing is Standing.ACCREDITED and kind not in LEFT_OUT_OF_COMMUNITY


def may_become(standing: Standing, to: Standing) -> bool:
    """Return whether one standing may follow another."""
    return to in STANDING_STEPS[standing]


def may_join(circle_kind: str, standing: Standing) -> bool:
    """Return whether a body may be put into a circle: standing ones take accredited bodies, working ones any."""
    return circle_kind == WORKING_CIRCLE or standing is Standing.ACCREDITED


def rooms_of(roles: Iterable[str]) -> frozenset[str]:
    """Return the rooms that these roles open together."""
    return frozenset(room for role in roles for room in ROLES[role].rooms)


def scopes_of(roles: Iterable[str], standing: Standing) -> frozenset[str]:
    """Return the scopes that these roles give in a body of this standing."""
    return keep_scopes((scope for role in roles for scope in ROLES[role].scopes), standing)


def speaks_for_its_body(scopes: Iterable[str]) -> bool:
    """Return whether whoever holds these scopes opens circles and answers invitations: who shares, and who manages."""
    return not {EXCHANGE_SHARE, COMMUNITY_MANAGE}.isdisjoint(scopes)


def keep_scopes(scopes: Iterable[str], standing: Standing) -> frozenset[str]:
    """Return the scopes that a body of this standing may still use."""
    if standing is Standing.LEFT:
        return frozenset()
    return frozenset(scopes) - (READS_NOTHING if standing is Standing.SUSPENDED else frozenset())


def check_slug(slug: str, *, path: str = "slug") -> str:
    """Return the slug, or raise InvalidInput when it cannot name anything."""
    if len(slug) > 60 or not SLUG.fullmatch(slug) or slug in RESERVED_SLUGS:
        message = f"“{slug}” cannot be a short name: use small letters, digits and single hyphens, as cert-th."
        raise InvalidInput(message, path=path, rule="slug")
    return slug


def check_country(country: str) -> str:
    """Return an ISO 3166-1 alpha-2 code or `''`, or raise InvalidInput."""
    if country and not COUNTRY.fullmatch(country):
        message = f"“{country}” is not a country code: use two capital letters, as TH, or leave it empty."
        raise InvalidInput(message, path="country", rule="country")
    return country


def check_choice(value: str, allowed: Iterable[str], *, path: str) -> str:
    """Return the value when it is one of those allowed, else raise InvalidInput naming them."""
    known = tuple(allowed)
    if value not in known:
        message = f"“{value}” is not known here; choose among {', '.join(known)}."
        raise InvalidInput(message, path=path, rule="unknown-choice")
    return value


def check_roles(roles: Iterable[str], *, is_centre: bool) -> tuple[str, ...]:
    """Return the roles once each, or raise InvalidInput for one that this organisation cannot give."""
    given = set(roles)
    allowed = tuple(role for role, rule in ROLES.items() if is_centre or not rule.is_of_centre)
    for role in sorted(given):
        check_choice(role, allowed, path="roles")
    return tuple(role for role in ROLES if role in given)


def check_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes once each in their usual order, or raise InvalidInput."""
    given = set(scopes)
    for scope in sorted(given):
        check_choice(scope, SCOPES, path="scopes")
    if not given:
        raise InvalidInput("A credential needs at least one scope.", path="scopes", rule="no-scope")
    return tuple(scope for scope in SCOPES if scope in given)
