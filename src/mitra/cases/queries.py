"""Every read of this room, for whoever asks: the cases that one is in, and one of them with all that one may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from mitra.cases.facts import CASE, COURSE, ENTRY
from mitra.cases.rules import OPEN_STATES, Lead
from mitra.community import queries as community
from mitra.community.things import get_thing
from mitra.core.errors import InvalidInput, NotFound
from mitra.core.steps import Step, open_steps
from mitra.core.text.numbers import read_number
from mitra.store.things.reading import told_of
from mitra.web.ports import Exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mitra.cases.facts import Case
    from mitra.community.facts import Actor, OrganisationFacts
    from mitra.core.policy.facts import Audience, Tlp
    from mitra.core.steps import Folded

SHOWN: Final = 200
"""Cases of one list."""
ENTRIES_SHOWN: Final = 50
"""Entries of one page."""


class CaseLine(NamedTuple):
    """A case in a list."""

    stix_id: str
    facts: Case
    state: str
    lead: str
    """Its name, as far as the actor may know it."""
    opened_at: datetime
    tlp: Tlp
    is_open: bool
    is_ours: bool
    """Whether the actor's organisation leads it."""


class Said(NamedTuple):
    """An entry, or a step that was taken, on the time line."""

    at: datetime
    by: str
    is_ours: bool
    tlp: Tlp
    kind: str
    """Of an entry; `step` of a step."""
    words: str
    """Of an entry what was written, of a step its word."""
    number: str = ""
    is_own: bool = False
    """Whether nobody outside the actor's organisation reads it."""


class Part(NamedTuple):
    """How one organisation takes part in a case."""

    organisation: OrganisationFacts
    part: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one actor sees it."""

    stix_id: str
    facts: Case
    audience: Audience
    opened_at: datetime
    owner: str
    """The name of the organisation that opened it."""
    stands: Folded[Lead]
    lead: str
    """The name of who leads it now."""
    offered: str
    """The name of whom the lead is offered to, or nothing."""
    said: tuple[Said, ...]
    entries: int
    """How many entries the actor may read; the newest are shown."""
    parts: tuple[Part, ...]
    circle: int
    is_host: bool
    """Whether the actor's organisation asks others in."""
    steps: tuple[str, ...]
    """What the actor's organisation could do now."""


def list_cases(
    actor: Actor, *, now: datetime, limit: int = SHOWN, opened_by: int | None = None
) -> tuple[CaseLine, ...]:
    """Return the newest cases that the actor reads: the open ones first, the gravest of them first."""
    readable = CASE.model.objects.visible_to(actor.viewer, now=now).order_by("-pk")
    if opened_by is not None:
        readable = readable.filter(owner=opened_by)
    rows = told_of(CASE, readable[:limit])
    begun = {told.row.stix_id: Lead(told.version.author) for told in rows}
    stands: dict[str, Folded[Lead]] = COURSE.stand(begun, actor.viewer, now=now)
    named, _ids = _names({each.carried.by for each in stands.values()})
    lines = []
    for told in rows:
        folded = stands[told.row.stix_id]
        lines.append(
            CaseLine(
                stix_id=told.row.stix_id,
                facts=told.facts,
                state=folded.state,
                lead=named[folded.carried.by],
                opened_at=told.version.created,
                tlp=told.audience.tlp,
                is_open=folded.state in OPEN_STATES,
                is_ours=folded.carried.by == actor.organisation_stix_id,
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.is_open, -line.facts.severity, -line.opened_at.timestamp())))


def get_case(stix_id: str, actor: Actor, *, now: datetime) -> CaseView:
    """Return a case; raises NotFound, the same for one that is not there and one that the actor is not in."""
    sheet = get_thing(CASE, stix_id, actor, now=now)
    (told,) = told_of(CASE, [sheet])
    stands: Folded[Lead] = COURSE.stand({stix_id: Lead(told.version.author)}, actor.viewer, now=now)[stix_id]
    rows = ENTRY.model.objects.visible_to(actor.viewer, now=now).filter(sheet_ref=stix_id)
    entries = told_of(ENTRY, rows.order_by("-pk")[:ENTRIES_SHOWN])
    acted = {stands.carried.by, stands.carried.offered, *(taken.step.by for taken in stands.taken)}
    named, names = _names(acted, {sheet.owner, *(each.row.owner for each in entries)})
    said = [
        Said(
            at=each.version.created,
            by=names[each.row.owner],
            is_ours=each.row.owner == actor.organisation,
            tlp=each.audience.tlp,
            kind=each.facts.kind,
            words=each.facts.words,
            number=each.facts.number,
            is_own=not each.audience.circles,
        )
        for each in entries
    ]
    us = actor.organisation_stix_id
    said += [
        Said(one.at, named[one.by], one.by == us, told.audience.tlp, "step", one.word)
        for one in (taken.step for taken in stands.taken)
    ]
    parts, circle, is_host = _parts(told.facts, stands, actor, {each.row.owner for each in entries})
    mine = Step("", "", us, now, facts=_ANYTHING)
    return CaseView(
        stix_id=stix_id,
        facts=told.facts,
        audience=told.audience,
        opened_at=told.version.created,
        owner=names[sheet.owner],
        stands=stands,
        lead=named[stands.carried.by],
        offered=named[stands.carried.offered],
        said=tuple(sorted(said, key=lambda one: one.at, reverse=True)),
        entries=rows.count(),
        parts=parts,
        circle=circle,
        is_host=is_host,
        steps=open_steps(COURSE.table, stands, mine),
    )


def _names(stix_ids: set[str], rows: Iterable[int] = ()) -> tuple[dict[str, str], dict[int, str]]:
    """Return the names of organisations by their STIX ids, `''` for one that is not known here, and by their rows."""
    ids = community.organisation_ids_by_stix_id(stix_ids)
    names = community.name_organisations({*ids.values(), *rows})
    return {stix_id: names.get(ids.get(stix_id, 0), "") for stix_id in stix_ids}, names


_ANYTHING: Final = {"why": "-", "resolution": "resolved", "to": "-"}
"""What a step may carry, so that it is offered before that is said."""


def _parts(facts: Case, stands: Folded[Lead], actor: Actor, wrote: set[int]) -> tuple[tuple[Part, ...], int, bool]:
    """Return who takes part and how, the circle's row, and whether the actor hosts it."""
    try:
        seen = community.get_circle(facts.circle, actor)
    except NotFound:
        return (), 0, False
    parts = []
    for body in seen.bodies:
        leads = body.stix_id == stands.carried.by
        parts.append(Part(body, "leads" if leads else "active" if body.id in wrote else "acknowledged"))
    parts += [Part(line.organisation, "invited", line.invited_at) for line in seen.invited]
    return tuple(sorted(parts, key=lambda each: each.part != "leads")), seen.circle.id, seen.is_host


def find_cases(text: str, actor: Actor | None, *, now: datetime) -> Iterator[Exact]:
    """Yield the case of a number, as far as the actor reads it."""
    try:
        number = read_number(text)
    except InvalidInput:
        return
    if actor is not None:
        rows = CASE.model.objects.visible_to(actor.viewer, now=now).filter(number=number)[:1]
        for told in told_of(CASE, rows):
            address = CASE.address(told.row.stix_id) if CASE.address is not None else ""
            yield Exact(_("case"), told.facts.heading, address, told.facts.number, told.audience.tlp)
