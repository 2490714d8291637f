"""Cases for machines: those that one is in, one of them with its entries, a new one, an entry, a step."""

# Annotations are read at run time, so they are no strings.

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Schema
from pydantic import Field

from mitra.cases import operations
from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASE, CASES_READ, CASES_WRITE, COURSE, ENTRY, EntryKind
from mitra.community import queries as community
from mitra.community.rest.answers import answer, once
from mitra.community.rest.doors import holding
from mitra.community.rest.shapes import PageOf
from mitra.community.rest.things import Asked, Opens, routes
from mitra.community.things import get_thing
from mitra.store.things.reading import told_of

OPENS = Opens(CASES_READ, CASES_WRITE, CaseWritten, COURSE, operations.take_step, is_shared_as_facts=False)
router = routes(CASE, "cases", OPENS)
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


class CaseAsked(Schema):
    """A case to be opened; its number is drawn, and its circle is made for it."""

    heading: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[str, Field(max_length=80, description="Class and type of the RSIT, as fraud/phishing.")]
    summary: Annotated[str, Field(max_length=20_000)] = ""
    impact: Annotated[dict[str, str], Field(max_length=10)] = Field(default_factory=dict)
    states: Annotated[list[str], Field(max_length=50)] = Field(default_factory=list)
    invited: Annotated[list[Slug], Field(max_length=200)] = Field(default_factory=list)


class CaseOpened(Schema):
    """The id and the number of a case that was opened."""

    id: str
    number: str


class EntryAsked(Schema):
    """What is written to a case: to all who are in it, or to your own organisation only."""

    words: Annotated[str, Field(min_length=1, max_length=20_000)]
    kind: EntryKind = "note"
    is_own: bool = False


class EntryNumber(Schema):
    """The number of an entry."""

    number: str


class EntryLine(Schema):
    """An entry of a case."""

    id: str
    number: str
    kind: str
    words: str
    tlp: str
    by: str
    written_at: datetime


@router.post("cases", response={201: CaseOpened}, auth=holding(CASES_WRITE), summary="case: open one")
def open_case(request: Any, said: CaseAsked) -> HttpResponseBase:
    """Open a case in a circle of its own, and ask others in."""

    def do() -> HttpResponse:
        known = {body.slug: body.id for body in community.list_organisations(request.actor)}
        new = operations.NewCase(
            said.heading,
            said.kind,
            said.summary,
            tuple(said.impact.items()),
            tuple(said.states),
            invited=tuple(known.get(slug, 0) for slug in said.invited),
        )
        made = operations.open_case(new, by=request.actor, now=request.now)
        return answer(request, {"id": made.stix_id, "number": made.number}, status=201)

    return once(request, said.model_dump_json(), do)


@router.get(
    "cases/{stix_id}/entries", response=PageOf[EntryLine], auth=holding(CASES_READ), summary="case: its entries"
)
def list_entries(request: Any, stix_id: str, asked: Query[Asked]) -> HttpResponse:
    """Return a page of the entries that this credential may read, newest first."""
    get_thing(CASE, stix_id, request.actor, now=request.now)
    rows = ENTRY.model.objects.visible_to(request.viewer, now=request.now).filter(sheet_ref=stix_id).order_by("-pk")
    if asked.before:
        rows = rows.filter(pk__lt=get_thing(ENTRY, asked.before, request.actor, now=request.now).pk)
    page = list(rows[: asked.limit + 1])
    shown = told_of(ENTRY, page[: asked.limit])
    items = [
        {
            "id": each.row.stix_id,
            "number": each.facts.number,
            "kind": each.facts.kind,
            "words": each.facts.words,
            "tlp": each.audience.tlp.label,
            "by": each.version.author,
            "written_at": each.version.created,
        }
        for each in shown
    ]
    following = page[asked.limit - 1].stix_id if len(page) > asked.limit else None
    return answer(request, {"items": items, "next": following})


@router.post(
    "cases/{stix_id}/entries", response={201: EntryNumber}, auth=holding(CASES_WRITE), summary="case: write to it"
)
def write_entry(request: Any, stix_id: str, said: EntryAsked) -> HttpResponseBase:
    """Write to a case that this credential is in."""

    def do() -> HttpResponse:
        number = operations.write_entry(
            stix_id, said.kind, said.words, by=request.actor, now=request.now, is_own=said.is_own
        )
        return answer(request, {"number": number}, status=201)

    return once(request, said.model_dump_json(), do)
