"""One address, two first pages: the situation room for members, the open door for everybody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.views.decorators.http import require_safe

from mitra.community.doors import member_required
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations as exchange
from mitra.home.region import LEGEND
from mitra.home.rules import may_see_node
from mitra.home.situation import heading_of, open_records, situation_of
from mitra.home.visits import keep_visits, read_visits
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest
    from mitra.web.requests import AskedRequest


A_DAY: Final = timedelta(days=1)
SHOWN_ON_WALL: Final = 5


@require_safe
def front(request: AskedRequest) -> HttpResponse:
    """Show what this visitor came for."""
    return situation(request) if request.actor is not None else public(request)


def situation(request: AskedRequest) -> HttpResponse:
    """Show a member what needs it, what is new and how the region stands; remember that it was here."""
    visits = read_visits(request, now=request.now)
    found = situation_of(request.actor, since=visits.since, now=request.now)
    exchange.hand_lines(request.actor, found.new.items, now=request.now)
    context = {
        "found": found,
        "visits": visits,
        "answer": heading_of(found.needs_count),
        "legend": LEGEND,
        "page_tlp": found.tlp,
        "may_see_node": may_see_node(request.actor),
        "as_table": request.GET.get("region") == "table",
    }
    response = page(request, "home/situation.html", context)
    keep_visits(response, visits, is_secure=request.is_secure())
    return response


@require_safe
@member_required
def wall(request: MemberRequest) -> HttpResponse:
    """Show on the wall of a room what burns, in figures that are read from three metres; it comes anew each minute.

    Whoever stands in the room reads it: words are shown of what has a label no stricter than TLP:GREEN, of all else
    label, kind and minute.
    """
    found = situation_of(request.actor, since=request.now - A_DAY, now=request.now)
    lines = [(need, need.tlp is not None and need.tlp <= Tlp.GREEN) for need in (*found.needs, *found.later)]
    context = {"found": found, "lines": lines[:SHOWN_ON_WALL], "answer": heading_of(found.needs_count)}
    return page(request, "home/wall.html", context)


def public(request: AskedRequest) -> HttpResponse:
    """Show everybody what this is and what is open to all."""
    return page(request, "home/public.html", {"records": open_records(now=request.now)})
