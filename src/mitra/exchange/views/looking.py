"""The one box, which takes anything, and lists of values: is this known, from whom, since when.

The box is open to everybody; the public is told of TLP:CLEAR only, and cannot tell whether there is more.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from mitra.community.doors import member_required, scope_required
from mitra.community.facts import EXCHANGE_READ
from mitra.core.text.defang import refang
from mitra.core.text.mentions import mention_asked
from mitra.core.text.turning import MARKS, TURNING
from mitra.exchange import operations, queries, sayings, telling
from mitra.exchange.forms import LookUpsForm
from mitra.exchange.intake.tables import shows_itself
from mitra.exchange.views.records import filter_form, holds_room, may_share, streamed
from mitra.store.handed.facts import Channel
from mitra.web import ports
from mitra.web.frame import zone_named
from mitra.web.page import page

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from django.http import HttpResponse, StreamingHttpResponse

    from mitra.community.doors import MemberRequest
    from mitra.exchange.queries import FoundPage
    from mitra.store.facts import Filter
    from mitra.web.requests import AskedRequest

MOST_SHOWN = 500
NAMED_SHOWN = 25
LONGEST = 2_000
ANY_WORDS = frozenset({"file-name", "mutex", "sms-sender", "user-account"})
_UNSEEN = dict.fromkeys(range(32), " ") | dict.fromkeys(map(ord, f"{MARKS}{TURNING}\ufeff"))
"""What nobody sees and turns a text around; line ends and the like become spaces."""


@require_safe
def lookup(request: AskedRequest) -> HttpResponse:
    """Answer the one box: what a text names, who says what about a value, what mentions it or has these words."""
    asked = request.GET.get("q", "").translate(_UNSEEN).strip()[:LONGEST]
    context: dict[str, Any] = {"asked": asked, "may_ask_many": holds_room(request), "may_share": may_share(request)}
    if not asked:
        return page(request, "exchange/lookup.html", context)
    form = filter_form(request)
    if not form.is_valid():
        context |= {"form": form, "answer": gettext("This search cannot be narrowed like that.")}
        return page(request, "exchange/lookup.html", context, parts={"findings"}, status=422)
    hand = operations.hand_to(request.actor, Channel.LOOKUP, now=request.now)
    (known,) = queries.look_up(request.viewer, [asked], hand=hand, now=request.now)
    known = replace(known, kind=kind_shown(known))
    exact = ports.find_exact(asked, request.actor, now=request.now)
    by_words = None if known.known else search_words(request, asked, form.only())
    is_words = bool(by_words and by_words.items and not mention_asked(asked))
    is_value = bool(known.known or (known.kind and not exact and not is_words))
    context |= {
        "form": form,
        "known": known,
        "is_value": is_value,
        "plain": refang(asked),
        "exact": exact,
        "sayings": sayings.sayings_of(known),
        "by_words": by_words,
        "total": telling.total_words(by_words.total) if by_words else "",
        "is_first": "after" not in request.GET,
        "is_narrowed": any(value for name, value in form.cleaned_data.items() if name != "words"),
        "kind": telling.kind_label(known.kind) if known.kind else "",
        "answer": sayings.known_answer(
            known, by_words, exact, is_value=is_value, zone=zone_of(request), now=request.now
        ),
        "page_tlp": strictest(known, by_words),
    }
    return page(request, "exchange/lookup.html", context, parts={"findings"})


def kind_shown(known: queries.Known) -> str:
    """Return what a text is called: any words may be a file's name, so only what has an ending is called one."""
    is_any_word = known.kind in ANY_WORDS and not shows_itself("file-name", known.value)
    return "" if is_any_word and not known.known else known.kind


def search_words(request: AskedRequest, asked: str, only: Filter) -> FoundPage:
    """Return what has these words, or this STIX id."""
    asking = replace(only, words=asked)
    found = queries.search(request.viewer, asking, after=request.GET.get("after"), limit=NAMED_SHOWN, now=request.now)
    operations.hand_lines(
        request.actor, tuple(each.line for each in found.items), channel=Channel.LOOKUP, now=request.now
    )
    return found


def strictest(known: queries.Known, by_words: FoundPage | None) -> Any:  # noqa: ANN401 - a level or nothing
    """Return the strictest level of what the page says; of RED records it says label, room and hour only."""
    levels = [record.tlp for record in known.records if record.id]
    levels += [each.line.tlp for each in by_words.items if not each.line.is_red] if by_words else []
    return max(levels, default=None)


def zone_of(request: AskedRequest) -> ZoneInfo:
    """Return the zone in which this reader counts days."""
    is_person = request.actor is not None and request.actor.person is not None
    return zone_named(request.user.time_zone if is_person else "UTC")  # type: ignore[union-attr]


@require_http_methods(["GET", "POST"])
@member_required
@scope_required(EXCHANGE_READ)
def lookups(request: MemberRequest) -> HttpResponse | StreamingHttpResponse:
    """Ask for a list; on POST, answer it as a table, or as a file that is read as a machine."""
    form = LookUpsForm(request.POST, request.FILES) if request.method == "POST" else LookUpsForm()
    context: dict[str, Any] = {"form": form}
    if request.method != "POST" or not form.is_valid():
        return page(request, "exchange/lookups.html", context, status=422 if form.errors else 200)
    hand = operations.hand_to(request.actor, Channel.LOOKUP, now=request.now)
    if request.POST.get("as") == "csv":
        chunks = queries.look_up_csv(request.viewer, form.lines(), hand=hand, now=request.now)
        return streamed(chunks, "text/csv; charset=utf-8", "look-ups.csv")
    values = queries.values_of(form.lines())
    answers = queries.look_up(request.viewer, islice(values, MOST_SHOWN), hand=hand, now=request.now)
    shown = [sayings.answered(known) for known in answers]
    context |= {
        "shown": shown,
        "known_count": sum(answer.is_known for answer in shown),
        "more": next(values, None) is not None,
        "page_tlp": max((answer.tlp for answer in shown if answer.tlp is not None), default=None),
    }
    return page(request, "exchange/lookups.html", context)
