"""One case with all that one actor may read of it: what was said, done, told and shared, who takes part, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db.models import Count, Window

from mitra.cases.clocks import ACKNOWLEDGE
from mitra.cases.facts import COURSE, ENTRY
from mitra.cases.models import ClockRow
from mitra.cases.queries.due import list_clocks
from mitra.cases.queries.elsewhere import shares_of, tasks_said, told_to
from mitra.cases.queries.looks import Looks, desk_of, looks_at, saw
from mitra.cases.queries.shapes import CaseView, Part, Said
from mitra.cases.queries.sheets import anything, find_sheet, read_sheet, stands_with_merged
from mitra.cases.queries.tasks import list_tasks
from mitra.cases.rules import severity_now
from mitra.community import queries as community
from mitra.core.errors import NotFound
from mitra.core.steps import Step, open_steps
from mitra.store.files.keeping import files_by_holder
from mitra.store.things.reading import told_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.cases.rules import Lead
    from mitra.community.facts import Actor
    from mitra.core.steps import Folded
    from mitra.store.things.reading import Told


ENTRIES_SHOWN: Final = 50


def get_case(stix_id: str, actor: Actor, *, now: datetime, limit: int = ENTRIES_SHOWN) -> CaseView:
    """Return a case; raises NotFound, the same for one that is not there and one that the actor is not in."""
    told = read_sheet(stix_id, actor, now=now)
    stands, merged = stands_with_merged(told, actor, now=now)
    rows = ENTRY.model.objects.visible_to(actor.viewer, now=now).filter(sheet_ref__in=[stix_id, *merged])
    found = list(rows.annotate(of=Window(Count("pk"))).order_by("-pk")[:limit])
    entries = told_of(ENTRY, found)
    tasks = list_tasks(stix_id, actor, now=now)
    taken = [*stands.taken, *(step for line in tasks for step in line.stands.taken)]
    acted = {stands.carried.by, stands.carried.offered, *(each.step.by for each in taken)}
    acted |= {line.stands.carried.author for line in tasks}
    named, names = community.name_by_stix_id(acted, {told.row.owner, *(each.row.owner for each in entries)})
    parts, circle, is_host = _parts(told, stands, entries, actor, now=now)
    inside = {part.organisation.id: part.organisation.name for part in parts if part.is_in}
    looks, desk = looks_at(entries, inside, actor), desk_of(stix_id, actor)
    said = [*_entries(entries, {**names, **inside}, merged, looks, actor), *_steps(told, stands, named, actor)]
    said += shares_of(circle, actor, now=now) if circle else []
    if is_host:
        said += told_to(told, parts, actor)
    mine = Step("", "", actor.organisation_stix_id, now, facts=anything(now))
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
        said=tuple(sorted([*said, *tasks_said(tasks, named, actor)], key=lambda one: one.at, reverse=True)),
        entries=found[0].of if found else 0,
        parts=tuple(part._replace(read=looks.read_by(part.organisation.id)) for part in parts),
        written=len(looks.seen),
        circle=circle,
        is_host=is_host,
        into=find_sheet(stands.carried.into, actor, now=now) if stands.carried.into else None,
        merged=tuple(sorted(merged.values())),
        steps=open_steps(COURSE.table, stands, mine) if circle else (),
        severity=severity_now(told.facts.severity, stands.carried),
        clocks=list_clocks(stix_id, actor, is_inside=bool(circle)),
        tasks=tasks,
        unseen=looks.unseen,
        in_hand=desk.in_hand,
        before=find_sheet(desk.before, actor, now=now) if desk.before else None,
    )


def _entries(
    entries: list[Told], names: Mapping[int, str], merged: Mapping[str, str], looks: Looks, actor: Actor
) -> list[Said]:
    corrected = {(each.facts.corrects, each.row.owner): each.facts.number for each in entries if each.facts.corrects}
    files = files_by_holder([each.row for each in entries])
    return [
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
            happened_at=each.facts.happened_at,
            corrects=each.facts.corrects,
            corrected_by=corrected.get((each.facts.number, each.row.owner), ""),
            files=files.get(each.row.stix_id, ()),
            stix_id=each.row.stix_id,
            seen_by=tuple((names[body], at) for body, at in looks.seen.get(each.row.pk, {}).items()),
        )
        for each in entries
    ]


def _steps(told: Told, stands: Folded[Lead], named: Mapping[str, str], actor: Actor) -> list[Said]:
    us, tlp = actor.organisation_stix_id, told.audience.tlp
    steps = (taken.step for taken in stands.taken)
    return [Said(one.at, named[one.by], one.by == us, tlp, "step", one.word, said=one.facts) for one in steps]


def _parts(
    told: Told, stands: Folded[Lead], entries: list[Told], actor: Actor, *, now: datetime
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
    numbers, watching = dict(stands.carried.numbers), stands.carried.watching
    parts, wrote = [], {each.row.owner for each in entries}
    for body in seats.bodies:
        active = "active" if body.id in wrote else "acknowledged"
        part = "leads" if body.stix_id == stands.carried.by else "watching" if body.stix_id in watching else active
        parts.append(Part(body, part, number=numbers.get(body.stix_id, "")))
    parts += [Part(body, "silent" if body.id in silent else "invited", since) for body, since in seats.asked]
    gone = [(body, part, at if part == "declined" else None) for body, part, at in seats.gone]
    known = {part.organisation.id for part in parts} | {body.id for body, *_ in gone}
    if seats.is_host and told.row.owner not in known:  # whoever opened it was never asked in, and went
        gone.append((community.get_organisation(told.row.owner), "left", None))
    seen = saw(told.row.stix_id, entries, [body.id for body, part, _ in gone if part == "left"])
    parts += [Part(body, part, at, saw=seen.get(body.id, ())) for body, part, at in gone]
    return tuple(sorted(parts, key=lambda each: each.part != "leads")), seats.circle, seats.is_host
