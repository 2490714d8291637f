"""One case with all that one actor may read of it: what was said, done and told, who takes part, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.cases.calendars import hours_of
from mitra.cases.clocks import ACKNOWLEDGE, Clock, wound
from mitra.cases.facts import COURSE, ENTRY
from mitra.cases.queries.due import list_clocks
from mitra.cases.queries.sheets import ANYTHING, names_of, read_sheet, stands_of
from mitra.cases.queries.tasks import TaskLine, list_tasks
from mitra.cases.rules import Lead, severity_now
from mitra.community import queries as community
from mitra.core.errors import NotFound
from mitra.core.steps import Step, open_steps
from mitra.messages import queries as messages
from mitra.store.things.reading import told_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.cases.facts import Case
    from mitra.community.facts import Actor, OrganisationFacts
    from mitra.core.policy.facts import Audience, Tlp
    from mitra.core.steps import Folded
    from mitra.store.things.reading import Told


ENTRIES_SHOWN: Final = 50


class Said(NamedTuple):
    """An entry, or a step that was taken, on the time line."""

    at: datetime
    by: str
    is_ours: bool
    tlp: Tlp
    kind: str
    """Of an entry; `step` of a step, `message` of what somebody was told."""
    words: str
    """Of an entry what was written, of a step its word, of a message how far it came."""
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
    severity: int
    """As its lead judged it, else as the sum has it."""
    clocks: tuple[Clock, ...]
    """Those of the actor's organisation."""
    tasks: tuple[TaskLine, ...]


def get_case(stix_id: str, actor: Actor, *, now: datetime) -> CaseView:
    """Return a case; raises NotFound, the same for one that is not there and one that the actor is not in."""
    told = read_sheet(stix_id, actor, now=now)
    stands = stands_of(told, actor, now=now)
    rows = ENTRY.model.objects.visible_to(actor.viewer, now=now).filter(sheet_ref=stix_id)
    entries = told_of(ENTRY, rows.order_by("-pk")[:ENTRIES_SHOWN])
    acted = {stands.carried.by, stands.carried.offered, *(taken.step.by for taken in stands.taken)}
    named, names = names_of(acted, {told.row.owner, *(each.row.owner for each in entries)})
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
    severity = severity_now(told.facts.severity, stands.carried)
    parts, circle, is_host = _parts(told.facts, stands, actor, {each.row.owner for each in entries})
    parts = tuple(_silenced(part, severity, now) for part in parts)
    said += _told_to(told, parts, actor)
    mine = Step("", "", us, now, facts=ANYTHING)
    return CaseView(
        stix_id=stix_id,
        facts=told.facts,
        audience=told.audience,
        opened_at=told.version.created,
        owner=names[told.row.owner],
        stands=stands,
        lead=named[stands.carried.by],
        offered=named[stands.carried.offered],
        said=tuple(sorted(said, key=lambda one: one.at, reverse=True)),
        entries=rows.count(),
        parts=parts,
        circle=circle,
        is_host=is_host,
        steps=open_steps(COURSE.table, stands, mine),
        severity=severity,
        clocks=list_clocks(stix_id, actor),
        tasks=list_tasks(stix_id, actor, now=now),
    )


def _silenced(part: Part, severity: int, now: datetime) -> Part:
    """Return how somebody takes part who was asked in: silent where its time to answer is over (CASE7)."""
    if part.part != "invited" or part.since is None:
        return part
    clock = wound(ACKNOWLEDGE, severity, part.since, hours_of(part.organisation.id, now=part.since))
    return part._replace(part="silent") if clock.due_at <= now else part


def _told_to(told: Told, parts: Iterable[Part], actor: Actor) -> list[Said]:
    """Return whom the actor's organisation had told of this case, and how far each came: organisations only."""
    names = {part.organisation.id: part.organisation.name for part in parts}
    lines = messages.list_told((told.facts.circle, told.row.stix_id), actor)
    return [
        Said(line.at, names.get(line.to, ""), is_ours=False, tlp=told.audience.tlp, kind="message", words=line.state)
        for line in lines
        if line.to in names
    ]


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
