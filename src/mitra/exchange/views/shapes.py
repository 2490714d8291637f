"""What REST says of records: the shapes of its answers and what one may ask for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from mitra.community.rest.shapes import Cursor, Limit, PageOf, Total

Level = Literal["CLEAR", "GREEN", "AMBER", "AMBER+STRICT"]
Use = Literal["CLEAR", "GREEN", "AMBER", "RED"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]


class RecordFilter(Schema):
    """What narrows a list; values of different parameters must all fit."""

    type: Annotated[str, Field(max_length=255, description="A STIX type.")] = ""
    tlp: Level | None = None
    by: Annotated[Slug | None, Field(description="Short name of the organisation that shared it.")] = None
    circle: Annotated[Slug | None, Field(description="Short name of a circle that you are in.")] = None
    words: Annotated[str, Field(max_length=200, description="Words that stand in it, in any script.")] = ""
    added_after: Annotated[datetime | None, Field(description="Shared after this instant.")] = None
    versions: Literal["last", "all"] = "last"


class ListAsked(RecordFilter):
    """A page of a list."""

    cursor: Cursor = ""
    limit: Limit = 50


class Record(Schema):
    """One share of one record, without its object."""

    ref: str
    id: str
    type: str
    title: str
    tlp: str
    room: str
    shared_by: str
    shared_at: datetime
    modified: str
    circles: list[str]
    embargo_until: datetime | None
    is_revoked: bool
    is_own: bool


class WholeRecord(Record):
    """One record with its object as it is served, and why it may be read."""

    object: dict[str, Any]
    digest: str
    pap: str | None
    condition: str
    why: str
    leaf: int | None
    versions: list[str]
    corroborated_by: list[str]


class Found(Record):
    """One answer of a search."""

    url: str


class FoundPage(PageOf[Found]):
    """A page of answers, the nearest first; what was shared after `unfindable_since` may be missing yet."""

    unfindable_since: datetime | None = None


class Said(Schema):
    """Who says something about a value."""

    id: str
    type: str
    shared_by: str
    since: datetime


class Answered(Schema):
    """What is known of one value."""

    value: str
    known: bool
    records: list[Said]


class Asked(Schema):
    """Values as people write them, defanged or not."""

    values: Annotated[list[str], Field(min_length=1, max_length=10_000)]


class AllAnswered(Schema):
    """An answer a value, in the order asked."""

    values: list[Answered]


class ShareAsked(Schema):
    """To whom and how; without a level each object goes as it is marked, unmarked ones to your organisation only."""

    tlp: Level | None = None
    circle: Annotated[list[Slug], Field(max_length=50, default_factory=list)]
    pap: Use | None = None
    condition: Annotated[str, Field(max_length=500)] = ""
    embargo_until: datetime | None = None
    filename: Annotated[str, Field(max_length=255, description="Its ending helps to tell what the body is.")] = ""


class Outcome(Schema):
    """What became of one object."""

    outcome: Literal["accepted", "duplicate", "held", "refused"]
    id: str = ""
    ref: str = ""
    line: int | None = None
    reason: str = ""
    rule: str = ""
    path: str = ""


class Totals(Schema):
    """What became of all of them."""

    accepted: int = 0
    duplicate: int = 0
    held: int = 0
    refused: int = 0


class Outcomes(Schema):
    """What became of an input; objects are told one by one up to a bound, counted without one."""

    totals: Totals
    accepted: list[Outcome]
    results: list[Outcome]
    notes: list[str]


class ImportLine(Schema):
    """A long input, and how far it is."""

    id: str
    filename: str
    state: Literal["waiting", "running", "done", "failed"]
    size_bytes: int
    read_bytes: int
    made_at: datetime
    ended_at: datetime | None
    totals: Totals
    error: str


class ImportView(ImportLine):
    """An import with what became of its objects."""

    accepted: list[Outcome]
    results: list[Outcome]
    notes: list[str]


class Holder(Schema):
    """Who was handed a record, by which ways."""

    name: str
    ways: list[str]
    first_at: datetime
    last_at: datetime
    times: int


class Holders(Schema):
    """Who has a record of yours; those whom you may not know have no name."""

    count: int
    named: list[Holder]
    hidden: int


class Reason(Schema):
    """Why; it stays with the act."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Ended(Schema):
    """The act that ended a share, and its place in the log."""

    act: int
    leaf: int
    commitment: str


__all__ = ["Total"]
