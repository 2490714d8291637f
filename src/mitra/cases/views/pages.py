"""Cases for signed-in members: those that one is in, a new one, one of them with all that was said and done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.cases import operations, queries, words
from mitra.cases.calendars import get_hours, holidays_of
from mitra.cases.facts import CASES_READ, CASES_WRITE, page_of
from mitra.cases.forms import CalendarForm, EntryForm, InviteForm, MergeForm, NewCaseForm, StepForm, TaskForm
from mitra.cases.rules import WEIGHTS, points_of
from mitra.cases.taxonomy import words_of
from mitra.community import queries as community
from mitra.community.doors import member_required, scope_required
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.community.operations.guards import require_opener
from mitra.core.errors import Conflict
from mitra.core.policy.facts import Standing, Tlp
from mitra.core.time.local import instant_of
from mitra.exchange import queries as exchange
from mitra.messages import queries as letters
from mitra.messages.facts import State
from mitra.messages.queries import STATE_WORDS as STATES_OF_MESSAGES
from mitra.web.page import page

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponse

    from mitra.cases.calendars import Hours
    from mitra.cases.queries import CaseView, Said
    from mitra.community.doors import MemberRequest
    from mitra.community.facts import Actor
    from mitra.exchange.queries import RecordLine
    from mitra.web.ports import Words
    from mitra.web.told import ToldForm

SHOWN_HOLIDAYS: Final = 6


@require_safe
@member_required
@scope_required(CASES_READ)
def cases(request: MemberRequest) -> HttpResponse:
    """Show the cases that we are in: open ones first, the gravest of them first."""
    lines = queries.list_cases(request.actor, now=request.now)
    shown = [(line, words.STATES[line.state], words.SEVERITIES[line.severity]) for line in lines]
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
    first = begun_with(request) if sent is None else None
    form = NewCaseForm(sent, bodies=community.list_askable(request.actor), initial=first)
    if form.is_bound and form.is_valid():
        made = form.attempt(lambda: operations.open_case(form.case(), by=request.actor, now=request.now), at="heading")
        if made is not None:
            return redirect(page_of(made.stix_id))
    return page(request, "cases/case-new.html", {"form": form}, status=422 if form.errors else 200)


def begun_with(request: MemberRequest) -> dict[str, str]:
    """Return what the form begins with: a record, or a letter, by its ref, as far as the actor reads it."""
    if ref := request.GET.get("record"):
        record = exchange.find_record(request.viewer, ref, now=request.now)
        return {} if record is None else of_record(record.line, request.actor)
    if ref := request.GET.get("letter"):
        letter = letters.get_letter(ref, request.actor)
        return {"heading": letter.subject[:200], "summary": letter.text}
    return {}


def of_record(line: RecordLine, actor: Actor) -> dict[str, str]:
    """Return a record's words where they are ours or go far anyway, else its id only: who wrote them widens them."""
    may_repeat = line.tlp <= Tlp.GREEN or line.by == actor.organisation
    return {"heading": line.title[:200] if may_repeat else "", "summary": line.id}


@require_http_methods(["GET", "POST"])
@member_required
def calendar(request: MemberRequest) -> HttpResponse:
    """Show when we work, which our clocks below S4 count by; on POST, keep what was said.

    To whoever reads cases, and to whoever manages the organisation and so says it.
    """
    if COMMUNITY_MANAGE not in request.actor.scopes:
        request.actor.require(CASES_READ)
    hours = get_hours(request.actor.organisation)
    form = CalendarForm(request.POST if request.method == "POST" else None, initial=CalendarForm.of(hours))
    if form.is_bound and form.is_valid():
        kept = form.attempt(lambda: keep_calendar(request, form), at="zone")
        if kept:
            return redirect("cases:calendar")
    may_keep = COMMUNITY_MANAGE in request.actor.scopes
    context = {"hours": hours, "form": form, "may_keep": may_keep, "holidays": next_holidays(hours, request)}
    return page(request, "cases/calendar.html", context, status=422 if form.errors else 200)


def keep_calendar(request: MemberRequest, form: CalendarForm) -> bool:
    """Keep what was said; return that it was."""
    operations.keep_calendar(form.hours(), by=request.actor, now=request.now)
    messages.success(request, gettext("Kept. What is overdue already stays so."))
    return True


def next_holidays(hours: Hours, request: MemberRequest) -> list[date]:
    """Return the next public holidays that are kept."""
    year = request.now.year
    return [day for day in holidays_of(hours.state, (year, year + 1)) if day >= request.now.date()][:SHOWN_HOLIDAYS]


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(CASES_READ)
def case(request: MemberRequest, stix_id: str) -> HttpResponse:
    """Show one case; on POST, write to it, take it a step further, or ask somebody in."""
    seen = queries.get_case(stix_id, request.actor, now=request.now)
    form = sent_form(request)
    if form is not None and form.is_valid() and form.attempt(lambda: act(request, seen, form), at=AT[type(form)]):
        return redirect(page_of(stix_id))
    status = 422 if form is not None and form.errors else 200
    return page(request, "cases/case.html", {**shown(request, seen), "sent": form}, status=status)


def sent_form(request: MemberRequest) -> ToldForm | None:
    """Return the form that was sent: a step, an invitation or an entry."""
    if request.method != "POST":
        return None
    if "into" in request.POST:
        return MergeForm(request.POST)
    if "step" in request.POST:
        return StepForm(request.POST)
    if "organisation" in request.POST:
        return InviteForm(request.POST)
    if "task" in request.POST:
        return TaskForm(request.POST)
    return EntryForm(request.POST)


AT: Final = {
    StepForm: "why",
    MergeForm: "into",
    InviteForm: "organisation",
    TaskForm: "heading",
    EntryForm: "words",
}
"""The field at which a refusal of each form stands."""


def act(request: MemberRequest, seen: CaseView, form: ToldForm) -> bool:
    """Do what was sent; return that it was done."""
    clean, by, now = form.cleaned_data, request.actor, request.now
    if isinstance(form, MergeForm):
        operations.merge(seen.stix_id, clean["into"], by=by, now=now)
    elif isinstance(form, StepForm):
        operations.take_step(seen.stix_id, clean["step"], form.said(), by=by, now=now)
    elif isinstance(form, InviteForm):
        invite(seen, clean["organisation"], request)
    elif isinstance(form, TaskForm):
        set_task(seen, clean, request)
    else:
        is_own = clean["to"] == "own"
        operations.write_entry(seen.stix_id, clean["kind"], clean["words"], by=by, now=now, is_own=is_own)
        messages.success(request, gettext("Written."))
    return True


def set_task(seen: CaseView, clean: dict[str, Any], request: MemberRequest) -> None:
    """Set a task; its time is by the clock of who typed it."""
    due_at = clean["due_at"]
    if due_at is not None:
        due_at = instant_of(due_at.replace(tzinfo=None), request.user.time_zone, path="due_at")
    new = operations.NewTask(clean["heading"], clean["about"], due_at)
    operations.set_task(seen.stix_id, new, by=request.actor, now=request.now)
    messages.success(request, gettext("Set; whoever takes it holds it."))


def invite(seen: CaseView, slug: str, request: MemberRequest) -> None:
    """Ask an organisation into the case."""
    known = {body.slug: body.id for body in community.list_invitable(seen.facts.circle, request.actor)}
    if slug not in known:
        raise Conflict(gettext("Choose an organisation from the list."))
    operations.ask_in(seen.stix_id, [known[slug]], by=request.actor, now=request.now)
    messages.success(request, gettext("Asked in; they read the case once they accept."))


def shown(request: MemberRequest, seen: CaseView) -> dict[str, Any]:
    """Return what the page of a case says."""
    writes = may_write(request)
    points = points_of(seen.facts.impact, len(seen.facts.states))
    others = community.list_invitable(seen.facts.circle, request.actor) if writes and seen.is_host else ()
    return {
        "seen": seen,
        "kind": words_of(seen.facts.kind),
        "severity": seen.severity,
        "severity_word": words.SEVERITIES[seen.severity],
        "judged_why": seen.stands.carried.judged_why,
        "severity_options": [(str(level), f"S{level} {word}") for level, word in enumerate(words.SEVERITIES)],
        "clocks": [
            (clock, words.CLOCKS[clock.kind], words.CLOCK_STATES[clock.state(request.now)]) for clock in seen.clocks
        ],
        "sum": [(words.FACTORS[name], points[name], weight) for name, weight in WEIGHTS.items()],
        "way": [words.STATES[state] for state in words.WAY],
        "state": words.STATES[seen.stands.state],
        "is_beside": seen.stands.state not in words.WAY,
        "resolution": words.RESOLUTIONS.get(seen.stands.carried.resolution, ""),
        "said": [(one, done_words(one), words.KINDS.get(one.kind, "")) for one in seen.said],
        "inside": sum(part.since is None for part in seen.parts),
        "parts": [(part, words.PARTS[part.part]) for part in seen.parts],
        "may_write": writes,
        "tasks": [(line, words.TASK_STATES[line.stands.state]) for line in seen.tasks],
        "steps": [(step, words.STEPS[step]) for step in seen.steps if step not in ASKING] if writes else [],
        "asks": [step for step in seen.steps if step in ASKING] if writes else [],
        "resolutions": words.RESOLUTIONS.items(),
        "entry_kinds": words.KINDS.items(),
        "lead_options": [(part.organisation.stix_id, part.organisation.name) for part in seen.parts if may_lead(part)],
        "invite_options": [("", gettext("Choose one")), *((body.slug, body.name) for body in others)],
        "page_tlp": max([seen.audience.tlp, *(one.tlp for one in seen.said)]),
    }


def done_words(one: Said) -> Words:
    """Return what the time line says of a step, or of a message how far it came."""
    if one.kind == "message":
        return STATES_OF_MESSAGES[State(one.words)]
    return words.DONE.get(one.words, one.words)


ASKING = frozenset({"close", "reject", "let-rest", "offer-lead", "judge", "merge", "offer-merge"})
"""Steps whose button stands beside something to say."""


def may_lead(part: queries.Part) -> bool:
    """Return whether the lead can be offered to this participant."""
    return part.part in {"active", "acknowledged"}


def may_write(request: MemberRequest) -> bool:
    """Return whether to offer writing."""
    return CASES_WRITE in request.actor.scopes
