"""One task of a case: who holds it, what was said at each hand-over, and what one can do now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mitra.cases import operations, queries, words
from mitra.cases.facts import CASES_READ, CASES_WRITE, page_of
from mitra.cases.forms import TaskStepForm
from mitra.cases.task_rules import SAID
from mitra.community.doors import member_required, scope_required
from mitra.web.page import page

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpResponse

    from mitra.cases.queries import TaskLine
    from mitra.community.doors import MemberRequest
    from mitra.community.facts import OrganisationFacts

PLAIN = frozenset({"take", "decline", "call-back", "give-back", "finish", "reopen"})
"""Steps that need nothing said."""


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(CASES_READ)
def task(request: MemberRequest, stix_id: str) -> HttpResponse:
    """Show one task; on POST, take it a step further."""
    line = queries.get_task(stix_id, request.actor, now=request.now)
    case = queries.read_sheet(line.facts.sheet_ref, request.actor, now=request.now)
    bodies = queries.bodies_in(case, request.actor)
    form = TaskStepForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and form.attempt(lambda: take(request, stix_id, form), at="why"):
        return redirect("cases:task", stix_id)
    may_write = CASES_WRITE in request.actor.scopes
    steps = line.steps if may_write else ()
    context = {
        "line": line,
        "case": case,
        "case_url": page_of(line.facts.sheet_ref),
        "state": words.TASK_STATES[line.stands.state],
        "log": log_of(line, bodies),
        "steps": [(step, words.TASK_STEPS[step]) for step in steps if step in PLAIN],
        "asks": [step for step in steps if step not in PLAIN],
        "to": to_options(line, bodies, request),
        "next": next_of(line, request),
        "sent": form if form.is_bound else None,
        "page_tlp": line.tlp,
    }
    return page(request, "cases/task.html", context, status=422 if form.errors else 200)


def take(request: MemberRequest, stix_id: str, form: TaskStepForm) -> bool:
    """Take the step that was sent; return that it was taken."""
    word = form.cleaned_data["step"]
    operations.take_task_step(stix_id, word, form.said(request.user.time_zone), by=request.actor, now=request.now)
    return True


def log_of(line: TaskLine, bodies: Iterable[OrganisationFacts]) -> list[dict[str, object]]:
    """Return what was done with a task, the newest first, and what was said at it."""
    names = {body.stix_id: body.name for body in bodies}
    return [
        {
            "at": taken.step.at,
            "by": names.get(taken.step.by, ""),
            "done": words.TASK_DONE[taken.step.word],
            "why": taken.step.facts.get("why", ""),
            "to": names.get(str(taken.step.facts.get("to", "")), ""),
            "said": [
                (words.SAID_AT_HAND_OVER[name], taken.step.facts[name]) for name in SAID if name in taken.step.facts
            ],
        }
        for taken in reversed(line.stands.taken)
    ]


def to_options(line: TaskLine, bodies: Iterable[OrganisationFacts], request: MemberRequest) -> list[tuple[str, str]]:
    """Return whom it can be handed to: those in the case, the next one of its chain first."""
    us, then = request.actor.organisation_stix_id, next_of(line, request)
    others = sorted((body for body in bodies if body.stix_id != us), key=lambda body: body.stix_id != then)
    return [("", gettext("Choose one")), *((body.stix_id, body.name) for body in others)]


def next_of(line: TaskLine, request: MemberRequest) -> str:
    """Return who follows us in the chain of a task, around it; `''` where we are in none."""
    chain, us = line.facts.chain, request.actor.organisation_stix_id
    return chain[(chain.index(us) + 1) % len(chain)] if us in chain else ""
