"""Gather what the front desk shows: to members what needs them and what is new, to the public what is open to all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mitra.community import queries as community
from mitra.core.policy.facts import PUBLIC, Tlp
from mitra.exchange import queries as exchange
from mitra.home.region import tiles_for
from mitra.ledger import queries as ledger
from mitra.store.facts import Filter
from mitra.web import ports

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor, CircleFacts, OrganisationFacts
    from mitra.exchange.queries import RecordLine, RecordPage
    from mitra.home.region import Tile
    from mitra.web.ports import Need

NEW_SHOWN = 8
PUBLIC_SHOWN = 8
NEEDS_SHOWN = 6
LATER_SHOWN = 6
A_NIGHT = timedelta(hours=8)
"""What is due later than this can wait for daylight."""
LISTED = Filter(versions="last", without_types=frozenset({"relationship"}))
"""What people are told of; they meet a relation on the records that it ties."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What a member sees on coming in."""

    needs: tuple[Need, ...]
    """The first few that cannot wait, the most urgent first."""
    needs_count: int
    later: tuple[Need, ...]
    """The first few that can wait for daylight: due in more than a night's time."""
    later_count: int
    new: RecordPage
    newest: RecordLine | None
    """The newest record that this viewer reads, new or not."""
    tlp: Tlp | None
    """The strictest level of what the page says; of RED records it says label, room and hour only."""
    tiles: tuple[Tile, ...]
    own: OrganisationFacts
    sponsor: OrganisationFacts | None
    circles: tuple[CircleFacts, ...]
    """Those that stand."""
    work_count: int
    """How many more it is in, opened for one piece of work."""
    log_size: int


def situation_of(actor: Actor, *, since: datetime, now: datetime) -> Situation:
    """Return the situation of one member, with what came since an instant."""
    found = ports.needs_of(actor, now=now)
    later = [need for need in found if need.due_at is not None and need.due_at - now > A_NIGHT]
    needs = [need for need in found if need.due_at is None or need.due_at - now <= A_NIGHT]
    fresh = replace(LISTED, added_after=since)
    new = exchange.list_records(actor.viewer, fresh, limit=NEW_SHOWN, now=now)
    newest = new.items[0] if new.items else first_of(exchange.list_records(actor.viewer, limit=1, now=now))
    own = community.get_organisation(actor.organisation)
    levels = [line.tlp for line in new.items if not line.is_red] + [
        need.tlp for need in needs[:NEEDS_SHOWN] if need.tlp is not None
    ]
    return Situation(
        needs=tuple(needs[:NEEDS_SHOWN]),
        needs_count=len(needs),
        later=tuple(later[:LATER_SHOWN]),
        later_count=len(later),
        new=new,
        newest=newest,
        tlp=max(levels) if levels else None,
        tiles=tiles_for(actor, community.list_organisations(actor), now=now),
        own=own,
        sponsor=community.get_organisation(own.sponsor) if own.sponsor else None,
        circles=community.list_standing_circles(actor),
        work_count=len(actor.viewer.working_circles),
        log_size=ledger.count_entries(),
    )


def open_records(*, now: datetime) -> RecordPage:
    """Return the newest records that everybody may read."""
    return exchange.list_records(PUBLIC, LISTED, limit=PUBLIC_SHOWN, now=now)


def first_of(page: RecordPage) -> RecordLine | None:
    """Return a page's first line, or None."""
    return page.items[0] if page.items else None


def heading_of(count: int) -> str:
    """Return the page's answer in one sentence, as “Two things need you”."""
    if count == 0:
        return _("Nothing needs you now.")
    return ngettext("%(n)s thing needs you.", "%(n)s things need you.", count) % {"n": in_words(count)}


def in_words(count: int) -> str:
    """Return a small number as a sentence begins with it; larger ones in figures."""
    small = (_("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine"))
    return small[count - 1] if count <= len(small) else f"{count:,}"
