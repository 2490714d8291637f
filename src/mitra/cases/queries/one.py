"""One case with all that one actor may read of it: what was said, done and told, who takes part, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.cases.clocks import ACKNOWLEDGE, Clock
from mitra.cases.facts import COURSE, ENTRY
from mitra.cases.models import ClockRow
from mitra.cases.queries.due import list_clocks
from mitra.cases.queries.sheets import ANYTHING, find_sheet, merged_into, read_sheet, stands_of
from mitra.cases.queries.tasks import TaskLine, list_tasks
from mitra.cases.rules import Lead, severity_now
from mitra.community import queries as community
from mitra.core.errors import NotFound
from mitra.core.steps import Step, open_steps
from mitra.messages import queries as messages
from mitra.store.things.reading import told_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
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
    author: str = ""
    """Of an entry, its organisation by its STIX id."""
    of: str = ""
    """The number of the merged case that an entry was written to; `''` for this one."""
    said: Mapping[str, object] = {}
    """What a step carries."""


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
    author: str
    """The same by its STIX id."""
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
    into: Told | None
    """The case into which it is, or is to be, merged, as far as the actor reads it."""
    merged: tuple[str, ...]
    """The numbers of the cases that are merged into it and that the actor reads."""
    steps: tuple[str, ...]
    """What the actor's organisation could do now."""
    severity: int
    """As its lead judged it, else as the sum has it."""
    clocks: tuple[Clock, ...]
    """Those of the actor's organisation."""
    tasks: tuple[TaskLine, ...]


def get_case(stix_id: str, actor: Actor, *, now: datetime, limit: int = ENTRIES_SHOWN) -> CaseView:
    """Return a case; raises NotFound, the same for one that is not there and one that the actor is not in."""
    told = read_sheet(stix_id, actor, now=now)
    stands = stands_of(told, actor, now=now)
    merged = merged_into(stix_id, actor, now=now)
    rows = ENTRY.model.objects.visible_to(actor.viewer, now=now).filter(sheet_ref__in=[stix_id, *merged])
    entries = told_of(ENTRY, rows.order_by("-pk")[:limit])
    acted = {stands.carried.by, stands.carried.offered, *(taken.step.by for taken in stands.taken)}
    named, names = community.name_by_stix_id(acted, {told.row.owner, *(each.row.owner for each in entries)})
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
            author=each.version.author,
            of=merged.get(each.facts.sheet_ref, ""),
        )
        for each in entries
    ]
    us = actor.organisation_stix_id
    said += [
        Said(one.at, named[one.by], one.by == us, told.audience.tlp, "step", one.word, said=one.facts)
        for one in (taken.step for taken in stands.taken)
    ]
    severity = severity_now(told.facts.severity, stands.carried)
    parts, circle, is_host = _parts(told, stands, actor, {each.row.owner for each in entries}, now=now)
    if is_host:
        said += _told_to(told, parts, actor)
    mine = Step("", "", us, now, facts=ANYTHING)
    return CaseView(
        stix_id=stix_id,
        facts=told.facts,
        audience=told.audience,
        opened_at=told.version.created,
        owner=names[told.row.owner],
        author=told.version.author,
        stands=stands,
        lead=named[stands.carried.by],
        offered=named[stands.carried.offered],
        said=tuple(sorted(said, key=lambda one: one.at, reverse=True)),
        entries=rows.count(),
        parts=parts,
        circle=circle,
        is_host=is_host,
        into=find_sheet(stands.carried.into, actor, now=now) if stands.carried.into else None,
        merged=tuple(sorted(merged.values())),
        steps=open_steps(COURSE.table, stands, mine),
        severity=severity,
        clocks=list_clocks(stix_id, actor),
        tasks=list_tasks(stix_id, actor, now=now),
    )


def _told_to(told: Told, parts: Iterable[Part], actor: Actor) -> list[Said]:
    """Return whom the actor's organisation had told of this case, and how far each came: organisations only."""
    names = {part.organisation.id: part.organisation.name for part in parts}
    lines = messages.list_told((told.facts.circle, told.row.stix_id), actor)
    return [
        Said(line.at, names.get(line.to, ""), is_ours=False, tlp=told.audience.tlp, kind="message", words=line.state)
        for line in lines
        if line.to in names
    ]


def _parts(
    told: Told, stands: Folded[Lead], actor: Actor, wrote: set[int], *, now: datetime
) -> tuple[tuple[Part, ...], int, bool]:
    """Return who takes part and how, the circle's row, and whether the actor hosts it.

    Silent is who was asked in and whose time to answer is over (CASE7).
    """
    try:
        seats = community.get_seats(told.facts.circle, actor)
    except NotFound:
        return (), 0, False
    late = ClockRow.objects.filter(
        case=told.row.stix_id,
        kind=ACKNOWLEDGE,
        ended_at=None,
        due_at__lte=now,
        owner__in=[body.id for body, _ in seats.asked],
    )
    silent = set(late.values_list("owner", flat=True)) if seats.asked else set()
    parts = []
    for body in seats.bodies:
        leads = body.stix_id == stands.carried.by
        parts.append(Part(body, "leads" if leads else "active" if body.id in wrote else "acknowledged"))
    parts += [Part(body, "silent" if body.id in silent else "invited", since) for body, since in seats.asked]
    return tuple(sorted(parts, key=lambda each: each.part != "leads")), seats.circle, seats.is_host
