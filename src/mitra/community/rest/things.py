"""REST for a kind of things, the same for every room: list, read, release, next version, take back, steps.

A room calls `routes` with its kind and scopes.  Its facts are the body's `facts`, by their own JSON Schema; an edit
names in `If-Match` the version on which it was based, and who comes second is given both texts.
"""

# Annotations are made here at run time, from the kind, so they are no strings.

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router
from pydantic import BaseModel, Field, create_model

from mitra.community import queries as community
from mitra.community.rest.answers import answer, once
from mitra.community.rest.doors import holding
from mitra.community.rest.shapes import PageOf
from mitra.community.things import audience_in, get_thing, hand_of
from mitra.core.errors import StaleVersion
from mitra.core.policy.facts import Tlp
from mitra.core.stix.times import format_time
from mitra.store.files import keeping
from mitra.store.files.sending import send_file
from mitra.store.things.reading import told_of
from mitra.store.things.releasing import release, supersede, withdraw
from mitra.web.errors import problem

if TYPE_CHECKING:
    from mitra.community.things import Tells
    from mitra.store.things.kinds import Kind
    from mitra.store.things.rows import SharedRow
    from mitra.store.things.threads import Course

Level = Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"]
MOST = 200
BYTES = {"responses": {200: {"description": "Its bytes.", "content": {"application/octet-stream": {}}}}}


class Takes(Protocol):
    """Take a step of a thing, as `Course.take` does, by who acts."""

    def __call__(self, thing: str, word: str, said: Mapping[str, str], /, *, by: Any, now: datetime) -> None:
        """Take it; raises what the table, and the room, refuse."""


class Opens(NamedTuple):
    """Which scopes read and write a kind's things, and what is told when one is written."""

    reads: str
    writes: str
    tells: "Tells | None" = None
    course: "Course | None" = None
    takes: "Takes | None" = None
    """The room's own operation for a step, where it asks for more than the table does."""
    is_shared_as_facts: bool = True
    """False where the room's own operations make the facts: then nobody sends them whole."""


class Asked(BaseModel):
    """A page of a list, newest first."""

    before: str = Field("", max_length=120, description="The `next` of the page before.")
    limit: int = Field(50, ge=1, le=MOST)


class Reason(BaseModel):
    """Why; it stays with the act."""

    reason: str = Field(min_length=1, max_length=500)


class FileLine(BaseModel):
    """A file: what it is, and its digest."""

    id: str
    name: str
    size_bytes: int
    sha256: str
    media_type: str


class Stands(BaseModel):
    """Where a thing stands, and since when."""

    state: str
    since: datetime | None


class Word(BaseModel):
    """A step by its word, and what it carries."""

    word: str = Field(min_length=1, max_length=60)
    said: dict[str, str] = Field(default_factory=dict, max_length=20)


def routes(kind: "Kind[Any]", name: str, opens: Opens) -> Router:
    """Return the router of a kind: `name` is its plural in addresses."""
    router = Router(tags=[kind.room])
    shown, wanted = _shapes(kind)
    _add_reading(router, kind, name, opens, shown)
    if opens.is_shared_as_facts:
        _add_writing(router, kind, name, opens, (shown, wanted))
    _add_taking_back(router, kind, name, opens)
    add_files(router, kind, name, opens)
    if opens.course is not None:
        _add_steps(router, kind, name, opens, opens.course)
    return router


def _add_reading(router: Router, kind: "Kind[Any]", name: str, opens: Opens, shown: Any) -> None:
    reads = holding(opens.reads)

    @router.get(
        name,
        response=PageOf[shown],
        auth=reads,
        operation_id=_id("list", name),
        summary=f"{kind.label}: all that you may read",
    )
    def list_things(request: Any, asked: Query[Asked]) -> HttpResponse:
        """Return a page of the things that this credential may read, newest first."""
        rows = kind.model.objects.visible_to(request.viewer, now=request.now).order_by("-pk")
        if asked.before:
            rows = rows.filter(pk__lt=get_thing(kind, asked.before, request.actor, now=request.now).pk)
        page = list(rows[: asked.limit + 1])
        following = page[asked.limit - 1].stix_id if len(page) > asked.limit else None
        return answer(request, {"items": _said(kind, page[: asked.limit]), "next": following})

    @router.get(
        f"{name}/{{stix_id}}", response=shown, auth=reads, operation_id=_id("get", name), summary=f"{kind.label}: one"
    )
    def get_one(request: Any, stix_id: str) -> HttpResponse:
        """Return one thing; its `version` is what an edit names in If-Match."""
        return answer(request, _one(kind, stix_id, request))


def _add_writing(router: Router, kind: "Kind[Any]", name: str, opens: Opens, shapes: tuple[Any, Any]) -> None:
    writes = holding(opens.writes)
    shown, wanted = shapes

    @router.post(
        name,
        response={201: shown},
        auth=writes,
        operation_id=_id("share", name),
        summary=f"{kind.label}: share a new one",
    )
    def share_one(request: Any, said: wanted) -> HttpResponseBase:
        """Share new facts with an audience."""

        def do() -> HttpResponse:
            hand = hand_of(request.actor, now=request.now, tells=opens.tells, files=said.files)
            made = release(kind, _facts(kind, said), _audience(kind, request, said), hand)
            return answer(request, _one(kind, made.stix_id, request), status=201)

        return once(request, said.model_dump_json(), do)

    @router.put(
        f"{name}/{{stix_id}}",
        response=shown,
        auth=writes,
        operation_id=_id("supersede", name),
        summary=f"{kind.label}: next version",
    )
    def share_next(request: Any, stix_id: str, said: wanted) -> HttpResponseBase:
        """Share the next version of a thing of your own."""
        get_thing(kind, stix_id, request.actor, now=request.now)

        def do() -> HttpResponse:
            base = request.headers.get("If-Match", "").strip('" ')
            hand = hand_of(request.actor, now=request.now, tells=opens.tells, files=said.files)
            to = _audience(kind, request, said)
            try:
                supersede(kind, stix_id, _facts(kind, said), hand, base=base, audience=to)
            except StaleVersion as stale:
                both = {"theirs": _words(kind, stale.theirs), "yours": _words(kind, stale.yours)}
                return problem(409, "Conflict", str(stale), code=stale.code, **both)
            return answer(request, _one(kind, stix_id, request))

        return once(request, said.model_dump_json(), do)


def _add_taking_back(router: Router, kind: "Kind[Any]", name: str, opens: Opens) -> None:
    where, writes = f"{name}/{{stix_id}}/withdrawal", holding(opens.writes)

    @router.post(
        where,
        response={204: None},
        auth=writes,
        operation_id=_id("take_back", name),
        summary=f"{kind.label}: take back",
    )
    def take_back(request: Any, stix_id: str, said: Reason) -> HttpResponseBase:
        """Take a thing of your own back: who could read it finds that there was one."""
        get_thing(kind, stix_id, request.actor, now=request.now)

        def do() -> HttpResponse:
            hand = hand_of(request.actor, now=request.now, tells=opens.tells)
            withdraw(kind, stix_id, hand, reason=said.reason)
            return HttpResponse(status=204)

        return once(request, said.reason, do)


def add_files(router: Router, kind: "Kind[Any]", name: str, opens: Opens) -> None:
    """Let the files that things of a kind hold be listed and fetched, by whoever reads the thing."""
    reads = holding(opens.reads)

    @router.get(
        f"{name}/{{stix_id}}/files",
        response=PageOf[FileLine],
        auth=reads,
        operation_id=_id("list_files", name),
        summary=f"{kind.label}: its files",
    )
    def list_files(request: Any, stix_id: str) -> HttpResponse:
        """Return the files that a thing holds."""
        row = get_thing(kind, stix_id, request.actor, now=request.now)
        return answer(request, {"items": list(keeping.files_of(row)), "next": None})

    where = f"{name}/{{stix_id}}/files/{{file_id}}"

    @router.get(
        where,
        auth=reads,
        operation_id=_id("get_file", name),
        summary=f"{kind.label}: the bytes of a file",
        openapi_extra=BYTES,
    )
    def get_file(request: Any, stix_id: str, file_id: str) -> HttpResponseBase:
        """Return the bytes of a file, to be kept and not to be shown."""
        return send_file(get_thing(kind, stix_id, request.actor, now=request.now), file_id)


def _add_steps(router: Router, kind: "Kind[Any]", name: str, opens: Opens, course: "Course") -> None:
    where, writes = f"{name}/{{stix_id}}/steps", holding(opens.writes)

    @router.post(
        where,
        response={201: Stands},
        auth=writes,
        operation_id=_id("take_step", name),
        summary=f"{kind.label}: take a step",
    )
    def take_step(request: Any, stix_id: str, said: Word) -> HttpResponseBase:
        """Take a step; who may take which from which state is the kind's table."""
        sheet = get_thing(kind, stix_id, request.actor, now=request.now)

        def do() -> HttpResponse:
            if opens.takes is not None:
                opens.takes(stix_id, said.word, said.said, by=request.actor, now=request.now)
            else:
                hand = hand_of(request.actor, now=request.now, tells=opens.tells)
                course.take(sheet, said.word, hand, viewer=request.viewer, said=said.said)
            stands = course.stands(sheet, request.viewer, now=request.now)
            return answer(request, {"state": stands.state, "since": stands.since}, status=201)

        return once(request, said.model_dump_json(), do)


def _id(does: str, name: str) -> str:
    """Return what the description calls an operation: one room's is not another's."""
    return f"{does}_{re.sub(r'[^a-z]+', '_', name)}"


def _shapes(kind: "Kind[Any]") -> tuple[Any, Any]:
    """Return the shape of a thing as it is read, and as it is sent."""
    word = "".join(part.title() for part in kind.stix_type.removeprefix("x-mitra-").split("-"))
    shown = create_model(
        word,
        id=(str, ...),
        facts=(kind.facts, ...),
        tlp=(str, ...),
        by=(str, ...),
        shared_at=(datetime, ...),
        version=(str, ...),
    )
    wanted = create_model(
        f"{word}Sent",
        facts=(kind.facts, ...),
        tlp=(Level, "AMBER+STRICT"),
        circles=(list[str], Field(default_factory=list, max_length=50)),
        files=(list[str], Field(default_factory=list, max_length=50)),
        embargo_until=(datetime | None, None),
    )
    return shown, wanted


def _facts(kind: "Kind[Any]", said: Any) -> Any:
    return kind.check(_words(kind, said.facts))


def _audience(kind: "Kind[Any]", request: Any, said: Any) -> Any:
    circles = [community.find_circle(slug, request.actor).id for slug in said.circles]
    tlp = Tlp[said.tlp.replace("+", "_")]
    return audience_in(kind.room, request.actor, tlp, circles, embargo_until=said.embargo_until)


def _one(kind: "Kind[Any]", stix_id: str, request: Any) -> dict[str, Any]:
    return _said(kind, [get_thing(kind, stix_id, request.actor, now=request.now)])[0]


def _said(kind: "Kind[Any]", rows: "list[SharedRow]") -> list[dict[str, Any]]:
    """Return rows as REST says them, with what their shares say of them."""
    names = community.name_organisations({row.owner for row in rows})
    return [
        {
            "id": told.row.stix_id,
            "facts": _words(kind, told.facts),
            "tlp": told.audience.tlp.label.removeprefix("TLP:"),
            "by": names.get(told.row.owner, ""),
            "shared_at": format_time(told.version.modified, digits=6),
            "version": told.digest,
        }
        for told in told_of(kind, rows)
    ]


def _words(kind: "Kind[Any]", facts: Any) -> Any:
    return kind.adapter.dump_python(facts, mode="json")
