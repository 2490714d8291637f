"""What of the community needs somebody: circles that ask for us."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from mitra.community import queries
from mitra.community.rooms import timed_invitations
from mitra.community.rules import WRITES_NOTHING, speaks_for_its_body
from mitra.web.ports import Need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor


def list_needs(actor: Actor, *, now: datetime) -> Iterator[Need]:  # noqa: ARG001 - a port is asked as of a moment
    """Yield a need for each invitation, to whoever may answer it."""
    if not speaks_for_its_body(actor.scopes) or actor.viewer.standing in WRITES_NOTHING:
        return
    timed = timed_invitations(actor)
    for line in queries.list_invitations(actor):
        if line.circle.slug in timed:
            continue
        yield Need(
            kind=_("invitation"),
            title=line.circle.name,
            body=line.why or _("You are asked into this circle. Until you accept, you read nothing in it."),
            url=reverse("community:circle", args=[line.circle.slug]),
            act=_("Read it and answer"),
            since=line.invited_at,
            sign="ring",
        )
