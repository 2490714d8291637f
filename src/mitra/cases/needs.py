"""What of the room needs somebody: a case that we lead and have not begun to handle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from mitra.cases import queries, words
from mitra.cases.facts import CASES_WRITE, page_of
from mitra.web.ports import Need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor

SHOWN: Final = 5
LOOKED_AT: Final = 20
"""The newest of our own: what has waited longer than twenty others is on the list of cases."""
NOT_BEGUN: Final = frozenset({"reported", "triaged"})


def list_needs(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield the gravest cases that wait for the actor's organisation to begin."""
    if CASES_WRITE not in actor.scopes:
        return
    lines = queries.list_cases(actor, now=now, limit=LOOKED_AT, opened_by=actor.organisation)
    waiting = [line for line in lines if line.is_ours and line.state in NOT_BEGUN]
    for line in waiting[:SHOWN]:
        yield Need(
            kind=_("a case to take up"),
            title=line.facts.heading,
            body=words.STATES[line.state],
            url=page_of(line.stix_id),
            act=_("Look at the case"),
            since=line.opened_at,
            tlp=line.tlp,
            sign="diamond",
        )
