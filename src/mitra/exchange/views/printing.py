"""A record on paper: what its page says, its label on every sheet, its bytes attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from mitra.exchange import operations, plain, queries, telling
from mitra.ledger.keys import origin
from mitra.web.printing.document import Attached, Facts, Heading, Paper, Table, Text, Value
from mitra.web.printing.typesetting import print_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.exchange.queries import RecordView
    from mitra.web.printing.document import Block
    from mitra.web.requests import AskedRequest

STAMP = "%Y-%m-%d %H:%M UTC"


@require_safe
def print_record(request: AskedRequest, ref: str) -> HttpResponse:
    """Send a record as PDF; RED never leaves as a file, it is opened on its page."""
    found = queries.find_record(request.viewer, ref, now=request.now)
    if found is None:
        return redirect("exchange:record", ref)
    operations.hand_lines(request.actor, [found.line], now=request.now)
    name = found.line.id or "record"
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(print_pdf(paper_of(request, found)), content_type="application/pdf", headers=headers)


def paper_of(request: AskedRequest, found: RecordView) -> Paper:
    """Return what a record's page says, as a document."""
    line, actor = found.line, request.actor
    who = gettext("anybody") if actor is None else ", ".join(filter(None, (actor.organisation_name, actor.person_name)))
    return Paper(
        title=line.title or plain.type_label(line.type),
        tlp=line.tlp,
        blocks=tuple(blocks_of(found)),
        printed_at=request.now,
        printed_for=who,
        origin=origin(),
        reference=line.id,
        language=(get_language() or "en").split("-")[0],
        attached=Attached(f"{line.id}.json", "application/json", found.raw),
    )


def blocks_of(found: RecordView) -> Iterator[Block]:
    """Yield the parts of the page."""
    line = found.line
    facts = [
        (gettext("Type"), plain.type_label(line.type)),
        (gettext("Shared by"), line.by_name),
        (gettext("Shared"), line.at.strftime(STAMP)),
        (gettext("Why you see it"), telling.why_sentence(found.why)),
    ]
    if found.condition:
        facts.insert(0, (gettext("Condition"), found.condition))
    if line.embargo_until:
        facts.append((gettext("Not for others before"), line.embargo_until.strftime(STAMP)))
    if found.pap is not None:
        facts.append((gettext("Use"), found.pap.label))
    yield Facts(tuple(facts))
    for statement in found.statements:
        yield Heading(str(statement.label))
        for value in statement.values:
            yield Value(value) if statement.form == plain.VALUE else Text(value)
    if found.relations.items:
        yield Heading(gettext("What it is tied to"))
        rows = [
            (tie.how, tie.other.title or tie.other_id if tie.other else tie.other_id) for tie in found.relations.items
        ]
        yield Table((gettext("How"), gettext("What")), tuple(rows))
    yield Heading(gettext("Proof"))
    yield Facts(
        (
            (gettext("Digest"), found.digest),
            (gettext("Entry of the log"), str(found.receipt.leaf)),
            (gettext("Commitment"), found.receipt.commitment.hex()),
        )
    )
