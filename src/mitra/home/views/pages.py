"""One address, two first pages: the situation room for members, the open door for everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.views.decorators.http import require_safe

from mitra.exchange import operations as exchange
from mitra.home.region import LEGEND
from mitra.home.rules import may_see_node
from mitra.home.situation import heading_of, open_records, situation_of
from mitra.home.visits import keep_visits, read_visits
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.web.requests import AskedRequest


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


def public(request: AskedRequest) -> HttpResponse:
    """Show everybody what this is and what is open to all."""
    return page(request, "home/public.html", {"records": open_records(now=request.now)})
