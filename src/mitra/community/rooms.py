"""A room of this node says in `AppConfig.ready()` what opens it: its scopes, and the roles that hold them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mitra.community import words
from mitra.community.facts import READS_NOTHING, ROOM_OF_SCOPE, SCOPES
from mitra.community.rules import ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mitra.community.facts import Actor
    from mitra.web.ports import Words


@dataclass(frozen=True, slots=True)
class Scope:
    """One thing that a role or a credential may do in a room."""

    code: str
    """As `cases:read`."""
    words: Words
    reads: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """One capability, with its scopes in their usual order, and which roles hold which of them."""

    name: str
    scopes: tuple[Scope, ...]
    roles: Mapping[str, tuple[str, ...]]


_timed: list[Callable[[Actor], frozenset[str]]] = []


def time_invitations(tell: Callable[[Actor], frozenset[str]]) -> None:
    """Let a room tell for which circles it puts a clock to an actor's invitations: it says itself what needs whom."""
    _timed[:] = [tell]


def timed_invitations(actor: Actor) -> frozenset[str]:
    """Return the short names of the circles whose invitations a room has put a clock to."""
    return frozenset().union(*(tell(actor) for tell in _timed))


def open_room(room: Room) -> None:
    """Let a room be known; a second time changes nothing."""
    for scope in room.scopes:
        if scope.code not in SCOPES:
            SCOPES.append(scope.code)
        ROOM_OF_SCOPE[scope.code] = room.name
        words.SCOPES[scope.code] = scope.words
        if not scope.reads:
            READS_NOTHING.add(scope.code)
    for role, scopes in room.roles.items():
        rule = ROLES[role]
        ROLES[role] = replace(rule, rooms=rule.rooms | {room.name}, scopes=rule.scopes | set(scopes))
