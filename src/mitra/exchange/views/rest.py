"""REST of sharing: records, search, look-up, shares, imports, exports; every answer as this credential may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID  # noqa: TC003 -- ninja reads it when it runs

import orjson
from django.http import HttpResponse
from ninja import Query, Router

from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_READ, EXCHANGE_SHARE
from mitra.community.rest.answers import answer, body_of, once, stream
from mitra.community.rest.doors import holding
from mitra.community.rest.shapes import PageOf, Total
from mitra.core.errors import InvalidInput, NotFound
from mitra.core.policy.facts import Pap, Tlp
from mitra.core.stix.printing import splice
from mitra.exchange import operations, queries
from mitra.exchange.facts import Terms
from mitra.exchange.views import shapes
from mitra.store.facts import Filter
from mitra.store.handed.facts import Channel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.http.response import HttpResponseBase

    from mitra.exchange.facts import Report
    from mitra.exchange.queries import ImportLine, ImportView, RecordLine

router = Router(tags=["exchange"])
READS, SHARES = holding(EXCHANGE_READ), holding(EXCHANGE_SHARE)
LONGEST_SHARE = 100 << 20
SENDS = holding(EXCHANGE_SHARE, longest_bytes=LONGEST_SHARE)
SENDS_LONG = holding(EXCHANGE_SHARE, longest_bytes=operations.LONGEST_IMPORT)
MOST_RECORDS = 20
"""Shares that one looked-up value is answered with."""
OBJECTS = {
    "requestBody": {
        "required": True,
        "description": "STIX, MISP, CSV or a list of values; what it is, is recognised.",
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/json", "application/stix+json", "text/csv", "application/octet-stream")
        },
    }
}
LINES = {"responses": {200: {"description": "A record a line.", "content": {"application/x-ndjson": {}}}}}


# ── Reading


@router.get("records", response=PageOf[shapes.Record], auth=READS, summary="Records, newest first")
def list_records(request: Any, asked: Query[shapes.ListAsked]) -> HttpResponse:
    """Return a page of what this credential may read."""
    found = queries.list_records(
        request.viewer, only(request, asked), before=asked.cursor or None, limit=asked.limit, now=request.now
    )
    operations.hand_lines(request.actor, found.items, channel=Channel.REST, now=request.now)
    items = [record(line) for line in found.items]
    return answer(request, {"items": items, "next": found.next, "total": total(found.total)})


@router.get("records/{ref}", response=shapes.WholeRecord, auth=READS, summary="One record")
def get_record(request: Any, ref: str) -> HttpResponse:
    """Return a record with its object, as it is served."""
    found = queries.get_record(request.viewer, ref, now=request.now)
    operations.hand_lines(request.actor, [found.line], channel=Channel.REST, now=request.now)
    whole = {
        **record(found.line),
        "object": found.object,
        "digest": found.digest,
        "pap": None if found.pap is None else found.pap.label,
        "condition": found.condition,
        "why": found.why.reason,
        "leaf": found.receipt.leaf,
        "versions": [line.ref for line in found.versions],
        "corroborated_by": [line.by_name for line in found.corroborated_by],
    }
    return answer(request, whole)


@router.get("records/{ref}/holders", response=shapes.Holders, auth=SHARES, summary="Who was handed it")
def get_holders(request: Any, ref: str) -> HttpResponse:
    """Return who has a record that your organisation shared."""
    found = queries.who_has(request.actor, ref, now=request.now)
    named = [
        {
            "name": line.name,
            "ways": [str(way) for way in line.ways],
            "first_at": line.first_at,
            "last_at": line.last_at,
            "times": line.times,
        }
        for line in found.named
    ]
    return answer(request, {"count": found.count, "named": named, "hidden": len(found.hidden)})


@router.get("search", response=shapes.FoundPage, auth=READS, summary="By words, the nearest first")
def search(
    request: Any,
    asked: Query[shapes.ListAsked],
) -> HttpResponse:
    """Return what has these words, in every room that this credential holds."""
    if not asked.words.strip():
        raise InvalidInput("Say what to search for.", path="/words", rule="missing")
    found = queries.search(
        request.viewer, only(request, asked), after=asked.cursor or None, limit=asked.limit, now=request.now
    )
    lines = [each.line for each in found.items]
    operations.hand_lines(request.actor, lines, channel=Channel.REST, now=request.now)
    items = [{**record(each.line), "url": each.url} for each in found.items]
    said = {"items": items, "next": found.next, "total": total(found.total), "unfindable_since": found.unfindable_since}
    return answer(request, said)


@router.get("lookup", response=shapes.AllAnswered, auth=READS, summary="Is this known")
def look_up(
    request: Any,
    value: Annotated[list[str], Query(min_length=1, max_length=100)],
) -> HttpResponse:
    """Say of each value whether it is known, from whom and since when."""
    return known(request, value)


@router.post("lookup", response=shapes.AllAnswered, auth=READS, summary="Are these known")
def look_up_many(request: Any, asked: shapes.Asked) -> HttpResponse:
    """Say the same of up to 10,000 values at once."""
    return known(request, asked.values)


@router.get("export", auth=READS, openapi_extra=LINES, summary="Everything, a record a line")
def export(request: Any, asked: Query[shapes.RecordFilter]) -> HttpResponseBase:
    """Stream what this credential may read in the order in which it was shared, as NDJSON."""
    hand = operations.hand_to(request.actor, Channel.EXPORT, now=request.now)
    narrowed = only(request, asked)
    if narrowed.words:
        raise InvalidInput("A stream is not narrowed by words; use search.", path="/words", rule="no-words")

    def lines() -> Iterator[Mapping[str, Any]]:
        for door, window in queries.windows(request.viewer, narrowed, hand=hand, now=request.now):
            shares = door.whole(window)
            names = community.name_organisations({share.by for share in shares})
            for share in shares:
                served = splice(share.raw, share.marking_at, share.tlp.label)
                yield {
                    "ref": share.ref,
                    "shared_by": names.get(share.by, ""),
                    "shared_at": share.at,
                    "tlp": share.tlp.label.removeprefix("TLP:"),
                    "object": orjson.Fragment(served),
                }

    return stream(lines())


# ── Writing


@router.post("shares", response=shapes.Outcomes, auth=SENDS, openapi_extra=OBJECTS, summary="Share")
def share(request: Any, asked: Query[shapes.ShareAsked]) -> HttpResponseBase:
    """Share what the body holds, and say what became of each object."""
    terms = terms_of(request, asked)
    body, digest = body_of(request, most=LONGEST_SHARE)

    def do() -> HttpResponse:
        report = operations.share(request.actor, body, terms, now=request.now, filename=asked.filename)
        return answer(request, outcomes(report))

    with body:
        return once(request, digest, do)


@router.post("records/{ref}/withdrawal", response=shapes.Ended, auth=SHARES, summary="Take back")
def withdraw(request: Any, ref: str, asked: shapes.Reason) -> HttpResponseBase:
    """End a share of your organisation, and all that rests on it."""

    def do() -> HttpResponse:
        receipt = operations.withdraw(request.actor, ref, asked.reason, now=request.now)
        ended = {"act": receipt.act, "leaf": receipt.leaf, "commitment": receipt.commitment.hex()}
        return answer(request, ended)

    return once(request, asked.reason, do)


@router.post(
    "imports", response={202: shapes.ImportView}, auth=SENDS_LONG, openapi_extra=OBJECTS, summary="Share a long input"
)
def begin_import(request: Any, asked: Query[shapes.ShareAsked]) -> HttpResponseBase:
    """Take an input in whole; it is worked off while you do something else."""
    terms = terms_of(request, asked)
    body, digest = body_of(request, most=operations.LONGEST_IMPORT)

    def do() -> HttpResponse:
        row = operations.take_in(request.actor, body, terms, filename=asked.filename, now=request.now)
        return answer(request, import_view(queries.get_import(request.actor, row.id)), status=202)

    with body:
        return once(request, digest, do)


@router.get("imports", response=PageOf[shapes.ImportLine], auth=SHARES, summary="Your newest imports")
def list_imports(request: Any) -> HttpResponse:
    """Return the newest imports of your organisation, and how far each is."""
    return answer(request, {"items": [import_line(line) for line in queries.list_imports(request.actor)], "next": None})


@router.get("imports/{import_id}", response=shapes.ImportView, auth=SHARES, summary="How far an import is")
def get_import(request: Any, import_id: UUID) -> HttpResponse:
    """Return one import of your organisation."""
    return answer(request, import_view(queries.get_import(request.actor, import_id)))


@router.delete("imports/{import_id}", response={204: None}, auth=SHARES, summary="Stop an import that waits")
def stop_import(request: Any, import_id: UUID) -> HttpResponse:
    """Put an import away that nobody has begun with."""
    operations.stop_import(request.actor, import_id, now=request.now)
    return HttpResponse(status=204)


# ── From words to facts, and back


def only(request: Any, asked: shapes.RecordFilter) -> Filter:
    """Return the filter that was asked for; raises InvalidInput for names that this actor does not know."""
    return Filter(
        versions=asked.versions,
        types=frozenset({asked.type} - {""}),
        tlps=frozenset({Tlp[asked.tlp.replace("+", "_")]} if asked.tlp else ()),
        by=frozenset({organisation_named(request, asked.by)} if asked.by else ()),
        circles=frozenset({circle_named(request, asked.circle)} if asked.circle else ()),
        words=asked.words,
        added_after=asked.added_after,
    )


def organisation_named(request: Any, slug: str) -> int:
    """Return the organisation of a short name; raises InvalidInput where this actor knows none."""
    for body in community.list_organisations(request.actor):
        if body.slug == slug:
            return body.id
    raise InvalidInput(f"You know no organisation by the short name “{slug}”.", path="/by", rule="unknown-name")


def circle_named(request: Any, slug: str) -> int:
    """Return the circle of a short name; raises InvalidInput where this actor is in none."""
    try:
        return community.find_circle(slug, request.actor).id
    except NotFound as unknown:
        message = f"You are in no circle with the short name “{slug}”."
        raise InvalidInput(message, path="/circle", rule="unknown-name") from unknown


def terms_of(request: Any, asked: shapes.ShareAsked) -> Terms:
    """Return to whom it goes."""
    return Terms(
        tlp=Tlp[asked.tlp.replace("+", "_")] if asked.tlp else None,
        circles=frozenset(circle_named(request, slug) for slug in asked.circle),
        pap=Pap[asked.pap] if asked.pap else None,
        condition=asked.condition,
        embargo_until=asked.embargo_until,
    )


def known(request: Any, values: list[str]) -> HttpResponse:
    """Answer for values."""
    hand = operations.hand_to(request.actor, Channel.LOOKUP, now=request.now)
    answers = queries.look_up_briefly(request.viewer, values, most=MOST_RECORDS, hand=hand, now=request.now)
    return answer(request, {"values": list(answers)})


def record(line: RecordLine) -> dict[str, Any]:
    """Return a line as REST says it."""
    return {
        "ref": line.ref,
        "id": line.id,
        "type": line.type,
        "title": line.title,
        "tlp": line.tlp.label.removeprefix("TLP:"),
        "room": line.room,
        "shared_by": line.by_name,
        "shared_at": line.at,
        "modified": line.modified,
        "circles": list(line.circle_names),
        "embargo_until": line.embargo_until,
        "is_revoked": line.is_revoked,
        "is_own": line.is_own,
    }


def total(count: queries.Count) -> Total:
    """Return a count as REST says it."""
    return Total(value=count.value, is_exact=count.is_exact)


def outcomes(report: Report) -> dict[str, Any]:
    """Return what became of an input."""
    told = [
        [
            {
                "outcome": str(result.outcome),
                "id": result.id,
                "ref": result.ref,
                "line": result.line,
                "reason": result.reason,
                "rule": result.rule,
                "path": result.path,
            }
            for result in results
        ]
        for results in (report.accepted, report.results)
    ]
    totals = {str(outcome): count for outcome, count in report.totals.items()}
    return {"totals": totals, "accepted": told[0], "results": told[1], "notes": report.notes}


def import_line(line: ImportLine) -> shapes.ImportLine:
    """Return an import as REST says it."""
    return shapes.ImportLine.model_validate(line, from_attributes=True)


def import_view(found: ImportView) -> dict[str, Any]:
    """Return an import with its objects."""
    return {
        **import_line(found.line).model_dump(),
        "accepted": [shapes.Outcome(**one) for one in found.accepted],
        "results": [shapes.Outcome(**one) for one in found.results],
        "notes": found.notes,
    }
