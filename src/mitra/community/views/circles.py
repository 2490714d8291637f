"""Circles: those that we are in, what we are asked into, one with its members, and what a change would open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community import operations, queries
from mitra.community.doors import member_required
from mitra.community.forms import BodyForm, NamedForm, NewCircleForm
from mitra.community.needs import list_needs
from mitra.community.operations.guards import require_opener
from mitra.community.rules import speaks_for_its_body
from mitra.core.policy.facts import Standing
from mitra.web.page import page
from mitra.web.told import ToldForm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest
    from mitra.community.facts import Addressee, OrganisationFacts
    from mitra.community.queries import CircleView

ANSWERS = {"accept": operations.accept, "decline": operations.decline}
CHANGES = {
    "invite": operations.invite,
    "remove": operations.remove_from_working,
    "hand-over": operations.hand_over,
    "take-back": operations.take_invitation_back,
}
"""What a host does with a body, by the button's word."""
NAMES = {"name": operations.name_person, "unname": operations.unname_person}
"""What a host does with a person."""


@require_safe
@member_required
def circles(request: MemberRequest) -> HttpResponse:
    """Show what we are asked into, then the circles that we are in."""
    context = {
        "needs": list(list_needs(request.actor, now=request.now)),
        "circles": queries.list_circles(request.actor),
        "may_open": may_open(request),
    }
    return page(request, "community/circles.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def new_circle(request: MemberRequest) -> HttpResponse:
    """Ask what it is for; on POST, open it."""
    require_opener(request.actor)
    form = NewCircleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        made = form.attempt(
            lambda: operations.open_working_circle(
                clean["name"],
                purpose=clean["purpose"],
                is_confidential=clean["is_confidential"],
                by=request.actor,
                now=request.now,
            ),
            at="name",
        )
        if made is not None:
            return redirect("community:circle", made.slug)
    return page(request, "community/circle-new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required
def circle(request: MemberRequest, slug: str) -> HttpResponse:
    """Show a circle, and what whoever came in would read; on POST, answer, leave, or change who is in it."""
    seen = queries.get_circle(slug, request.actor)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    if step in ANSWERS:
        ANSWERS[step](seen.circle.id, by=request.actor, now=request.now)
        messages.success(request, gettext("Answered; the circle’s host sees it."))
        return redirect("community:circle", slug) if step == "accept" else redirect("community:circles")
    invitable = queries.list_invitable(slug, request.actor)
    nameable = queries.list_nameable(seen, request.actor)
    form = sent_form(request, seen, step, invitable=invitable, nameable=nameable)
    is_sent = form.is_bound and form.is_valid()
    if is_sent and step == "leave" and form.attempt(lambda: leave(request, seen)):
        return redirect("community:circles")
    at = "person" if step in NAMES else "organisation"
    if is_sent and step in CHANGES | NAMES and form.attempt(lambda: change(request, seen, step, form), at=at):
        messages.success(request, gettext("Done, and it is in the log."))
        return redirect("community:circle", slug)
    context = {
        "seen": seen,
        "form": form,
        "invite_options": BodyForm(bodies=invitable).options,
        "member_options": BodyForm(bodies=others(seen)).options,
        "nameable_options": NamedForm(persons=nameable).options,
        "named_options": NamedForm(persons=seen.named).options,
        "asked_options": BodyForm(bodies=[line.organisation for line in seen.invited]).options,
        "step": step,
        "may_decide": speaks_for_its_body(request.actor.scopes),
        "preview": queries.preview_circle(seen.circle.id, request.actor, now=request.now) if seen.is_member else None,
        "own": next((line for line in seen.invited if line.organisation.id == request.actor.organisation), None),
    }
    return page(request, "community/circle.html", context, status=422 if form.errors else 200)


def sent_form(
    request: MemberRequest,
    seen: CircleView,
    step: str,
    *,
    invitable: Sequence[OrganisationFacts],
    nameable: Sequence[Addressee],
) -> ToldForm:
    """Return the form of a step, whose choices are those that the page shows."""
    if step in NAMES:
        return NamedForm(request.POST, persons=nameable if step == "name" else seen.named)
    if step in CHANGES:
        return BodyForm(request.POST, bodies=invitable if step == "invite" else in_it(seen))
    return ToldForm(request.POST or None)


def change(request: MemberRequest, seen: CircleView, step: str, form: ToldForm) -> bool:
    """Do what a host does; return whether it was done."""
    act: Callable[..., None] = (CHANGES | NAMES)[step]
    chosen = form.cleaned_data["person" if step in NAMES else "organisation"]
    more = {"why": form.cleaned_data["why"]} if step == "invite" else {}
    act(seen.circle.id, chosen, by=request.actor, now=request.now, **more)
    return True


def leave(request: MemberRequest, seen: CircleView) -> bool:
    """Leave a circle; return whether that was possible."""
    is_closed = operations.leave(seen.circle.id, by=request.actor, now=request.now)
    messages.success(
        request, gettext("You left, and it closed: nobody is in it.") if is_closed else gettext("You left.")
    )
    return True


def in_it(seen: CircleView) -> list[OrganisationFacts]:
    """Return everybody whom a host may choose: members and those who were asked."""
    return [*seen.bodies, *(line.organisation for line in seen.invited)]


def others(seen: CircleView) -> list[OrganisationFacts]:
    """Return the members beside the host."""
    return [body for body in seen.bodies if body.id != seen.circle.host]


def may_open(request: MemberRequest) -> bool:
    """Return whether to offer opening a circle."""
    return speaks_for_its_body(request.actor.scopes) and request.viewer.standing is Standing.ACCREDITED
