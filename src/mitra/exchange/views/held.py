"""What safeguards hold: what it is, what holds it, and the two ways on, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community.doors import member_required, scope_required
from mitra.community.facts import EXCHANGE_SHARE
from mitra.exchange import operations, queries, telling
from mitra.exchange.forms import HeldForm
from mitra.exchange.views.showing import tell
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest


@require_safe
@member_required
@scope_required(EXCHANGE_SHARE)
def held(request: MemberRequest) -> HttpResponse:
    """Show what waits for us, and what we decided of late."""
    found = queries.list_held(request.actor)
    lines = (*found.waiting, *found.decided)
    context = {
        "found": found,
        "answer": telling.held_answer(found.waiting_count),
        "page_tlp": max((line.tlp for line in lines), default=None),
    }
    return page(request, "exchange/held.html", context)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def held_item(request: MemberRequest, held_id: str) -> HttpResponse:
    """Show one held item; on POST, let it go or put it away, with the reason."""
    found = queries.get_held(request.actor, held_id)
    form = HeldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = form.attempt(lambda: decide(request, held_id, form.cleaned_data), at="reason")
        if done is not None:
            return done
    context = {
        "found": found,
        "statements": [tell(statement) for statement in found.statements],
        "form": form,
        "holds": telling.SAFEGUARDS.get(found.line.safeguard, found.line.safeguard),
        "decided": telling.DECISIONS.get(found.line.decision, ""),
        "reached": telling.join_names(found.circle_names),
        "page_tlp": found.line.tlp,
    }
    return page(request, "exchange/held-item.html", context, status=422 if form.errors else 200)


def decide(request: MemberRequest, held_id: str, clean: dict[str, str]) -> HttpResponse:
    """Do what was decided and lead on."""
    if clean["decision"] == "discard":
        operations.discard_held(request.actor, held_id, clean["reason"], now=request.now)
        messages.success(request, gettext("Put away. It was not shared."))
        return redirect("exchange:held")
    result = operations.release_held(request.actor, held_id, clean["reason"], now=request.now)
    messages.success(request, gettext("Let go. Its readers have it from now on, and your reason is kept."))
    return redirect("exchange:record", result.ref)
