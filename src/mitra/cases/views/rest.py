"""Cases for machines: those that one is in, one of them with its entries, a new one, an entry, a step."""

# Annotations are read at run time, so they are no strings.

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Schema
from pydantic import Field

from mitra.cases import operations, queries
from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASE, CASES_READ, CASES_WRITE, COURSE, ENTRY, EntryKind, Precision
from mitra.cases.report import bundle_of
from mitra.community import queries as community
from mitra.community.rest.answers import answer, once
from mitra.community.rest.doors import holding
from mitra.community.rest.shapes import PageOf
from mitra.community.rest.things import Asked, Opens, add_files, routes
from mitra.community.things import get_thing
from mitra.core.errors import InvalidInput
from mitra.store.facts import Outcome
from mitra.store.things.reading import told_of

MOST_NOTES = 2_000
OPENS = Opens(CASES_READ, CASES_WRITE, CaseWritten, COURSE, operations.take_step, is_shared_as_facts=False)
router = routes(CASE, "cases", OPENS)
add_files(router, ENTRY, "entries", OPENS)
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]


TIMES = ("detected_at", "occurred_from", "occurred_until")


def zoned(at: datetime | None, name: str) -> datetime | None:
    """Return a time that was sent; raises InvalidInput for one without its zone."""
    if at is not None and at.tzinfo is None:
        raise InvalidInput("Say this time with its zone, as 2026-11-26T09:00Z.", path=f"/{name}", rule="zone")
    return at


class CaseAsked(Schema):
    """A case to be opened; its number is drawn, and its circle is made for it."""

    heading: Annotated[str, Field(min_length=1, max_length=200)]
    kind: Annotated[str, Field(max_length=80, description="Class and type of the RSIT, as fraud/phishing.")]
    summary: Annotated[str, Field(max_length=20_000)] = ""
    impact: Annotated[dict[str, str], Field(max_length=10)] = Field(default_factory=dict)
    states: Annotated[list[str], Field(max_length=50)] = Field(default_factory=list)
    invited: Annotated[list[Slug], Field(max_length=200)] = Field(default_factory=list)
    sectors: Annotated[list[str], Field(max_length=40, description="By STIX's industry-sector-ov.")] = Field(
        default_factory=list
    )
    detected_at: datetime | None = None
    occurred_from: datetime | None = None
    occurred_until: datetime | None = None
    precision: Precision = "minute"
    continues: Annotated[str, Field(max_length=120, description="An ended case that it goes on with.")] = ""


class CaseOpened(Schema):
    """The id and the number of a case that was opened."""

    id: str
    number: str


class Brought(Schema):
    """A case that was opened from a bundle or an event, and what became of its objects."""

    id: str
    number: str
    accepted: int
    duplicate: int
    held: int
    refused: int


class Beside(Schema):
    """What is said beside a bundle or an event."""

    kind: Annotated[str, Field(max_length=80, description="Class and type of the RSIT, as fraud/phishing.")]
    heading: Annotated[str, Field(max_length=200, description="Else what is brought says it.")] = ""
    invited: Annotated[list[Slug], Field(max_length=200)] = Field(default_factory=list)


class EntryAsked(Schema):
    """What is written to a case: to all who are in it, or to your own organisation only."""

    words: Annotated[str, Field(min_length=1, max_length=20_000)]
    kind: EntryKind = "note"
    is_own: bool = False
    happened_at: datetime | None = None
    corrects: Annotated[str, Field(max_length=20, description="The number of an entry of yours.")] = ""
    files: Annotated[list[str], Field(max_length=20, description="Ids of files that were sent before.")] = Field(
        default_factory=list
    )


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
    happened_at: datetime | None
    corrects: str


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
            sectors=tuple(said.sectors),
            precision=said.precision,
            continues=said.continues,
            **{name: zoned(getattr(said, name), name) for name in TIMES},
        )
        made = operations.open_case(new, by=request.actor, now=request.now)
        return answer(request, {"id": made.stix_id, "number": made.number}, status=201)

    return once(request, said.model_dump_json(), do)


@router.post("case-imports", response={201: Brought}, auth=holding(CASES_WRITE), summary="case: from a bundle or event")
def open_from(request: Any, beside: Query[Beside]) -> HttpResponseBase:
    """Open a case from a STIX bundle or a MISP event, which is the body, and share its objects with the case."""

    def do() -> HttpResponse:
        known = {body.slug: body.id for body in community.list_organisations(request.actor)}
        invited = tuple(known.get(slug, 0) for slug in beside.invited)
        new = operations.NewCase(beside.heading, beside.kind, invited=invited)
        made, report = operations.open_from(request.body, new, by=request.actor, now=request.now)
        counts = {each.value: report.totals[each] for each in Outcome}
        return answer(request, {"id": made.stix_id, "number": made.number, **counts}, status=201)

    return once(request, sha256(request.body).hexdigest() + beside.model_dump_json(), do)


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
    operations.note_look(queries.shown_of(shown), by=request.actor, now=request.now)
    items = [
        {
            "id": each.row.stix_id,
            "number": each.facts.number,
            "kind": each.facts.kind,
            "words": each.facts.words,
            "tlp": each.audience.tlp.label,
            "by": each.version.author,
            "written_at": each.version.created,
            "happened_at": each.facts.happened_at,
            "corrects": each.facts.corrects,
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
        new = operations.NewEntry(
            said.kind,
            said.words,
            said.is_own,
            zoned(said.happened_at, "happened_at"),
            said.corrects,
            tuple(said.files),
        )
        number = operations.write_entry(stix_id, new, by=request.actor, now=request.now)
        return answer(request, {"number": number}, status=201)

    return once(request, said.model_dump_json(), do)


class TaskAsked(Schema):
    """A task to be set for all who are in a case."""

    heading: Annotated[str, Field(min_length=1, max_length=200)]
    words: Annotated[str, Field(max_length=20_000)] = ""
    due_at: datetime | None = None
    chain: Annotated[list[Slug], Field(max_length=20)] = Field(default_factory=list)


class TaskMade(Schema):
    """The id of a task that was set."""

    id: str


class TaskShown(Schema):
    """A task of a case, and where it stands."""

    id: str
    number: str
    heading: str
    state: str
    holder: str
    handed_to: str
    due_at: datetime | None


class StepAsked(Schema):
    """A step of a task, and what it carries: at a hand-over `to`, `stands`, `next` and `question`."""

    word: Annotated[str, Field(max_length=60)]
    said: Annotated[dict[str, str], Field(max_length=10)] = Field(default_factory=dict)


@router.get("cases/{stix_id}/stix", auth=holding(CASES_READ), summary="case: as a STIX bundle")
def get_bundle(request: Any, stix_id: str) -> HttpResponse:
    """Return an incident, its notes and a grouping, as far as this credential reads what is for all in the case."""
    seen = queries.get_case(stix_id, request.actor, now=request.now, limit=MOST_NOTES)
    operations.note_look(seen.unseen, by=request.actor, now=request.now)
    return answer(request, bundle_of(seen))


@router.get("cases/{stix_id}/tasks", response=list[TaskShown], auth=holding(CASES_READ), summary="case: its tasks")
def list_tasks(request: Any, stix_id: str) -> HttpResponse:
    """Return the tasks of a case, those that are not ended first."""
    get_thing(CASE, stix_id, request.actor, now=request.now)
    lines = queries.list_tasks(stix_id, request.actor, now=request.now)
    return answer(
        request,
        [
            {
                "id": line.stix_id,
                "number": line.facts.number,
                "heading": line.facts.heading,
                "state": line.stands.state,
                "holder": line.stands.carried.holder,
                "handed_to": line.stands.carried.offered,
                "due_at": line.facts.due_at,
            }
            for line in lines
        ],
    )


@router.post("cases/{stix_id}/tasks", response={201: TaskMade}, auth=holding(CASES_WRITE), summary="case: set a task")
def set_task(request: Any, stix_id: str, said: TaskAsked) -> HttpResponseBase:
    """Set a task for all who are in a case."""

    def do() -> HttpResponse:
        known = {body.slug: body.stix_id for body in community.list_organisations(request.actor)}
        chain = tuple(known.get(slug, "") for slug in said.chain)
        new = operations.NewTask(said.heading, said.words, zoned(said.due_at, "due_at"), chain)
        made = operations.set_task(stix_id, new, by=request.actor, now=request.now)
        return answer(request, {"id": made}, status=201)

    return once(request, said.model_dump_json(), do)


@router.post("tasks/{stix_id}/steps", response={201: TaskMade}, auth=holding(CASES_WRITE), summary="task: a step")
def take_task_step(request: Any, stix_id: str, said: StepAsked) -> HttpResponseBase:
    """Take a task a step further."""

    def do() -> HttpResponse:
        operations.take_task_step(stix_id, said.word, said.said, by=request.actor, now=request.now)
        return answer(request, {"id": stix_id}, status=201)

    return once(request, said.model_dump_json(), do)
