"""What the front desk itself finds to need somebody: credentials that end soon, so that no connection falls silent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from mitra.community import queries as community
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.web.ports import Need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor

SOON = timedelta(days=14)


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
