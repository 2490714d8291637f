"""What this room does on hearing that a case was written to, that somebody came or went, and when a clock rings."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from mitra.cases.clocks import ACKNOWLEDGE, TAKE_OVER
from mitra.cases.events import CaseWritten
from mitra.cases.facts import ENTRY, STEP
from mitra.cases.models import ClockRow
from mitra.cases.operations.telling import ASKED, DUE, NEWS, OFFERED, OVERDUE, SILENT, tell_bodies, tell_clock
from mitra.cases.operations.winding import TIMER, end_asked
from mitra.cases.queries import bodies_in, clock_of, find_sheet, read_sheet, stands_of
from mitra.cases.rules import severity_now
from mitra.community import operations as circles
from mitra.community import queries as community
from mitra.community.events import SeatChanged
from mitra.community.things import get_thing
from mitra.core.errors import InvalidInput, NotFound
from mitra.core.stix.ids import type_of_id
from mitra.messages import operations as messages
from mitra.pulse.operations import set_timer
from mitra.pulse.reactions import on, on_timer
from mitra.store.things.threads import Taken, ceiling_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from mitra.cases.rules import Lead
    from mitra.community.facts import Actor
    from mitra.pulse.facts import Envelope, Ring
    from mitra.store.things.kinds import Kind
    from mitra.store.things.reading import Told

HEARD: Final[dict[str, Kind[Any]]] = {kind.stix_type: kind for kind in (ENTRY, STEP)}
TOLD_ENTRIES: Final = frozenset({"request", "decision"})
TOLD_STEPS: Final = frozenset({"begin", "contain", "recover", "close", "reopen", "judge", "take-lead"})


@on(CaseWritten, name="cases.tell-news")
def tell_news(event: CaseWritten, envelope: Envelope, *, now: datetime) -> None:
    """Tell those who are in a case of a request, a decision or a step; and whom the lead is offered to."""
    kind = HEARD.get(type_of_id(event.stix_id))
    actor = community.actor_of_body(envelope.actor or 0, envelope.realm)
    if kind is None or actor is None:
        return
    try:
        row = get_thing(kind, event.stix_id, actor, now=now)
        facts = kind.facts_of(row)
        told = read_sheet(facts.sheet_ref, actor, now=now)
    except NotFound:  # withdrawn meanwhile, or its author left
        return
    lead = stands_of(told, actor, now=now).carried
    if isinstance(facts, Taken):
        code, bodies = _told_of_step(facts, told, lead, actor)
        if facts.word == "take-lead":
            _let_host(told, lead, now=now)
    else:
        goes_to_all = ceiling_of(row) == told.audience
        code, bodies = NEWS, _others_in(told, lead, actor) if facts.kind in TOLD_ENTRIES and goes_to_all else ()
    if bodies:
        severity = severity_now(told.facts.severity, lead)
        tell_bodies(told, bodies, code, event.stix_id, severity=severity, now=now)


def _told_of_step(step: Taken, told: Told, lead: Lead, actor: Actor) -> tuple[str, Collection[int]]:
    """Return as what a step is told, and to whom."""
    if step.word == "offer-lead":
        return OFFERED, community.organisation_ids_by_stix_id({step.said.get("to", "")}).values()
    return NEWS, _others_in(told, lead, actor) if step.word in TOLD_STEPS else ()


def _others_in(told: Told, lead: Lead, actor: Actor) -> tuple[int, ...]:
    """Return the others that take part in a case, without those who only watch."""
    inside = (body for body in bodies_in(told, actor) if body.stix_id not in lead.watching)
    return tuple(body.id for body in inside if body.id != actor.organisation)


def _let_host(told: Told, lead: Lead, *, now: datetime) -> None:
    """Let whoever leads a case now ask others in, if it may host at all: whoever offered the lead agreed to that."""
    circle = community.find_hosted(told.facts.circle)
    host = None if circle is None else community.actor_of_body(circle.host, told.audience.realm)
    (leader,) = community.organisation_ids_by_stix_id({lead.by}).values() or (0,)
    if circle is None or host is None or leader in {0, circle.host}:
        return
    with suppress(InvalidInput):
        circles.hand_over(circle.id, leader, by=host, now=now)


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
    told = None if asker is None else find_sheet(row.case, asker, now=now)
    if asker is None or told is None:
        return
    bodies = {asker.organisation, community.get_centre().id}
    tell_bodies(told, bodies, SILENT, f"{row.pk}", severity=row.severity, now=now)
