"""One record: what it says, why this viewer reads it, who else does, and its bytes.

What is not there and what is not for this viewer are one page.  Of RED, label, room and hour are shown; its words only
in the answer to a POST, and each such answer is written down before it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community.doors import member_required, scope_required
from mitra.community.facts import EXCHANGE_READ
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations, queries, telling
from mitra.exchange.graph import graph_of
from mitra.exchange.views.showing import shown_of
from mitra.ledger import queries as ledger
from mitra.web.page import page
from mitra.web.ports import ways_on

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from mitra.community.doors import MemberRequest
    from mitra.exchange.queries import RecordView
    from mitra.web.requests import AskedRequest


def record(request: AskedRequest, ref: str) -> HttpResponseBase:
    """Show one record; on POST, write down that a RED one is read, and show its words."""
    return open_red(request, ref) if request.method == "POST" else show(request, ref)


@require_safe
def show(request: AskedRequest, ref: str) -> HttpResponse:
    """Show one record, of RED only that it is there for this person."""
    found = queries.find_record(request.viewer, ref, now=request.now)
    if found is None:
        line = queries.get_line(request.viewer, ref, now=request.now)
        return page(request, "exchange/record-sealed.html", {"line": line, "page_tlp": Tlp.RED})
    operations.hand_record(request.actor, found, now=request.now)
    return page(request, "exchange/record.html", context_of(request, found))


@require_http_methods(["POST"])
@member_required
@scope_required(EXCHANGE_READ)
def open_red(request: MemberRequest, ref: str) -> HttpResponse:
    """Write the reading down, then show the words in this answer and nowhere else."""
    operations.open_red(request.actor, ref, now=request.now)
    found = queries.get_record(request.viewer, ref, now=request.now, is_opened=True)
    operations.hand_record(request.actor, found, now=request.now)
    return page(request, "exchange/record.html", context_of(request, found))


def context_of(request: AskedRequest, found: RecordView) -> dict[str, Any]:
    """Return everything that the page of a record shows."""
    ref = found.line.ref
    actor = request.actor
    scopes = frozenset[str]() if actor is None else actor.scopes
    readers = queries.who_can_see(request.viewer, ref, now=request.now)
    return {
        "ways_on": ways_on("record", ref, scopes),
        "record": found,
        "shown": shown_of(found, now=request.now),
        "graph": graph_of(found.relations),
        "readers": readers,
        "figure": telling.readers_figure(readers),
        "clients": telling.clients_figure(readers),
        "commitment": found.receipt.commitment.hex(),
        "rights": queries.get_rights(actor, ref, now=request.now) if actor is not None else None,
        "published": ledger.count_published(),
        "page_tlp": found.line.tlp,
    }


@require_safe
def raw(request: AskedRequest, ref: str) -> HttpResponse:
    """Send the bytes as they are served to machines; RED never leaves as a file, it is opened on its page."""
    found = queries.find_record(request.viewer, ref, now=request.now)
    if found is None:
        return redirect("exchange:record", ref)
    operations.hand_lines(request.actor, [found.line], now=request.now)
    name = found.line.id or "record"
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return HttpResponse(found.raw, content_type="application/stix+json;version=2.1", headers=headers)
