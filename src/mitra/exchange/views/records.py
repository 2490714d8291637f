"""The list of records, narrowed by its address, and the same as a file.

Open to everybody: the store's door shows the public what is TLP:CLEAR and members what they may read.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from mitra.community import queries as community
from mitra.community.doors import scope_required
from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations, plain, queries, telling
from mitra.exchange.forms import FilterForm
from mitra.store.handed.facts import Channel
from mitra.web.page import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.http import HttpResponse

    from mitra.web.requests import AskedRequest

    Export = Callable[..., Iterator[bytes]]

SHOWN = 25


@require_safe
def records(request: AskedRequest) -> HttpResponse:
    """Show what this viewer may read, newest first."""
    form = filter_form(request)
    context: dict[str, Any] = {"form": form, "holds_room": holds_room(request), "may_share": may_share(request)}
    if not form.is_valid():
        context["answer"] = gettext("This list cannot be narrowed like that.")
        return page(request, "exchange/records.html", context, parts={"records"}, status=422)
    only = form.only()
    found = queries.list_records(request.viewer, only, before=request.GET.get("before"), limit=SHOWN, now=request.now)
    operations.hand_lines(request.actor, found.items, now=request.now)
    narrowed = {name: value for name, value in form.cleaned_data.items() if value}
    context |= {
        "found": found,
        "narrowed": narrowed,
        "answer": telling.records_answer(found.total, is_narrowed=bool(narrowed)),
        "total": telling.total_words(found.total),
        "page_tlp": max((line.tlp for line in found.items if not line.is_red), default=None),
        "held_count": queries.count_held(request.actor) if may_share(request) else 0,
        "is_first": "before" not in request.GET,
    }
    return page(request, "exchange/records.html", context, parts={"records"})


def filter_form(request: AskedRequest) -> FilterForm:
    """Return the filters of the address, with what this viewer can choose among."""
    actor = request.actor
    # A line of RED does not tell its type, so neither does the choice of types.
    types = {kind for kind, level in queries.list_tallies(request.viewer, now=request.now) if level != Tlp.RED}
    return FilterForm(
        request.GET,
        types={kind: plain.type_label(kind) for kind in types},
        organisations=community.list_organisations(actor) if actor is not None else (),
        circles=community.list_circles(actor) if actor is not None else (),
    )


def holds_room(request: AskedRequest) -> bool:
    """Return whether the viewer reads more than what is open to everybody."""
    return request.actor is not None and EXCHANGE_READ in request.actor.scopes


def may_share(request: AskedRequest) -> bool:
    """Return whether to offer sharing."""
    return request.actor is not None and EXCHANGE_SHARE in request.actor.scopes


@require_safe
@scope_required(EXCHANGE_READ)
def export_stix(request: AskedRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the narrowed list as a STIX bundle, read as a machine: without RED."""
    return as_file(request, queries.export_stix, "application/stix+json;version=2.1", "records.stix.json")


@require_safe
@scope_required(EXCHANGE_READ)
def export_csv(request: AskedRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the values of the narrowed list as CSV, read as a machine: without RED."""
    return as_file(request, queries.export_csv, "text/csv; charset=utf-8", "values.csv")


def as_file(request: AskedRequest, export: Export, kind: str, name: str) -> HttpResponse | StreamingHttpResponse:
    """Return an export as a download that needs no memory."""
    form = filter_form(request)
    if not form.is_valid():
        return page(request, "exchange/records.html", {"form": form, "answer": gettext("No file of that.")}, status=422)
    hand = operations.hand_to(request.actor, Channel.EXPORT, now=request.now)
    return streamed(export(request.viewer, form.only(for_machines=True), hand=hand, now=request.now), kind, name)


def streamed(chunks: Iterator[bytes], kind: str, name: str) -> StreamingHttpResponse:
    """Return chunks as a download; its head and first window are made here, while an error can still be answered."""
    first = list(islice(chunks, 2))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(chain(first, chunks), content_type=kind, headers=headers)
