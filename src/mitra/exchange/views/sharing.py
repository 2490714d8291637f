"""Share what one knows: look at what was understood, see who would read it, then share, and hear what became of it.

One form, three buttons.  Nothing goes before what was understood has been looked at: the form carries the digest of
what it showed.  Nothing typed is lost: a refused form comes back as it was, and what was looked at is kept as a draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mitra.community import queries as community
from mitra.community.doors import member_required, scope_required
from mitra.community.facts import EXCHANGE_SHARE
from mitra.exchange import operations, queries, telling
from mitra.exchange.forms import ShareForm
from mitra.exchange.views import kept
from mitra.exchange.views.content import Content, content_of, send, understand
from mitra.store.facts import Filter
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest
    from mitra.exchange.facts import Report, Terms
    from mitra.exchange.forms import TermsForm
    from mitra.exchange.views.content import Understood

READERS, UNDERSTAND, SHARE = "readers", "understand", "share"


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_SHARE)
def share(request: MemberRequest) -> HttpResponse:
    """Show the form and what it would do; on POST with `share`, share."""
    step = request.POST.get("step", UNDERSTAND) if request.method == "POST" else ""
    draft = kept.read_draft(request)
    form, content = form_and_content(request, step, draft)
    terms = chosen_terms(request, form)
    chosen = frozenset(request.POST.getlist("confirmed"))
    understood = understand(request, form, content, terms, chosen) if content is not None else None
    is_agreed = step == SHARE and content is not None and content.was_reviewed and form.is_valid()
    if is_agreed and content is not None and content.is_long:
        begun = form.attempt(
            lambda: operations.take_in(
                request.actor, content.open(), terms, filename=content.filename, now=request.now
            ),
            at="text",
        )
        if begun is not None:
            kept.discard_draft(request)
            return redirect("exchange:import", begun.id)
    elif is_agreed and content is not None and understood is not None:
        report = form.attempt(lambda: send(request, content, terms, chosen, is_report=understood.is_report), at="text")
        if report is not None:
            return afterwards(request, report)
    if content is not None:
        draft = kept.keep_draft(request, form.sent)
    is_refused = bool(step) and bool(form.errors) and not asks_part(request)
    context = {
        "form": form,
        "draft": draft,
        "content": content,
        "understood": understood,
        "is_reviewed": understood is not None or (asks_part(request) and bool(request.POST.get("reviewed"))),
        **understood_context(understood),
        "is_new_to_eyes": step == SHARE and content is not None and not content.was_reviewed,
        **readers_context(request, form, terms),
        "page_tlp": understood.strictest if understood is not None else None,
    }
    return page(request, "exchange/share.html", context, parts={"readers"}, status=422 if is_refused else 200)


def form_and_content(request: MemberRequest, step: str, draft: kept.Draft | None) -> tuple[ShareForm, Content | None]:
    """Return the form as sent, kept or begun, and what it brings; a small file stands in its text from now on."""
    if not step:
        return share_form(request, draft.data if draft else None), None
    form = share_form(request, request.POST)
    if asks_part(request) or (step == READERS and not request.POST.get("reviewed")):
        return form, None
    content = content_of(form)
    if content is None:
        return form, None
    data = request.POST.copy()
    data["text"], data["filename"], data["reviewed"] = content.text, content.filename, content.digest
    return share_form(request, data), content


def understood_context(understood: Understood | None) -> dict[str, Any]:
    """Return what an input holds and what would become of it, in words."""
    if understood is None or understood.preview is None:
        return {}
    return {
        "types": telling.type_lines(understood.preview.types),
        "totals": telling.total_lines(understood.preview.totals),
    }


def asks_part(request: MemberRequest) -> bool:
    """Return whether only the readers are asked for, while somebody is still filling in the form."""
    return request.headers.get("HX-Request") == "true"


def share_form(request: MemberRequest, data: QueryDict | None) -> ShareForm:
    """Return the form with what this sender can choose among; persons are listed once RED is chosen."""
    zone = request.user.time_zone
    if data is None:
        data = QueryDict(mutable=True)
        data.update(ShareForm.defaults(zone))
    is_red = data.get("tlp") == "RED"
    return ShareForm(
        data,
        request.FILES,
        circles=community.list_circles(request.actor),
        addressees=community.list_addressees(request.actor) if is_red else (),
        zone=zone,
    )


def chosen_terms(request: MemberRequest, form: TermsForm) -> Terms:
    """Return the terms as far as they are valid."""
    form.is_valid()
    refs = form.cleaned_data.get("persons", ())
    return form.terms(community.find_addressees(refs, request.actor) if refs else frozenset())


def readers_context(request: MemberRequest, form: TermsForm, terms: Terms) -> dict[str, Any]:
    """Return who would be able to read it, in words."""
    preview = queries.preview_sharing(request.actor, terms, now=request.now)
    tlp = telling.level_of(terms)
    return {
        "readers": preview.readers,
        "figure": telling.readers_figure(preview.readers),
        "clients": telling.clients_figure(preview.readers),
        "not_reading": telling.not_reading(tlp, preview.others),
        "share_words": telling.share_words(preview.readers, tlp),
        "consequence": telling.consequence(preview.readers, tlp),
        "tlp_answers": form.tlp_answers(preview.levels),
        "terms": terms,
        "decide": "exchange/parts/decide_share.html",
    }


def afterwards(request: MemberRequest, report: Report) -> HttpResponse:
    """Forget the draft and lead to what was shared, or to what became of each object."""
    kept.discard_draft(request)
    if kept.is_one_accepted(report):
        messages.success(request, gettext("Shared. It is in the log, and its readers have it from now on."))
        return redirect("exchange:record", report.accepted[0].ref)
    kept.keep_outcome(request, report)
    return redirect("exchange:shared")


@require_safe
@member_required
@scope_required(EXCHANGE_SHARE)
def shared(request: MemberRequest) -> HttpResponse:
    """Show what became of each object of the last share."""
    outcome = kept.read_outcome(request)
    if outcome is None:
        return redirect("exchange:share")
    only = Filter(stix_ids=frozenset(outcome["accepted"]), by=frozenset({request.actor.organisation}), versions="last")
    found = queries.list_records(request.viewer, only, limit=kept.MOST_NAMED, now=request.now)
    context = {
        "outcome": outcome,
        "lines": found.items if outcome["accepted"] else (),
        "answer": telling.outcome_answer(outcome["totals"]),
        "page_tlp": max((line.tlp for line in found.items), default=None) if outcome["accepted"] else None,
    }
    return page(request, "exchange/shared.html", context)


@require_POST
@member_required
@scope_required(EXCHANGE_SHARE)
def discard(request: MemberRequest) -> HttpResponse:
    """Forget the draft."""
    kept.discard_draft(request)
    return redirect("exchange:share")
