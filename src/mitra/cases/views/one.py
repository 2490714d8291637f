"""One case for signed-in members, with all that was said and done; on POST what they do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.cases import operations, queries, words
from mitra.cases.facts import CASES_READ, CASES_WRITE, ENTRY, page_of
from mitra.cases.forms import EntryForm, HandForm, InviteForm, MergeForm, StepForm, TaskForm, instant
from mitra.cases.rules import SCALES, WEIGHTS, points_of
from mitra.cases.task_rules import ENDED
from mitra.cases.taxonomy import words_of
from mitra.cases.views.lines import lines_of
from mitra.community import queries as community
from mitra.community.doors import member_required, scope_required
from mitra.community.things import get_thing
from mitra.core.errors import Conflict, InvalidInput
from mitra.store.files.keeping import Sender, keep
from mitra.store.files.sending import send_file
from mitra.web.page import page

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.http.response import HttpResponseBase

    from mitra.cases.queries import CaseView, Said
    from mitra.community.doors import MemberRequest
    from mitra.web.told import ToldForm

LONGEST_FILE_BYTES: Final = 50 << 20
"""Of a file that is sent by a page; machines send larger ones."""
FORMS: Final[dict[str, tuple[type[ToldForm], str]]] = {
    "into": (MergeForm, "into"),
    "step": (StepForm, "why"),
    "organisation": (InviteForm, "organisation"),
    "task": (TaskForm, "heading"),
    "hand": (HandForm, ""),
}
"""By what is sent: the form, and the field at which its refusal stands; anything else is an entry."""


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(CASES_READ)
def case(request: MemberRequest, stix_id: str) -> HttpResponse:
    """Show one case; on POST, write to it, take it a step further, or ask somebody in."""
    seen = queries.get_case(stix_id, request.actor, now=request.now)
    form = None
    if request.method == "POST":
        made, at = next((each for name, each in FORMS.items() if name in request.POST), (EntryForm, "words"))
        form = made(request.POST)
        if form.is_valid() and form.attempt(lambda: act(request, seen, form), at=at or None):
            return redirect(page_of(stix_id))
    operations.note_look(seen.unseen, by=request.actor, now=request.now)
    status = 422 if form is not None and form.errors else 200
    return page(request, "cases/case.html", {**shown(request, seen), "sent": form}, status=status)


@require_safe
@member_required
@scope_required(CASES_READ)
def entry_file(request: MemberRequest, stix_id: str, file_id: str) -> HttpResponseBase:
    """Send a file of an entry, to be kept and not to be shown."""
    return send_file(get_thing(ENTRY, stix_id, request.actor, now=request.now), file_id)


def act(request: MemberRequest, seen: CaseView, form: ToldForm) -> bool:
    """Do what was sent; return that it was done."""
    clean, by, now = form.cleaned_data, request.actor, request.now
    if isinstance(form, MergeForm):
        operations.merge(seen.stix_id, clean["into"], by=by, now=now)
    elif isinstance(form, StepForm):
        operations.take_step(seen.stix_id, clean["step"], form.said(request.user.time_zone), by=by, now=now)
    elif isinstance(form, InviteForm):
        invite(seen, clean["organisation"], request)
    elif isinstance(form, TaskForm):
        set_task(seen, clean, request)
    elif isinstance(form, HandForm):
        operations.take_in_hand(seen.stix_id, by=by, now=now)
    else:
        write(seen, clean, request)
    return True


def write(seen: CaseView, clean: dict[str, Any], request: MemberRequest) -> None:
    """Write an entry, with the files that were sent; its time is by the clock of who typed it."""
    new = operations.NewEntry(
        clean["kind"],
        clean["words"],
        is_own=clean["to"] == "own",
        happened_at=instant(clean["happened_at"], request.user.time_zone, "happened_at"),
        corrects=clean["corrects"],
        files=tuple(keep_files(request)),
    )
    operations.write_entry(seen.stix_id, new, by=request.actor, now=request.now)
    messages.success(request, gettext("Written."))


def keep_files(request: MemberRequest) -> list[str]:
    """Keep the files that were sent; return their ids."""
    request.actor.require(CASES_WRITE)
    kept, files = [], request.FILES.getlist("files")
    if len(files) > operations.MOST_FILES:
        raise InvalidInput(operations.TOO_MANY, path="files", rule="many")
    if any((sent.size or 0) > LONGEST_FILE_BYTES for sent in files):
        message = gettext("A file that is sent here is at most 50 MB: send a larger one by the API.")
        raise InvalidInput(message, path="files", rule="too-large")
    for sent in files:
        sender = Sender(request.actor.organisation, request.viewer.realm, sent.name or "")
        kept.append(keep(sent.chunks(), sender, now=request.now, longest=LONGEST_FILE_BYTES).id)
    return kept


def set_task(seen: CaseView, clean: dict[str, Any], request: MemberRequest) -> None:
    """Set a task; its time is by the clock of who typed it."""
    due_at = instant(clean["due_at"], request.user.time_zone, "due_at")
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
    writes = CASES_WRITE in request.actor.scopes and bool(seen.circle)
    others = community.list_invitable(seen.facts.circle, request.actor) if writes and seen.is_host else ()
    called = {code: str(word) for code, word in words.PARTS.items()}
    lead, us = seen.stands.carried, request.actor.organisation_stix_id
    entry, inside = chosen(request, seen), sum(part.is_in for part in seen.parts)
    return {
        "seen": seen,
        "clocks": [
            (
                clock,
                (words.CLOCKS_OURS if is_ours else words.CLOCKS_OF_LEAD)[clock.kind],
                words.CLOCK_STATES[clock.state(request.now)],
            )
            for clock, is_ours in seen.clocks
        ],
        "way": [words.STATES[state] for state in words.WAY],
        "state": words.STATES[seen.stands.state],
        "is_beside": seen.stands.state not in words.WAY,
        "resolution": words.RESOLUTIONS.get(lead.resolution, ""),
        "may_go_on": writes and seen.stands.state == "closed" and "reopen" not in seen.steps,
        "lines": lines_of(seen, others=inside - 1, writes=writes),
        "inside": inside,
        "others": inside - 1,
        "parts": [(part, called[part.part], words.PART_SIGNS[part.part]) for part in seen.parts],
        "chosen": entry,
        "corrects": request.POST.get("corrects") or ("" if entry is None else entry.number),
        "zone": request.user.time_zone,
        "chosen_kind": request.POST.get("kind") or ("note" if entry is None else entry.kind),
        "our_number": dict(lead.numbers).get(us, ""),
        "may_write": writes,
        "tasks": [
            (line, words.TASK_STATES[line.stands.state], words.TASK_SIGNS[line.stands.state]) for line in seen.tasks
        ],
        "done": sum(line.stands.state in ENDED for line in seen.tasks),
        "steps": [(step, words.STEPS[step]) for step in seen.steps if step not in ASKING] if writes else [],
        "asks": [step for step in seen.steps if step in ASKING] if writes else [],
        "resolutions": words.RESOLUTIONS.items(),
        "entry_kinds": words.KINDS.items(),
        "lead_options": [(part.organisation.stix_id, part.organisation.name) for part in seen.parts if may_lead(part)],
        "invite_options": [("", gettext("Choose one")), *((body.slug, body.name) for body in others)],
        "page_tlp": max([seen.audience.tlp, *(one.tlp for one in seen.said)]),
        **about(seen),
        **gravity(seen),
    }


def chosen(request: MemberRequest, seen: CaseView) -> Said | None:
    """Return the entry of ours that is to be corrected or taken back, as an address or what was sent names it."""
    number = request.POST.get("corrects") or request.POST.get("entry") or request.GET.get("entry", "")
    return next((one for one in seen.said if one.is_ours and number and one.number == number), None)


def about(seen: CaseView) -> dict[str, Any]:
    """Return what the case is about: of what kind, where, and when it happened."""
    facts = seen.facts
    times = [
        (gettext("Began"), facts.occurred_from),
        (gettext("Was over"), facts.occurred_until),
        (gettext("Was found"), facts.detected_at),
    ]
    return {
        "kind": words_of(facts.kind),
        "times": [(term, at) for term, at in times if at is not None],
        "precision": words.PRECISIONS[facts.precision],
        "sectors": [words.SECTORS[sector] for sector in facts.sectors if sector in words.SECTORS],
    }


def gravity(seen: CaseView) -> dict[str, Any]:
    """Return how grave the case is, how that was counted, and what others call it."""
    points = points_of(seen.facts.impact, len(seen.facts.states))
    return {
        "severity": seen.severity,
        "severity_word": words.SEVERITIES[seen.severity],
        "judged_why": seen.stands.carried.judged_why,
        "severity_options": [(str(level), f"S{level} {word}") for level, word in enumerate(words.SEVERITIES)],
        "sum": [(words.FACTORS[name], points[name], weight) for name, weight in WEIGHTS.items()],
        "elsewhere": [(scale, called[seen.severity]) for scale, called in SCALES.items()],
    }


ASKING: Final = frozenset(
    {
        "close",
        "reject",
        "let-rest",
        "offer-lead",
        "judge",
        "merge",
        "offer-merge",
        "number",
        "take-back",
        "watch",
        "take-part",
    }
)
"""Steps whose button stands elsewhere than under the heading."""


def may_lead(part: queries.Part) -> bool:
    """Return whether the lead can be offered to this participant."""
    return part.part in {"active", "acknowledged", "watching"}
