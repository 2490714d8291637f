"""What of sharing needs somebody: what others asked back, what is held, own embargoes that end within a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE
from mitra.exchange import queries, recall_words, telling
from mitra.web.ports import Need
from mitra.web.templatetags.show import number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor

SOON: Final = timedelta(hours=24)
HELD_SHOWN: Final = 3
"""So many held items are told one by one; the rest as one number."""
NOTICES_SHOWN: Final = 3
"""So many notices likewise."""


def list_needs(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield what this actor can act on: notices to those who read, the rest to those who share."""
    if EXCHANGE_READ in actor.scopes:
        yield from notices(actor)
    if EXCHANGE_SHARE in actor.scopes:
        yield from ending_embargoes(actor, now=now)
        yield from held_items(actor)


def notices(actor: Actor) -> Iterator[Need]:
    """Yield a need for each of the newest things that others asked back, and one for all others together."""
    lines, count = queries.list_open_notices(actor, limit=NOTICES_SHOWN)
    for line in lines:
        yield Need(
            kind=recall_words.ENDS[line.to],
            title=recall_words.notice_title(line),
            body=recall_words.notice_body(line),
            url=f"{reverse('exchange:notices')}#notice-{line.id}",
            act=_("See what to do"),
            since=line.asked_at,
            tlp=line.tlp,
            sign="cross",
            tone="warn",
        )
    others = count - len(lines)
    if others > 0:
        title = ngettext("%(n)s more was recalled or tightened", "%(n)s more were recalled or tightened", others)
        yield Need(
            kind=_("recalled"),
            title=title % {"n": number(others)},
            body=recall_words.notices_answer(count),
            url=reverse("exchange:notices"),
            act=_("See all of them"),
            sign="cross",
            tone="warn",
        )


def ending_embargoes(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield a need for each embargo of one's own that ends within a day."""
    for ending in queries.list_ending_embargoes(actor, until=now + SOON, now=now):
        yield Need(
            kind=_("embargo ends"),
            title=ending.title,
            body=_("Then all of its readers have it. Until then you can still withdraw it, or set a later hour."),
            url=reverse("exchange:record", args=[ending.ref]),
            act=_("Look at it once more"),
            due_at=ending.ends_at,
            due_to=_("until others read it"),
            since=ending.at,
            tlp=ending.tlp,
            sign="clock",
        )


def held_items(actor: Actor) -> Iterator[Need]:
    """Yield a need for each of the newest held items, and one for all others together."""
    held = queries.list_held(actor, limit=HELD_SHOWN)
    for line in held.waiting:
        yield Need(
            kind=_("held by a safeguard"),
            title=line.title,
            body=line.because,
            url=reverse("exchange:held-item", args=[line.id]),
            act=_("Decide about it"),
            since=line.held_at,
            tlp=line.tlp,
            sign="held",
            tone="warn",
        )
    others = held.waiting_count - len(held.waiting)
    if others > 0:
        title = ngettext("%(n)s more item is held", "%(n)s more items are held", others) % {"n": number(others)}
        yield Need(
            kind=_("held by a safeguard"),
            title=title,
            body=telling.held_answer(held.waiting_count),
            url=reverse("exchange:held"),
            act=_("See what is held"),
            sign="held",
            tone="warn",
        )
