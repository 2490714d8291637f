"""What the front desk itself finds to need somebody: credentials that end soon, and what the node itself waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mitra.community import queries as community
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.home.rules import may_tend_node
from mitra.pulse import queries as pulse
from mitra.web.ports import Need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor

SOON = timedelta(days=14)


def needs_of_home(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield what the front desk has for this actor."""
    yield from parked_deliveries(actor, now=now)
    yield from ending_credentials(actor, now=now)


def parked_deliveries(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield one need for all deliveries that failed too often, to those who decide about them."""
    if not may_tend_node(actor):
        return
    found = pulse.health(now)
    if found.oldest_parked_at is None:
        return
    yield Need(
        kind=_("the node itself"),
        title=ngettext("%(n)s delivery failed eight times", "%(n)s deliveries failed eight times", found.parked)
        % {"n": f"{found.parked:,}"},
        body=_("What should have followed from something that happened has not, and waits for you."),
        url=reverse("home:node"),
        act=_("Look at the node"),
        due_at=found.oldest_parked_at + pulse.PARKED_TOO_LONG,
        due_to=_("to decide"),
        since=found.oldest_parked_at,
        sign="held",
    )


def ending_credentials(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield a need for each working credential that ends within two weeks, to those who can renew it."""
    if COMMUNITY_MANAGE not in actor.scopes:
        return
    for credential in community.list_credentials(actor):
        if credential.state(now) == "works" and credential.expires_at - now <= SOON:
            yield Need(
                kind=_("credential ends"),
                title=_("“%(label)s” will stop working") % {"label": credential.label},
                body=_(
                    "Whatever reads or shares with it falls silent then. Make a new one and put it in its place first."
                ),
                url=reverse("community:credentials"),
                act=_("Make a new credential"),
                due_at=credential.expires_at,
                due_to=_("to replace it"),
                since=credential.created_at,
                sign="key",
            )
