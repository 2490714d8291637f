"""What stands around every page: verbs, whose eyes, clock, look; given to templates as `frame`, made only when used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from mitra.web import ports
from mitra.web.look import look_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from mitra.web.look import Look
    from mitra.web.ports import Eyes, Verb, Words

# Rooms above have these pages; where one is missing, so is the way to it.
THE_BOX = "exchange:lookup"
THE_PREFERENCES = "community:preferences"


@dataclass(frozen=True, slots=True)
class Way:
    """A verb as the rail shows it to this viewer."""

    name: Words
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """One instant as the frame shows it: here and in UTC."""

    now: datetime
    here: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything around a page, for one viewer."""

    verbs: tuple[Way, ...]
    low: tuple[Way, ...]
    eyes: Eyes | None
    eyes_url: str
    stop_url: str
    clock: Clock | None
    zone: ZoneInfo
    look: Look
    look_url: str
    box_url: str
    sign_in_url: str
    sign_out_url: str
    node: str
    version: str
    is_demonstration: bool
    is_signed_in: bool


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context that every page is given (a context processor)."""
    return {"frame": SimpleLazyObject(lambda: build(request))}


def build(request: HttpRequest) -> Frame:
    """Return the frame around this request's page."""
    actor = getattr(request, "actor", None)
    now = getattr(request, "now", None)
    eyes = ports.eyes_of(request) if actor is not None else None
    zone = zone_named(eyes.zone if eyes else "UTC")
    shown = [verb for verb in ports.verbs() if actor is not None and (not verb.scope or verb.scope in actor.scopes)]
    current = current_verb(request.path, shown)
    node = getattr(settings, "MITRA_NODE", None)
    return Frame(
        verbs=ways(shown, current, are_quiet=False),
        low=ways(shown, current, are_quiet=True),
        eyes=eyes,
        eyes_url=find_url(eyes.url_name) if eyes else "",
        stop_url=find_url(eyes.stop_url_name) if eyes else "",
        clock=Clock(now, now.astimezone(zone), place_of(zone)) if now else None,
        zone=zone,
        look=look_of(request),
        look_url=(find_url(THE_PREFERENCES) if actor is not None else "") or reverse("look"),
        box_url=find_url(THE_BOX),
        sign_in_url=find_url("account_login"),
        sign_out_url=find_url("account_logout"),
        node=node.name if node else "",
        version=settings.MITRA_VERSION,
        is_demonstration=bool(node and node.is_demonstration),
        is_signed_in=actor is not None,
    )


def current_verb(path: str, shown: list[Verb]) -> Verb | None:
    """Return the verb with the longest beginning of this path, if any."""
    matches = [(len(start), verb) for verb in shown for start in verb.starts if path.startswith(start)]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def ways(shown: list[Verb], current: Verb | None, *, are_quiet: bool) -> tuple[Way, ...]:
    """Return the rail's upper or lower list."""
    return tuple(
        Way(verb.name, reverse(verb.url_name), is_current=verb is current)
        for verb in shown
        if verb.is_quiet is are_quiet
    )


def find_url(name: str) -> str:
    """Return the address of a named page, or `''` where no room has it."""
    try:
        return reverse(name) if name else ""
    except NoReverseMatch:
        return ""


def zone_named(name: str) -> ZoneInfo:
    """Return a zone of the IANA database; UTC for a name that it does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def place_of(zone: ZoneInfo) -> str:
    """Return a zone's place as people say it: `Asia/Phnom_Penh` is `Phnom Penh`."""
    return zone.key.rpartition("/")[2].replace("_", " ")
