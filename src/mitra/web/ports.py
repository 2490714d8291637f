"""What rooms above tell the frame and the front desk; they fill these ports in their `AppConfig.ready()`.

A port answers for one viewer; no answer is “unknown”, never “no”.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.urls import reverse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from django.http import HttpRequest
    from django.utils.functional import _StrPromise

    from mitra.core.policy.facts import Tlp

    Words = str | _StrPromise


@dataclass(frozen=True, slots=True)
class Verb:
    """One way in on the rail: a verb with the address of its page."""

    name: Words
    url_name: str
    order: int
    starts: tuple[str, ...] = ()
    """Paths below which this verb is the current one; the longest match of all verbs wins."""
    scope: str = ""
    """Shown only to actors that hold this scope; `''` shows it to everybody signed in."""
    is_quiet: bool = False
    """Stands below, quieter: My organisation, Help."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """Whose eyes look at this page, in the words of the frame's top right corner."""

    organisation: str
    person: str = ""
    role: str = ""
    url_name: str = ""
    """Where the corner leads, usually “My organisation”."""
    zone: str = "UTC"
    """The IANA zone of the viewer's own clock."""
    acting_for: str = ""
    """The client in whose name this person acts now; always shown."""
    stop_url_name: str = ""


class WhoseEyes(Protocol):
    """Answered by community: who is signed in, in words.  None: nobody, or not known here."""

    def __call__(self, request: HttpRequest) -> Eyes | None:
        """Return the words for the person behind this request."""
        ...


@dataclass(frozen=True, slots=True)
class Need:
    """Something that wants a person before a minute; the front desk orders needs by `due_at`."""

    kind: Words
    """What it is in two words: “held by a safeguard”, “embargo ends”."""
    title: Words
    body: Words
    url: str
    act: Words
    """The button's words, a verb and its object: “Look at this line”."""
    due_at: datetime | None = None
    due_to: Words = ""
    """What the minute is for: “to decide”."""
    since: datetime | None = None
    """When the clock began to run, for the bar under it."""
    tlp: Tlp | None = None
    sign: str = ""
    tone: str = ""


class Needs(Protocol):
    """Answered by each room: what of this room needs this actor.  `actor` is community's Actor."""

    def __call__(self, actor: Any, *, now: datetime) -> Iterable[Need]:  # noqa: ANN401 -- the actor's class stands above
        """Return the needs, bounded to what a person can act on (at most 50)."""
        ...


@dataclass(frozen=True, slots=True)
class Exact:
    """Something that a text names: an organisation, a circle, a case by its number."""

    kind: Words
    title: str
    url: str
    detail: Words = ""
    tlp: Tlp | None = None


class Finder(Protocol):
    """Answered by each room: what of this room a text names, as far as this actor may know."""

    def __call__(self, text: str, actor: Any, *, now: datetime) -> Iterable[Exact]:  # noqa: ANN401 -- the actor's class stands above
        """Return the things, the nearest first (at most 10); `actor` is None for the public."""
        ...


@dataclass(frozen=True, slots=True)
class GoOn:
    """What another room makes of a thing: the button's words, and a page that begins with it."""

    of: str
    """`record`, `letter` or `organisation`: the page takes its ref under this name."""
    words: Words
    url_name: str
    scope: str
    """Offered to whoever holds it."""


_going_on: dict[tuple[str, str], GoOn] = {}
_finders: dict[str, Finder] = {}
_routers: list[str] = []
_verbs: dict[str, Verb] = {}
_needs: dict[str, Needs] = {}
_eyes: list[WhoseEyes] = []


def add_verb(verb: Verb) -> None:
    """Put a verb on the rail; a second one for the same page replaces the first."""
    _verbs[verb.url_name] = verb


def verbs() -> list[Verb]:
    """Return all verbs in the rail's order."""
    return sorted(_verbs.values(), key=lambda verb: verb.order)


def offer_going_on(offer: GoOn) -> None:
    """Let a room say what it makes of a thing; a second time replaces the first."""
    _going_on[offer.of, offer.url_name] = offer


def ways_on(of: str, ref: str, scopes: Collection[str]) -> list[tuple[Words, str]]:
    """Return what can be made of a thing by whoever holds these scopes: words, and the address that begins with it."""
    return [
        (offer.words, f"{reverse(offer.url_name)}?{of}={ref}")
        for offer in _going_on.values()
        if offer.of == of and offer.scope in scopes
    ]


def answer_finds(room: str, finder: Finder) -> None:
    """Let a room tell what a text names."""
    _finders[room] = finder


def find_exact(text: str, actor: Any, *, now: datetime) -> list[Exact]:  # noqa: ANN401 -- the actor's class stands above
    """Return what every room says that a text names."""
    return [exact for find in _finders.values() for exact in find(text, actor, now=now)]


def answer_machines(router: str) -> None:
    """Let a room answer machines under `/api/v1/`: the dotted name of its router, read when the first address is."""
    if router not in _routers:
        _routers.append(router)


def routers() -> list[str]:
    """Return the dotted names of every room's router."""
    return list(_routers)


def answer_needs(room: str, needs: Needs) -> None:
    """Let a room tell what needs an actor."""
    _needs[room] = needs


def needs_of(actor: Any, *, now: datetime) -> list[Need]:  # noqa: ANN401 -- the actor's class stands above
    """Return what every room says needs this actor, the most urgent first; what has no minute comes last."""
    found = [need for ask in _needs.values() for need in ask(actor, now=now)]
    return sorted(found, key=lambda need: (need.due_at is None, need.due_at or now))


def answer_eyes(answer: WhoseEyes) -> None:
    """Let community say whose eyes a request has."""
    _eyes[:] = [answer]


def eyes_of(request: HttpRequest) -> Eyes | None:
    """Return whose eyes look, or None for the public."""
    return _eyes[0](request) if _eyes else None
