"""Cases for signed-in members: those that one is in, a new one, and the hours in which an organisation works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.cases import operations, queries, words
from mitra.cases.calendars import get_hours, holidays_of
from mitra.cases.facts import CASES_READ, CASES_WRITE, page_of
from mitra.cases.forms import CalendarForm, NewCaseForm
from mitra.community import queries as community
from mitra.community.doors import member_required, scope_required
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.community.operations.guards import require_opener
from mitra.core.policy.facts import Standing, Tlp
from mitra.exchange import queries as exchange
from mitra.messages import queries as letters
from mitra.web.page import page

if TYPE_CHECKING:
    from datetime import date

    from django.http import HttpResponse

    from mitra.cases.calendars import Hours
    from mitra.community.doors import MemberRequest
    from mitra.community.facts import Actor
    from mitra.exchange.queries import RecordLine

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
        "may_open": CASES_WRITE in request.actor.scopes and request.viewer.standing is Standing.ACCREDITED,
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
        made = form.attempt(lambda: open_case(form, request), at="heading")
        if made is not None:
            return redirect(page_of(made.stix_id))
    return page(request, "cases/case-new.html", {"form": form}, status=422 if form.errors else 200)


def open_case(form: NewCaseForm, request: MemberRequest) -> operations.Opened:
    """Open what was said; times are by the clock of who typed them."""
    return operations.open_case(form.case(request.user.time_zone), by=request.actor, now=request.now)


def begun_with(request: MemberRequest) -> dict[str, str]:
    """Return what the form begins with: a record or a letter by its ref, a case that it goes on with by its id."""
    if ref := request.GET.get("record"):
        record = exchange.find_record(request.viewer, ref, now=request.now)
        return {} if record is None else of_record(record.line, request.actor)
    if ref := request.GET.get("letter"):
        letter = letters.get_letter(ref, request.actor)
        return {"heading": letter.subject[:200], "summary": letter.text}
    if before := request.GET.get("continues"):
        told = queries.find_sheet(before, request.actor, now=request.now)
        if told is not None:
            is_ours = told.row.owner == request.actor.organisation
            heading = told.facts.heading if is_ours else ""
            return {"heading": heading, "kind": told.facts.kind, "continues": before}
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
