"""What this room does on hearing that a case was written to, that somebody came or went, and when a clock rings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.cases.clocks import ACKNOWLEDGE, TAKE_OVER
from mitra.cases.events import CaseWritten
from mitra.cases.facts import CASE, ENTRY, STEP
from mitra.cases.models import ClockRow
from mitra.cases.operations.telling import (
    ASKED,
    DUE,
    NEWS,
    OFFERED,
    OVERDUE,
    SILENT,
    members_of,
    tell_bodies,
    tell_clock,
)
from mitra.cases.operations.winding import TIMER, end_asked
from mitra.cases.queries import clock_of, read_sheet, stands_of
from mitra.cases.rules import severity_now
from mitra.community import queries as community
from mitra.community.events import SeatChanged
from mitra.core.errors import NotFound
from mitra.messages import operations as messages
from mitra.pulse.operations import set_timer
from mitra.pulse.reactions import on, on_timer
from mitra.store.things.threads import ceiling_of

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.pulse.facts import Envelope, Ring
    from mitra.store.things.reading import Told
    from mitra.store.things.rows import SharedRow

TOLD_ENTRIES: Final = frozenset({"request", "decision"})
TOLD_STEPS: Final = frozenset({"begin", "contain", "recover", "close", "reopen", "judge", "take-lead"})


@on(CaseWritten, name="cases.tell-news")
def tell_news(event: CaseWritten, envelope: Envelope, *, now: datetime) -> None:
    """Tell those who are in a case of a request, a decision or a step; and whom the lead is offered to."""
    actor = community.actor_of_body(envelope.actor or 0, envelope.realm)
    if actor is None or event.stix_id.startswith(CASE.stix_type + "--"):
        return
    model = STEP.model if event.stix_id.startswith(STEP.stix_type) else ENTRY.model
    row = model.objects.visible_to(actor.viewer, now=now).filter(stix_id=event.stix_id).first()
    if row is None:
        return
    try:
        told = read_sheet(row.sheet_ref, actor, now=now)
    except NotFound:
        return
    severity = severity_now(told.facts.severity, stands_of(told, actor, now=now).carried)
    for code, bodies in _told_of(row, told, actor):
        tell_bodies(told, bodies, code, event.stix_id, severity=severity, now=now)


def _told_of(row: SharedRow, told: Told, actor: Actor) -> list[tuple[str, tuple[int, ...]]]:
    """Return by code who is told of an entry or a step."""
    word, kind = getattr(row, "word", ""), getattr(row, "kind", "")
    if word == "offer-lead":
        offered = community.organisation_ids_by_stix_id({str(getattr(row, "said", {}).get("to", ""))})
        return [(OFFERED, tuple(offered.values()))]
    if word in TOLD_STEPS or (kind in TOLD_ENTRIES and _goes_to_all(row, told)):
        return [(NEWS, members_of(told, actor))]
    return []


def _goes_to_all(row: SharedRow, told: Told) -> bool:
    """Return whether an entry goes to everybody in the case, not to its author's own only."""
    return ceiling_of(row) == told.audience


@on(SeatChanged, name="cases.note-seat")
def note_seat(event: SeatChanged, envelope: Envelope, *, now: datetime) -> None:  # noqa: ARG001 - it happened when it did
    """End the clock of whoever answered, or is asked no more, and note the message as answered: both as of then."""
    slug = community.slug_of_circle(event.circle)
    end_asked(slug, event.organisation, now=envelope.at)
    messages.settle(slug, event.organisation, codes=(ASKED, DUE, OVERDUE), now=envelope.at)


@on_timer(TIMER)
def clock_rang(ring: Ring, *, now: datetime) -> None:
    """Tell that a clock is half over or overdue, as it stands by now."""
    row = ClockRow.objects.select_for_update().filter(pk=int(ring.subject.partition(":")[2]), ended_at=None).first()
    if row is None:
        return
    if row.kind == ACKNOWLEDGE and not community.is_asked(row.circle, row.owner):
        return  # it answered; that it did is heard by itself
    state = clock_of(row).state(now)
    if state in {"running", "warned"}:
        if state == "warned":
            tell_clock(row, DUE, now=now)
        set_timer(TIMER, ring.subject, row.warn_at if state == "running" else row.due_at, realm=row.realm)
    elif state == "overdue":
        tell_clock(row, OVERDUE, now=now)
        if row.kind in {ACKNOWLEDGE, TAKE_OVER}:
            _tell_silence(row, now=now)


def _tell_silence(row: ClockRow, *, now: datetime) -> None:
    """Tell whoever asked an organisation in, or handed it a task, and the centre, that it has not answered."""
    asker = community.actor_of_body(row.asked_by or 0, row.realm)
    if asker is None:
        return
    try:
        told = read_sheet(row.case, asker, now=now)
    except NotFound:
        return
    tell_bodies(
        told, {asker.organisation, community.get_centre().id}, SILENT, f"{row.pk}", severity=row.severity, now=now
    )
