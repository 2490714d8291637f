"""Every read of this room: an organisation's inbox, how far what we told came, webhooks, letters, how one is told."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch, Q

from mitra.community import queries as community
from mitra.core.errors import NotFound
from mitra.core.policy.facts import Tlp
from mitra.messages import ports
from mitra.messages.facts import BrowserFacts, Channel, HookFacts, Line, State, Way, Wishes
from mitra.messages.models import Browser, Hook, Letter, Message, Sending, Wish
from mitra.messages.rules import state_of
from mitra.messages.words import STATES as STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from mitra.community.facts import Actor
    from mitra.messages.facts import Described

__all__ = [
    "STATE_WORDS",
    "get_letter",
    "get_message",
    "get_push_key",
    "get_wishes",
    "list_browsers",
    "list_hook_sendings",
    "list_hooks",
    "list_inbox",
    "list_letters",
    "list_told",
]
SHOWN: Final = 50
_STATES: Final = {Sending.SENDING: State.QUEUED}


def list_inbox(actor: Actor, *, now: datetime, limit: int = SHOWN) -> tuple[Line, ...]:
    """Return what the actor's organisation was told and the actor may read now: what waits for an answer first."""
    codes = [teller.code for teller in ports.tellers() if teller.scope in actor.scopes]
    rows = Message.objects.of(actor).filter(realm=actor.viewer.realm, code__in=codes)
    waiting = list(_with_ways(rows.filter(_ASKS)).order_by("answer_by", "pk")[:limit])
    others = list(_with_ways(rows.exclude(_ASKS)).order_by("-at", "-pk")[:limit])
    lines = [*_lines(waiting, actor, now), *_lines(others, actor, now)]
    return tuple(line for line in lines if line.described is not None)[:limit]


def get_message(ref: str, actor: Actor, *, now: datetime) -> Line:
    """Return one message of the inbox; raises NotFound, the same for not there, not yours and not any more."""
    row = _with_ways(Message.objects.of(actor).filter(ref=ref, realm=actor.viewer.realm)).first()
    teller = None if row is None else ports.find_teller(row.code)
    if row is None or teller is None or teller.scope not in actor.scopes:
        raise NotFound
    (line,) = _lines([row], actor, now)
    if line.described is None:
        raise NotFound
    return line


def list_told(abouts: Iterable[str], actor: Actor) -> tuple[Line, ...]:
    """Return what was told in the name of the actor's organisation about these things, and how far it came.

    The caller has these things in hand.  Of whom it reached it says the organisation, never an address or a person.
    """
    rows = Message.objects.filter(by=actor.organisation, about__in=list(abouts), realm=actor.viewer.realm)
    return tuple(_line(row, None, {}) for row in _with_ways(rows).order_by("at", "pk"))


def list_hooks(actor: Actor) -> tuple[HookFacts, ...]:
    """Return the webhooks of the actor's organisation, without their secrets."""
    rows = Hook.objects.of(actor).filter(realm=actor.viewer.realm).order_by("pk")
    return tuple(HookFacts(row.ref, row.url, row.made_at, row.state, row.said) for row in rows)


def list_hook_sendings(actor: Actor, *, limit: int = SHOWN) -> tuple[Way, ...]:
    """Return the newest requests to the webhooks of the actor's organisation."""
    urls = {hook.ref: hook.url for hook in list_hooks(actor)}
    rows = Sending.objects.of(actor).filter(channel=Channel.WEBHOOK, to__in=list(urls)).order_by("-state_at", "-pk")
    return tuple(_way(row, urls[row.to]) for row in rows[:limit])


def get_wishes(actor: Actor) -> Wishes:
    """Return how the acting person wants to be told."""
    row = Wish.objects.filter(person=actor.person or 0).first()
    if row is None:
        return Wishes()
    quiet = None if row.quiet_from is None or row.quiet_to is None else (row.quiet_from, row.quiet_to)
    return Wishes(row.by_mail, quiet, row.wakes_from)


def list_browsers(actor: Actor) -> tuple[BrowserFacts, ...]:
    """Return the browsers in which the acting person is told, the oldest first."""
    rows = Browser.objects.of(actor).filter(person=actor.person or 0).order_by("pk")
    return tuple(
        BrowserFacts(row.ref, urlsplit(row.endpoint).netloc, sha256(row.endpoint.encode()).hexdigest(), row.made_at)
        for row in rows
    )


def get_push_key() -> str:
    """Return the node's public key for web push, as a browser takes it."""
    from mitra.messages.channels.push import public_text  # noqa: PLC0415 - keys and seals; most pages need neither

    return public_text(settings.MITRA_SECRETS["push"])


def list_letters(actor: Actor, *, limit: int = SHOWN) -> tuple[Letter, ...]:
    """Return the letters that came for the actor's organisation, the newest first; the centre's with the unmatched.

    To whoever reads a kind of message in the inbox; to others none.
    """
    return tuple(_letters_of(actor).order_by("-received_at", "-pk")[:limit])


def get_letter(ref: str, actor: Actor) -> Letter:
    """Return one of these letters; raises NotFound."""
    row = _letters_of(actor).filter(ref=ref).first()
    if row is None:
        raise NotFound
    return row


def _letters_of(actor: Actor) -> QuerySet[Letter]:
    if not any(teller.scope in actor.scopes for teller in ports.tellers()):
        return Letter.objects.none()
    owners = {actor.organisation, *({0} if actor.is_centre else ())}
    return Letter.objects.filter(owner__in=owners, realm=actor.viewer.realm).select_related("message")


_ASKS: Final = Q(answer_by__isnull=False, acknowledged_at=None)


def _with_ways(rows: QuerySet[Message]) -> QuerySet[Message]:
    return rows.prefetch_related(Prefetch("ways", queryset=Sending.objects.order_by("pk")))


def _lines(rows: Sequence[Message], actor: Actor, now: datetime) -> list[Line]:
    """Return rows of the actor's own organisation as lines, each thing read again once a kind of message."""
    described: dict[str, dict[str, Described]] = {}
    for code in {row.code for row in rows}:
        teller = ports.find_teller(code)
        abouts = [row.about for row in rows if row.code == code]
        described[code] = dict(teller.describe(abouts, actor, now=now)) if teller is not None else {}
    people = {one.id: one.name for one in community.list_people(actor)} if _were_answered(rows) else {}
    return [_line(row, described[row.code].get(row.about), people) for row in rows]


def _were_answered(rows: Sequence[Message]) -> bool:
    return any(row.acknowledged_by is not None for row in rows)


def _line(row: Message, described: Described | None, people: Mapping[int, str]) -> Line:
    teller = ports.find_teller(row.code)
    ways = list(row.ways.all())
    on_rung = [_state(way) for way in ways if way.rung == row.rung]
    return Line(
        ref=row.ref,
        code=row.code,
        heading=teller.heading if teller is not None else row.code,
        number=row.number,
        severity=row.severity,
        tlp=None if row.tlp is None else Tlp(row.tlp),
        at=row.at,
        state=state_of(
            on_rung,
            rung=row.rung,
            climbed_because=row.climbed_because,
            is_acknowledged=row.acknowledged_at is not None,
        ),
        about=row.about,
        to=row.owner,
        answer_by=row.answer_by,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=people.get(row.acknowledged_by or 0, ""),
        described=described,
        ways=tuple(_way(way, way.to if way.channel == Channel.MAIL else "") for way in ways) if described else (),
    )


def _way(row: Sending, to: str) -> Way:
    # The token is what a webhook is sent as its id; that of a mail is nobody's to know.
    ref = row.token if row.channel == Channel.WEBHOOK else ""
    return Way(Channel(row.channel), to, _state(row), row.said, row.state_at, ref, row.tries, row.rung)


def _state(row: Sending) -> State:
    return _STATES.get(row.state) or State(row.state)
