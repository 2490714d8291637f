"""The operator's page: is the node at work, what waits for a decision of ours, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community.doors import member_required
from mitra.home import operations
from mitra.home.forms import DeliveryForm
from mitra.home.node import error_words, node_of
from mitra.home.rules import may_tend_node, require_sight_of_node
from mitra.pulse import queries as pulse
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest


@require_safe
@member_required
def node(request: MemberRequest) -> HttpResponse:
    """Show whether the node is at work, and what waits."""
    require_sight_of_node(request.actor)
    context = {"found": node_of(now=request.now), "may_tend": may_tend_node(request.actor)}
    return page(request, "home/node.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def delivery(request: MemberRequest, number: int) -> HttpResponse:
    """Show one parked delivery; on POST, try it again or skip it, with the reason."""
    require_sight_of_node(request.actor)
    found = pulse.get_parked(number)
    form = DeliveryForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = form.attempt(lambda: decide(request, number, form.cleaned_data))
        if done is not None:
            return done
    context = {
        "found": found,
        "error": error_words(found.error),
        "form": form,
        "may_tend": may_tend_node(request.actor),
    }
    return page(request, "home/delivery.html", context, status=422 if form.errors else 200)


def decide(request: MemberRequest, number: int, clean: dict[str, str]) -> HttpResponse:
    """Do what was decided and lead back."""
    if clean["decision"] == "skip":
        operations.skip_delivery(request.actor, number, clean["reason"], now=request.now)
        messages.success(request, gettext("Skipped. What waited behind it goes on, and your reason is kept."))
    else:
        operations.try_delivery_again(request.actor, number, clean["reason"], now=request.now)
        messages.success(request, gettext("It is tried again now; if it fails eight times more, it is back here."))
    return redirect("home:node")
