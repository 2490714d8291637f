"""A case on paper, and as a bundle: what its page says to this reader, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import orjson
from django.http import HttpResponse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from mitra.cases import operations, queries, words
from mitra.cases.facts import CASES_READ
from mitra.cases.report import bundle_of
from mitra.cases.taxonomy import words_of
from mitra.cases.views.lines import lines_of
from mitra.community.doors import member_required, scope_required
from mitra.ledger.keys import origin
from mitra.web.printing.document import Attached, Facts, Heading, Paper, Table, Text
from mitra.web.printing.typesetting import print_pdf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.cases.queries import CaseView
    from mitra.community.doors import MemberRequest
    from mitra.web.printing.document import Block

STAMP: Final = "%Y-%m-%d %H:%M UTC"
MOST_ENTRIES: Final = 600
"""Of one paper, the newest; the page of the case has the others."""


@require_safe
@member_required
@scope_required(CASES_READ)
def print_case(request: MemberRequest, stix_id: str) -> HttpResponse:
    """Send a case as PDF, with its bundle attached."""
    seen = queries.get_case(stix_id, request.actor, now=request.now, limit=MOST_ENTRIES)
    operations.note_look(seen.unseen, by=request.actor, now=request.now)
    headers = {"Content-Disposition": f'inline; filename="{seen.facts.number}.pdf"'}
    return HttpResponse(print_pdf(paper_of(request, seen)), content_type="application/pdf", headers=headers)


def paper_of(request: MemberRequest, seen: CaseView) -> Paper:
    """Return what a case comes to for this reader, as a document."""
    who = ", ".join(filter(None, (request.actor.organisation_name, request.actor.person_name)))
    return Paper(
        title=seen.facts.heading,
        tlp=max([seen.audience.tlp, *(one.tlp for one in seen.said)]),
        blocks=tuple(blocks_of(seen)),
        printed_at=request.now,
        printed_for=who,
        origin=origin(),
        reference=seen.facts.number,
        language=(get_language() or "en").split("-")[0],
        attached=Attached(f"{seen.facts.number}.json", "application/json", orjson.dumps(bundle_of(seen))),
    )


def blocks_of(seen: CaseView) -> Iterator[Block]:
    """Yield the parts of the paper: what it is, how it ended, who was in it, the time line from its first day."""
    lead = seen.stands.carried
    facts = [
        (gettext("Number"), seen.facts.number),
        (gettext("Kind"), words_of(seen.facts.kind)),
        (gettext("Severity"), f"S{seen.severity} {words.SEVERITIES[seen.severity]}"),
        (gettext("Counted"), f"{seen.facts.score} / 100, S{seen.facts.severity}"),
        (gettext("State"), str(words.STATES[seen.stands.state])),
        (gettext("Led by"), seen.lead),
        (gettext("Opened"), seen.opened_at.strftime(STAMP)),
    ]
    if lead.judged_why:
        facts.append((gettext("Why it was judged so"), lead.judged_why))
    if lead.resolution:
        facts.append((gettext("How it ended"), str(words.RESOLUTIONS.get(lead.resolution, lead.resolution))))
        facts.append((gettext("Lessons"), lead.lessons or gettext("none said")))
    yield Facts(tuple(facts))
    if seen.facts.summary:
        yield Heading(gettext("What happened"))
        yield Text(seen.facts.summary)
    yield Heading(gettext("Who was in it"))
    parts = tuple((part.organisation.name, str(words.PARTS[part.part])) for part in seen.parts)
    yield Table((gettext("Organisation"), gettext("Part")), parts)
    yield Heading(gettext("What was said and done"))
    for line in reversed(lines_of(seen, others=0, writes=False)):
        one, at = line.one, line.one.at.strftime(STAMP)
        if one.kind == "message":
            continue
        label = "" if line.tlp is None else f", {line.tlp.label}"
        when = "" if one.happened_at is None else f" ({one.happened_at.strftime(STAMP)})"
        said = one.words if one.number else line.label
        yield Text(f"{at}  {one.by}{label}, {line.head}{when}{': ' if said else ''}{said}")
