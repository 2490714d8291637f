"""What of sharing needs somebody: items that a safeguard holds, and embargoes of one's own that end within a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mitra.community.facts import EXCHANGE_SHARE
from mitra.exchange import queries, telling
from mitra.web.ports import Need
from mitra.web.templatetags.show import number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor

SOON: Final = timedelta(hours=24)
HELD_SHOWN: Final = 3
"""So many held items are told one by one; the rest as one number."""


def list_needs(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield what this actor can act on; nothing to those who do not share."""
    if EXCHANGE_SHARE not in actor.scopes:
        return
    yield from ending_embargoes(actor, now=now)
    yield from held_items(actor)


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
