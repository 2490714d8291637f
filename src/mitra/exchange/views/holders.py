"""Who has what one shared; ask it back; what others asked back of one's own organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mitra.community.doors import member_required, scope_required
from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE
from mitra.exchange import operations, queries, recall_words
from mitra.exchange.forms import ReasonForm
from mitra.web.page import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest
    from mitra.exchange.queries import HolderLine


@require_safe
@member_required
@scope_required(EXCHANGE_SHARE)
def holders(request: MemberRequest, ref: str) -> HttpResponse:
    """Show its sharer who was handed a record, by which way, since when."""
    found = queries.who_has(request.actor, ref, now=request.now)
    context = {
        "found": found,
        "answer": recall_words.holders_answer(found),
        "lines": with_ways(found.named),
        "page_tlp": found.line.tlp,
    }
    return page(request, "exchange/record-holders.html", context)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def recall(request: MemberRequest, ref: str) -> HttpResponse:
    """Show who has a record and who of them can be told; on POST, end it and have them told, with the reason."""
    found = queries.who_has(request.actor, ref, now=request.now)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        made = form.attempt(lambda: operations.recall(request.actor, ref, reason, now=request.now), at="reason")
        if made is not None:
            messages.success(request, gettext("Recalled. Whoever has it is told within a minute."))
            return redirect("exchange:recall", made)
    context = {
        "found": found,
        "form": form,
        "lines": with_ways(found.named),
        "figure": recall_words.holders_figure(found),
        "button": recall_words.recall_button(found),
        "page_tlp": found.line.tlp,
    }
    return page(request, "exchange/record-recall.html", context, status=422 if form.errors else 200)


def with_ways(lines: tuple[HolderLine, ...]) -> list[tuple[HolderLine, str]]:
    """Return each holder with its ways in words."""
    return [(line, recall_words.ways_words(line.ways)) for line in lines]


@require_safe
@member_required
@scope_required(EXCHANGE_SHARE)
def recalls(request: MemberRequest) -> HttpResponse:
    """Show what one's own organisation asked back or tightened, and what came of it."""
    lines = queries.list_recalls(request.actor)
    count = queries.count_recalls(request.actor)
    context = {
        "lines": [(line, recall_words.ENDS[line.to]) for line in lines],
        "count": count,
        "answer": recall_words.recalls_answer(count),
        "page_tlp": max((line.tlp for line in lines if not line.is_red), default=None),
    }
    return page(request, "exchange/recalls.html", context)


@require_safe
@member_required
@scope_required(EXCHANGE_SHARE)
def outcome(request: MemberRequest, recall_id: UUID) -> HttpResponse:
    """Show of one recall who was told, who has nobody to tell, and who says that it is done."""
    found = queries.get_recall(request.actor, recall_id, now=request.now)
    context = {
        "found": found,
        "answer": recall_words.recall_answer(found),
        "end": recall_words.ENDS[found.line.to],
        "page_tlp": found.line.tlp,
    }
    return page(request, "exchange/recall.html", context)


@require_safe
@member_required
@scope_required(EXCHANGE_READ)
def notices(request: MemberRequest) -> HttpResponse:
    """Show what others asked back of one's own organisation: what is open, and what was done."""
    found = queries.list_notices(request.actor)
    context = {
        "found": found,
        "open": [(line, recall_words.notice_title(line), recall_words.notice_body(line)) for line in found.open],
        "done": [(line, recall_words.notice_title(line)) for line in found.done],
        "answer": recall_words.notices_answer(found.open_count),
        "page_tlp": max((line.tlp for line in (*found.open, *found.done) if not line.is_red), default=None),
    }
    return page(request, "exchange/notices.html", context)


@require_POST
@member_required
@scope_required(EXCHANGE_READ)
def notice_done(request: MemberRequest, notice_id: UUID) -> HttpResponse:
    """Keep that what a notice asks was done, who says so and when."""
    operations.mark_done(request.actor, notice_id, now=request.now)
    messages.success(request, gettext("Kept: it is done, and its sharer sees that."))
    return redirect("exchange:notices")
