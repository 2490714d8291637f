"""Whom an organisation has on call as long as no rota says it: its duty officers, then those who manage it.

Each by mail and in the browsers that it chose.  The organisation's webhooks are told together with the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.community import queries as community
from mitra.messages.facts import Address, Channel, Quiet, Rung
from mitra.messages.models import Browser, Hook, Wish

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mitra.community.queries import Reachable
    from mitra.messages.facts import Ladder

FIRST: Final = "duty-officer"
THEN: Final = ("administrator", "secretariat")
MOST: Final = 20
"""Of each channel in one rung: addresses, or the people whose browsers are told."""


def duty_ladder(organisation: int, *, realm: int) -> Ladder:
    """Return its duty officers and its webhooks, and after a quarter of an hour those who manage it."""
    people = community.list_reachable(organisation, realm=realm)
    wishes = {wish.person: wish for wish in Wish.objects.filter(owner=organisation)}
    first = [one for one in people if FIRST in one.roles]
    then = [one for one in people if one not in first and set(THEN) & set(one.roles)]
    hooks = Hook.objects.filter(owner=organisation, realm=realm).exclude(state="gone").order_by("pk")[:MOST]
    called = [Address(Channel.WEBHOOK, hook.ref) for hook in hooks]
    browsers = _browsers_of(organisation)
    rungs = [
        (*_by_mail(first or then, wishes), *_on_screen(first or then, wishes, browsers), *called),
        (*_by_mail(then, wishes), *_on_screen(then, wishes, browsers)) if first else (),
    ]
    return tuple(Rung(tuple(rung)) for rung in rungs if rung)


def _by_mail(people: Iterable[Reachable], wishes: dict[int, Wish]) -> list[Address]:
    return [
        Address(Channel.MAIL, one.email, one.language, one.zone, _quiet_of(wishes.get(one.id), one.zone))
        for one in people
        if one.id not in wishes or wishes[one.id].by_mail
    ][:MOST]


def _on_screen(people: Sequence[Reachable], wishes: dict[int, Wish], browsers: dict[int, list[str]]) -> list[Address]:
    """Return the browsers that people chose; who wants no mail is told in them all the same."""
    return [
        Address(Channel.PUSH, ref, one.language, one.zone, _quiet_of(wishes.get(one.id), one.zone))
        for one in people[:MOST]
        for ref in browsers.get(one.id, ())
    ]


def _browsers_of(organisation: int) -> dict[int, list[str]]:
    """Return the refs of browsers by the person who chose them."""
    found: dict[int, list[str]] = {}
    for person, ref in Browser.objects.filter(owner=organisation).order_by("pk").values_list("person", "ref"):
        found.setdefault(person, []).append(ref)
    return found


def _quiet_of(wish: Wish | None, zone: str) -> Quiet | None:
    if wish is None or wish.quiet_from is None or wish.quiet_to is None:
        return None
    return Quiet(zone, wish.quiet_from, wish.quiet_to, wish.wakes_from)
