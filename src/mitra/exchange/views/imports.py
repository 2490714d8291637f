"""Long inputs: how far each is, and what became of its objects; the page may be closed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community.doors import member_required, scope_required
from mitra.community.facts import EXCHANGE_SHARE
from mitra.exchange import operations, queries, telling
from mitra.web.page import page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest


@require_safe
@member_required
@scope_required(EXCHANGE_SHARE)
def imports(request: MemberRequest) -> HttpResponse:
    """Show the newest imports of our organisation, and how far each is."""
    lines = queries.list_imports(request.actor)
    context = {"lines": lines, "waiting": sum(not line.is_over for line in lines)}
    return page(request, "exchange/imports.html", context)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def one_import(request: MemberRequest, import_id: UUID) -> HttpResponse:
    """Show one import; on POST, stop it while it waits."""
    if request.method == "POST":
        operations.stop_import(request.actor, import_id, now=request.now)
        messages.info(request, gettext("Stopped. Nothing of it was shared."))
        return redirect("exchange:imports")
    found = queries.get_import(request.actor, import_id)
    line = found.line
    context = {
        "found": found,
        "line": line,
        "answer": telling.import_answer(line),
        "left": telling.time_left_words(line, now=request.now),
    }
    return page(request, "exchange/import.html", context, parts={"progress"})
