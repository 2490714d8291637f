"""Browsers in which a person is told: kept, taken away, and the worker that rings in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from mitra.community.doors import member_required
from mitra.messages import operations

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from mitra.community.doors import MemberRequest


@require_POST
@member_required
def browsers(request: MemberRequest) -> HttpResponse:
    """Tell me in this browser, or no more in one of mine."""
    if "drop" in request.POST:
        operations.drop_browser(request.POST["drop"], by=request.actor)
        messages.success(request, gettext("Taken away; this browser rings no more."))
    else:
        operations.add_browser(request.POST.get("subscription", ""), by=request.actor, now=request.now)
        messages.success(request, gettext("This browser rings from now on."))
    return redirect("messages:wishes")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """Give the worker that shows what comes, the same to everybody; a browser looks each day whether it changed.

    It stands at the root, for a worker reaches what lies beside and below it.
    """
    response = render(request, "messages/worker.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response
