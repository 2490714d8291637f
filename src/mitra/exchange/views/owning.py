"""What its owner does with a record, and how a reader shares one on: each act with its consequence before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mitra.community import queries as community
from mitra.community.doors import member_required, scope_required
from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.policy.facts import Tlp
from mitra.exchange import operations, queries, telling
from mitra.exchange.forms import ReasonForm, TermsForm, VersionForm
from mitra.exchange.views import kept
from mitra.exchange.views.sharing import asks_part, chosen_terms, readers_context
from mitra.web.page import page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest
    from mitra.exchange.facts import Report, Terms

APPLY = "apply"
APPLYING = "exchange/parts/decide_apply.html"


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def share_on(request: MemberRequest, ref: str) -> HttpResponse:
    """Share on, within the laws, what one reads; where they do not allow it, say by which law."""
    line = queries.get_line(request.viewer, ref, now=request.now)
    rights = queries.get_rights(request.actor, ref, now=request.now)
    context: dict[str, Any] = {"line": line, "rights": rights, "page_tlp": line.tlp}
    if rights.is_owner:
        return redirect("exchange:record-audience", ref)
    if not rights.may_share_on:
        return page(request, "exchange/record-share.html", context)
    form = terms_form(request, levels=[tlp for tlp in Tlp if rights.least <= tlp < Tlp.RED], first=line.tlp)
    terms = chosen_terms(request, form)
    if is_applied(request) and form.is_valid():
        made = form.attempt(lambda: operations.reshare(request.actor, ref, terms, now=request.now), at="tlp")
        if made is not None:
            messages.success(request, gettext("Shared on. It ends if its owner withdraws it."))
            return redirect("exchange:record", made.ref or ref)
    context |= {"form": form, **readers_context(request, form, terms), "page_tlp": line.tlp, "decide": APPLYING}
    return page(request, "exchange/record-share.html", context, parts={"readers"}, status=status_of(request, form))


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def audience(request: MemberRequest, ref: str) -> HttpResponse:
    """Show who reads a record of one's own; on POST, tighten it, or share it once more with others."""
    line = queries.get_line(request.viewer, ref, now=request.now)
    rights = queries.get_rights(request.actor, ref, now=request.now)
    if not rights.may_change:
        return page(request, "exchange/record-share.html", {"line": line, "rights": rights, "page_tlp": line.tlp})
    now_held = queries.get_terms(request.actor, ref, now=request.now)
    form = terms_form(request, levels=[tlp for tlp in Tlp if tlp < Tlp.RED], first=line.tlp, terms=now_held)
    terms = chosen_terms(request, form)
    if is_applied(request) and form.is_valid():
        reason = request.POST.get("reason", "")
        found = form.attempt(
            lambda: operations.readdress(request.actor, ref, terms, now=request.now, reason=reason), at="tlp"
        )
        if found is not None:
            messages.success(request, gettext("Changed, and the change is in the log."))
            return redirect("exchange:record", found)
    change = queries.preview_change(request.actor, ref, terms, now=request.now)
    context = {
        "line": line,
        "form": form,
        **readers_context(request, form, terms),
        "change": change.value,
        "reason": request.POST.get("reason", ""),
        "decide": APPLYING,
        "page_tlp": line.tlp,
    }
    return page(request, "exchange/record-audience.html", context, parts={"readers"}, status=status_of(request, form))


def terms_form(request: MemberRequest, *, levels: Sequence[Tlp], first: Tlp, terms: Terms | None = None) -> TermsForm:
    """Return the form of terms as it was sent, else as the record stands."""
    circles = community.list_circles(request.actor)
    zone = request.user.time_zone
    until = None if terms is None else terms.embargo_until
    if request.method == "POST":
        return TermsForm(request.POST, circles=circles, zone=zone, levels=levels, stands_until=until)
    data = QueryDict(mutable=True)
    level = first if first in levels else max(levels)
    data.update(TermsForm.defaults(zone) | {"tlp": telling.word_of(level)})
    if terms is not None:
        data.setlist("circles", [circle.slug for circle in circles if circle.id in terms.circles])
        for name, value in telling.embargo_fields(until, zone).items():
            data[name] = value
    return TermsForm(data, circles=circles, zone=zone, levels=levels, stands_until=until)


def is_applied(request: MemberRequest) -> bool:
    """Return whether the act itself is asked for, not a look at who would read."""
    return request.method == "POST" and request.POST.get("step") == APPLY and not asks_part(request)


def status_of(request: MemberRequest, form: TermsForm) -> int:
    """Return the status of a page with this form: refused only where it was sent to act."""
    return 422 if is_applied(request) and form.errors else 200


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def version(request: MemberRequest, ref: str) -> HttpResponse:
    """Show an object of one's own as JSON; on POST, share its next version."""
    found = queries.get_record(request.viewer, ref, now=request.now, is_opened=True)
    rights = queries.get_rights(request.actor, ref, now=request.now)
    # The words of a RED record are shown only where reading is logged: its next version is pasted whole.
    is_red = found.line.is_red
    before = {} if is_red else telling.editable(found.object)
    form = VersionForm(request.POST if request.method == "POST" else None, initial={"text": telling.as_json(before)})
    if request.method == "POST" and form.is_valid():
        changes = form.changes(telling.editable(found.object))
        report = (
            form.attempt(lambda: operations.new_version(request.actor, ref, changes, now=request.now), at="text")
            if not form.errors
            else None
        )
        if report is not None:
            return after_version(request, report, gettext("The new version is out, to everyone who had this one."))
    line = queries.get_line(request.viewer, ref, now=request.now)
    context = {"line": line, "rights": rights, "form": form, "page_tlp": line.tlp}
    return page(request, "exchange/record-version.html", context, status=422 if form.errors else 200)


def after_version(request: MemberRequest, report: Report, sentence: str) -> HttpResponse:
    """Lead to the new version, or to what became of it."""
    if kept.is_one_accepted(report):
        messages.success(request, sentence)
        return redirect("exchange:record", report.accepted[0].ref)
    kept.keep_outcome(request, report)
    return redirect("exchange:shared")


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def revoke(request: MemberRequest, ref: str) -> HttpResponse:
    """Say what revoking means; on POST, share a version that revokes the object."""
    line = queries.get_line(request.viewer, ref, now=request.now)
    if request.method == "POST":
        report = operations.revoke(request.actor, ref, now=request.now)
        return after_version(request, report, gettext("Revoked. Its readers see that you no longer stand by it."))
    rights = queries.get_rights(request.actor, ref, now=request.now)
    return page(request, "exchange/record-revoke.html", {"line": line, "rights": rights, "page_tlp": line.tlp})


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def withdraw(request: MemberRequest, ref: str) -> HttpResponse:
    """Say who is affected; on POST, end the share and all that rests on it, with the reason."""
    line = queries.get_line(request.viewer, ref, now=request.now)
    rights = queries.get_rights(request.actor, ref, now=request.now)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = form.attempt(lambda: operations.withdraw(request.actor, ref, reason, now=request.now), at="reason")
        if done is not None:
            messages.success(request, gettext("Withdrawn. From now on only the log knows that it was shared."))
            return redirect("exchange:records")
    readers = queries.who_can_see(request.viewer, ref, now=request.now)
    context = {
        "line": line,
        "rights": rights,
        "form": form,
        "figure": telling.readers_figure(readers),
        "clients": telling.clients_figure(readers),
        "page_tlp": line.tlp,
    }
    return page(request, "exchange/record-withdraw.html", context, status=422 if form.errors else 200)
