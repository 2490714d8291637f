"""The inbox of one's organisation, one message of it, letters that came by mail, and how one is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community.doors import member_required, scope_required
from mitra.community.facts import COMMUNITY_MANAGE
from mitra.core.errors import WrongState
from mitra.messages import operations, queries, words
from mitra.messages.forms import HookForm, WishForm
from mitra.web.page import page
from mitra.web.ports import ways_on

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mitra.community.doors import MemberRequest
    from mitra.messages.facts import Line


@require_safe
@member_required
def inbox(request: MemberRequest) -> HttpResponse:
    """Show what our organisation was told: what waits for an answer first."""
    lines = queries.list_inbox(request.actor, now=request.now)
    context = {
        "asking": [shown(line) for line in lines if line.asks],
        "others": [shown(line) for line in lines if not line.asks],
        "letters": len(queries.list_letters(request.actor)),
        "page_tlp": max((line.tlp for line in lines if line.tlp is not None), default=None),
        "may_manage": COMMUNITY_MANAGE in request.actor.scopes,
    }
    return page(request, "messages/inbox.html", context)


@require_http_methods(["GET", "POST"])
@member_required
def message(request: MemberRequest, ref: str) -> HttpResponse:
    """Show one message and the ways it went; on POST, answer it for our organisation."""
    line = queries.get_message(ref, request.actor, now=request.now)
    if request.method == "POST":
        try:
            operations.acknowledge(ref, by=request.actor, now=request.now)
        except WrongState as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, gettext("Noted: your organisation is on it."))
        return redirect("messages:message", ref)
    ways = [(way, words.CHANNELS[way.channel], words.STATES[way.state], words.SIGNS[way.state]) for way in line.ways]
    _, state, sign = shown(line)
    context = {"line": line, "state": state, "sign": sign, "ways": ways, "page_tlp": line.tlp}
    return page(request, "messages/message.html", context)


def shown(line: Line) -> tuple[Line, str, str]:
    """Return a line with its state in words and as a sign."""
    return line, str(words.STATES[line.state]), words.SIGNS[line.state]


@require_http_methods(["GET", "POST"])
@member_required
def wishes(request: MemberRequest) -> HttpResponse:
    """Show how I am told; on POST, keep what I chose."""
    first = WishForm.of(queries.get_wishes(request.actor))
    form = WishForm(request.POST if request.method == "POST" else None, initial=first)
    if form.is_bound and form.is_valid():
        operations.keep_wish(form.wishes(), by=request.actor)
        messages.success(request, gettext("Kept."))
        return redirect("messages:wishes")
    context = {
        "form": form,
        "browsers": queries.list_browsers(request.actor),
        "push_key": queries.get_push_key(),
    }
    return page(request, "messages/wishes.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(COMMUNITY_MANAGE)
def hooks(request: MemberRequest) -> HttpResponse:
    """Show our webhooks and what they were told; on POST, make one, turn its secret, repeat a request, drop one."""
    form, secret = HookForm(None), ""
    if request.method == "POST" and (done := change_hook(request)) is not None:
        return done
    if "turn" in request.POST:
        secret = operations.turn_hook(request.POST["turn"], by=request.actor)
    elif request.method == "POST":
        form = HookForm(request.POST)
        if form.is_valid():
            url = form.cleaned_data["url"]
            secret = form.attempt(lambda: operations.make_hook(url, by=request.actor, now=request.now), at="url") or ""
    context = {
        "form": HookForm(None) if secret else form,
        "secret": secret,
        "hooks": [(hook, words.HOOKS[hook.state]) for hook in queries.list_hooks(request.actor)],
        "sent": [(way, words.STATES[way.state]) for way in queries.list_hook_sendings(request.actor)],
    }
    return page(request, "messages/hooks.html", context, status=422 if form.errors else 200)


def change_hook(request: MemberRequest) -> HttpResponse | None:
    """Do what a button of a webhook asks; return where that leads, None where a new one is to be made."""
    said = request.POST
    if "drop" in said:
        operations.drop_hook(said["drop"], by=request.actor)
        messages.success(request, gettext("Taken away; nothing is sent there any more."))
    elif "again" in said:
        operations.send_again(said["again"], by=request.actor, now=request.now)
        messages.success(request, gettext("It is sent once more, under the same id."))
    else:
        return None
    return redirect("messages:hooks")


@require_safe
@member_required
def letters(request: MemberRequest) -> HttpResponse:
    """Show what came by mail for our organisation."""
    found = [(letter, words.LETTERS.get(letter.kind, letter.kind)) for letter in queries.list_letters(request.actor)]
    return page(request, "messages/letters.html", {"letters": found})


@require_safe
@member_required
def letter(request: MemberRequest, ref: str) -> HttpResponse:
    """Show one letter, with what is known of who wrote it."""
    found = queries.get_letter(ref, request.actor)
    uses = ways_on("letter", found.ref, request.actor.scopes)
    context = {"letter": found, "kind": words.LETTERS.get(found.kind, found.kind), "uses": uses}
    return page(request, "messages/letter.html", context)
