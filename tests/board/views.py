"""The board's pages: the list, one notice with what others wrote to it, a new one."""

import secrets

from django import forms
from django.shortcuts import redirect
from django.urls import path

from board.events import NoticeWritten
from board.facts import COURSE, NOTICE, REPLY, Notice, Reply, page_of
from mitra.community import queries as community
from mitra.community.doors import member_required, scope_required
from mitra.community.rest.things import Opens, routes
from mitra.community.things import audience_in, get_thing, hand_of
from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.core.steps import Step, open_steps
from mitra.core.text.numbers import number_of, read_number
from mitra.store.things.releasing import release
from mitra.store.things.threads import ceiling_of, contribute
from mitra.web.page import page
from mitra.web.ports import Exact
from mitra.web.told import ToldForm

SHOWN = 50
router = routes(NOTICE, "board/notices", Opens("board:read", "board:write", NoticeWritten, COURSE))


class NoticeForm(ToldForm):
    """A new notice."""

    heading = forms.CharField(max_length=200, label="Heading")
    words = forms.CharField(label="Words")
    tlp = forms.ChoiceField(choices=[(tlp.name, tlp.label) for tlp in Tlp if tlp < Tlp.RED], label="Level")


class ReplyForm(ToldForm):
    """An answer to a notice."""

    words = forms.CharField(max_length=4_000, label="Your answer")


def hand(request):
    """Return the hand of who asks, which tells what it wrote."""
    return hand_of(request.actor, now=request.now, tells=NoticeWritten)


@member_required
@scope_required("board:read")
def notices(request):
    """Show what this viewer may read, newest first."""
    rows = list(NOTICE.model.objects.visible_to(request.viewer, now=request.now).order_by("-pk")[:SHOWN])
    among = rows[-1].pk if len(rows) == SHOWN else 0
    gone = NOTICE.model.objects.headstones_to(request.viewer, now=request.now).filter(pk__gt=among).count()
    return page(request, "board/notices.html", {"rows": rows, "gone": gone})


@member_required
@scope_required("board:read")
def notice(request, stix_id):
    """Show one notice; on POST, take a step or answer it."""
    sheet = get_thing(NOTICE, stix_id, request.actor, now=request.now)
    form = ReplyForm(request.POST if request.method == "POST" and "step" not in request.POST else None)
    if request.method == "POST":
        request.actor.require("board:write")
    if request.POST.get("step"):
        COURSE.take(sheet, request.POST["step"], hand(request), viewer=request.viewer)
        return redirect(page_of(stix_id))
    if form.is_bound and form.is_valid():
        answer = Reply(stix_id, form.cleaned_data["words"])
        if form.attempt(lambda: contribute(REPLY, answer, ceiling_of(sheet), hand(request), to=sheet), at="words"):
            return redirect(page_of(stix_id))
    stands = COURSE.stands(sheet, request.viewer, now=request.now)
    mine = Step("", "", request.actor.organisation_stix_id, request.now)
    told = REPLY.model.objects.visible_to(request.viewer, now=request.now).filter(sheet_ref=stix_id)
    replies = list(told.order_by("-pk")[:SHOWN])
    names = community.name_organisations({reply.owner for reply in replies})
    context = {
        "sheet": sheet,
        "stands": stands,
        "steps": open_steps(COURSE.table, stands, mine) if "board:write" in request.actor.scopes else (),
        "count": told.count(),
        "replies": [(names[reply.owner], reply.words) for reply in replies],
        "form": form,
    }
    return page(request, "board/notice.html", context, status=422 if form.errors else 200)


@member_required
@scope_required("board:write")
def new_notice(request):
    """Ask for a notice; on POST, share it."""
    form = NoticeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        facts = Notice(clean["heading"], clean["words"], number=number_of("BD", secrets.token_bytes(4)))

        def share():
            return release(NOTICE, facts, audience_in("board", request.actor, Tlp[clean["tlp"]]), hand(request))

        made = form.attempt(share, at="heading")
        if made:
            return redirect(page_of(made.stix_id))
    return page(request, "board/new.html", {"form": form}, status=422 if form.errors else 200)


def find_notices(text, actor, *, now):
    """Yield the notice of a number, as far as the actor reads it."""
    try:
        number = read_number(text)
    except InvalidInput:
        return
    if actor is not None:
        for row in NOTICE.model.objects.visible_to(actor.viewer, now=now).filter(number=number)[:1]:
            yield Exact("notice", row.heading, page_of(row.stix_id), row.number)


app_name = "board"
urlpatterns = [
    path("", notices, name="notices"),
    path("new", new_notice, name="new"),
    path("<str:stix_id>", notice, name="notice"),
]
