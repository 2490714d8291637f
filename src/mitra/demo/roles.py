"""Whom to show for each role: whoever holds that one alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.demo.cast import SignIn

ROLES = (
    "duty-officer",
    "analyst",
    "legal",
    "communicator",
    "delegate",
    "trainer",
    "administrator",
    "secretariat",
    "auditor",
)
"""In the order in which a newcomer wants to try them."""


def one_of_each_role(people: Iterable[SignIn]) -> list[SignIn]:
    """Return one person for each role, members of the community first, as the cast lists them."""
    alone: dict[str, SignIn] = {}
    for person in people:
        if len(person.roles) == 1:
            alone.setdefault(person.roles[0], person)
    return [alone[role] for role in ROLES]
