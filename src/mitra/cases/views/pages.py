"""Cases for signed-in members: those that one is in, a new one, one of them with all that was said and done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.cases import operations, queries, words
from mitra.cases.facts import CASES_READ, CASES_WRITE, page_of
from mitra.cases.forms import EntryForm, InviteForm, NewCaseForm, StepForm
from mitra.cases.rules import WEIGHTS, points_of
from mitra.cases.taxonomy import words_of
from mitra.community import queries as community
from mitra.community.doors import member_required, scope_required
from mitra.community.operations.guards import require_opener
from mitra.core.errors import Conflict
from mitra.core.policy.facts import Standing
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.cases.queries import CaseView
    from mitra.community.doors import MemberRequest
    from mitra.web.told import ToldForm


@require_safe
@member_required
@scope_required(CASES_READ)
def cases(request: MemberRequest) -> HttpResponse:
    """Show the cases that we are in: open ones first, the gravest of them first."""
    lines = queries.list_cases(request.actor, now=request.now)
    shown = [(line, words.STATES[line.state], words.SEVERITIES[line.facts.severity]) for line in lines]
    context = {
        "open": [each for each in shown if each[0].is_open],
        "ended": [each for each in shown if not each[0].is_open],
        "may_open": may_write(request) and request.viewer.standing is Standing.ACCREDITED,
        "page_tlp": max((line.tlp for line in lines), default=None),
    }
    return page(request, "cases/cases.html", context)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(CASES_WRITE)
def new_case(request: MemberRequest) -> HttpResponse:
    """Ask what happened; on POST, open a case in a circle of its own and ask the chosen ones in."""
    require_opener(request.actor)
    sent = request.POST if request.method == "POST" else None
    form = NewCaseForm(sent, bodies=community.list_askable(request.actor))
    if form.is_bound and form.is_valid():
        made = form.attempt(lambda: operations.open_case(form.case(), by=request.actor, now=request.now), at="heading")
        if made is not None:
            return redirect(page_of(made.stix_id))
    return page(request, "cases/case-new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(CASES_READ)
def case(request: MemberRequest, stix_id: str) -> HttpResponse:
    """Show one case; on POST, write to it, take it a step further, or ask somebody in."""
    seen = queries.get_case(stix_id, request.actor, now=request.now)
    form = sent_form(request)
    if form is not None and form.is_valid() and form.attempt(lambda: act(request, seen, form), at=field_of(form)):
        return redirect(page_of(stix_id))
    status = 422 if form is not None and form.errors else 200
    return page(request, "cases/case.html", {**shown(request, seen), "sent": form}, status=status)


def sent_form(request: MemberRequest) -> ToldForm | None:
    """Return the form that was sent: a step, an invitation or an entry."""
    if request.method != "POST":
        return None
    if "step" in request.POST:
        return StepForm(request.POST)
    if "organisation" in request.POST:
        return InviteForm(request.POST)
    return EntryForm(request.POST)


def field_of(form: ToldForm) -> str:
    """Return the field at which a refusal of this form stands."""
    return {StepForm: "why", InviteForm: "organisation", EntryForm: "words"}[type(form)]


def act(request: MemberRequest, seen: CaseView, form: ToldForm) -> bool:
    """Do what was sent; return that it was done."""
    clean, by, now = form.cleaned_data, request.actor, request.now
    if isinstance(form, StepForm):
        operations.take_step(seen.stix_id, clean["step"], form.said(), by=by, now=now)
    elif isinstance(form, InviteForm):
        invite(seen, clean["organisation"], request)
    else:
        is_own = clean["to"] == "own"
        operations.write_entry(seen.stix_id, clean["kind"], clean["words"], by=by, now=now, is_own=is_own)
        messages.success(request, gettext("Written."))
    return True


def invite(seen: CaseView, slug: str, request: MemberRequest) -> None:
    """Ask an organisation into the case."""
    known = {body.slug: body.id for body in community.list_invitable(seen.facts.circle, request.actor)}
    if slug not in known:
        raise Conflict(gettext("Choose an organisation from the list."))
    why = seen.facts.heading
    operations.ask_in(seen.circle, [known[slug]], why=why, by=request.actor, now=request.now)
    messages.success(request, gettext("Asked in; they read the case once they accept."))


def shown(request: MemberRequest, seen: CaseView) -> dict[str, Any]:
    """Return what the page of a case says."""
    writes = may_write(request)
    points = points_of(seen.facts.impact, len(seen.facts.states))
    others = community.list_invitable(seen.facts.circle, request.actor) if writes and seen.is_host else ()
    return {
        "seen": seen,
        "kind": words_of(seen.facts.kind),
        "severity": seen.facts.severity,
        "severity_word": words.SEVERITIES[seen.facts.severity],
        "sum": [(words.FACTORS[name], points[name], weight) for name, weight in WEIGHTS.items()],
        "way": [words.STATES[state] for state in words.WAY],
        "state": words.STATES[seen.stands.state],
        "is_beside": seen.stands.state not in words.WAY,
        "resolution": words.RESOLUTIONS.get(seen.stands.carried.resolution, ""),
        "said": [(one, words.DONE.get(one.words, one.words), words.KINDS.get(one.kind, "")) for one in seen.said],
        "inside": sum(part.since is None for part in seen.parts),
        "parts": [(part, words.PARTS[part.part]) for part in seen.parts],
        "may_write": writes,
        "steps": [(step, words.STEPS[step]) for step in seen.steps if step not in ASKING] if writes else [],
        "asks": [step for step in seen.steps if step in ASKING] if writes else [],
        "resolutions": words.RESOLUTIONS.items(),
        "entry_kinds": words.KINDS.items(),
        "lead_options": [(part.organisation.stix_id, part.organisation.name) for part in seen.parts if may_lead(part)],
        "invite_options": [("", gettext("Choose one")), *((body.slug, body.name) for body in others)],
        "page_tlp": max([seen.audience.tlp, *(one.tlp for one in seen.said)]),
    }


ASKING = frozenset({"close", "reject", "let-rest", "offer-lead"})
"""Steps whose button stands beside something to say."""


def may_lead(part: queries.Part) -> bool:
    """Return whether the lead can be offered to this participant."""
    return part.part in {"active", "acknowledged"}


def may_write(request: MemberRequest) -> bool:
    """Return whether to offer writing."""
    return CASES_WRITE in request.actor.scopes
