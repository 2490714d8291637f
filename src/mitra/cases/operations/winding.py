"""Wind, move, stop and end the clocks of a case, in the transaction of what was written: rows say when, nothing rings.

The clock's timer only announces; whether it is warned or overdue is `Clock.state(now)`, right on reading.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from mitra.cases.calendars import hours_of
from mitra.cases.clocks import ACKNOWLEDGE, ASSESS, UPDATE, WAKE, Clock, ended, paused, regraded, resumed, until, wound
from mitra.cases.models import ClockRow
from mitra.cases.operations.telling import settle_clock
from mitra.cases.queries import clock_of, stands_of
from mitra.cases.rules import LIVE, SAY_NOTHING, severity_now
from mitra.community import queries as community
from mitra.messages import operations as messages
from mitra.pulse.operations import cancel_timer, set_timer

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.cases.rules import Lead
    from mitra.community.facts import Actor
    from mitra.core.steps import Folded
    from mitra.store.things.reading import Told

TIMER: Final = "cases.clock"
NOT_BEGUN: Final = ("reported", "triaged")


@dataclass(frozen=True, slots=True)
class Of:
    """What a clock is of, where it is not of the case itself."""

    task: str = ""
    asked_by: int | None = None
    """Who asked its owner in, or handed it a task."""


WHOLE: Final = Of()


def wind_for(told: Told, word: str, *, by: Actor, now: datetime) -> None:
    """Bring the clocks of a case to where it stands after a step of the actor's, in the transaction of that."""
    stands = stands_of(told, by, now=now)
    wind(told, stands, spoke=stands.carried.by == by.organisation_stix_id and word not in SAY_NOTHING, now=now)


def note_word(told: Told, *, by: Actor, now: datetime) -> None:
    """Let the next word be due later where the actor, who has just said something to all, leads the case."""
    stands = stands_of(told, by, now=now)
    if stands.carried.by == by.organisation_stix_id:
        wind(told, stands, spoke=True, now=now)


def wind(told: Told, stands: Folded[Lead], *, spoke: bool, now: datetime) -> None:
    """Bring the clocks of a case to where it stands; `spoke` is whether its lead has just said something to all.

    1. Whoever leads owes an assessment until the case is begun, and from then on a word now and then.
    2. A case at rest stands still but for the one that says when it is taken up again; one that ended has none.
    3. A severity that was judged anew moves every clock that runs, of those who were asked in as well.
    """
    severity = severity_now(told.facts.severity, stands.carried)
    (lead,) = community.organisation_ids_by_stix_id({stands.carried.by}).values() or (0,)
    if not lead:
        return
    rows = list(ClockRow.objects.select_for_update().filter(case=told.row.stix_id, ended_at=None).order_by("pk"))
    wants = {ASSESS} if stands.state in NOT_BEGUN else {UPDATE} if stands.state in LIVE else set()
    aim = Aim(lead, frozenset(wants), stands.state, severity, spoke)
    if any(row.severity != severity for row in rows):
        messages.regrade((told.row.stix_id, told.facts.circle), severity)
    for row in rows:
        _bring(row, aim, now=now)
    running = {row.kind for row in rows if row.ended_at is None}
    for kind in wants - running:
        since = told.version.created if kind == ASSESS else now
        set_up(wound(kind, severity, since, hours_of(lead, now=now)), told, owner=lead, now=now)
    rests_until = stands.carried.rests_until
    if stands.state == "dormant" and rests_until is not None:
        rest = replace(until(WAKE, severity, now, rests_until), warn_at=rests_until)
        set_up(rest, told, owner=lead, now=now)


@dataclass(frozen=True, slots=True)
class Aim:
    """To where the clocks of a case are brought."""

    lead: int
    wants: frozenset[str]
    """Which clocks of the lead run."""
    state: str
    severity: int
    spoke: bool


def _bring(row: ClockRow, aim: Aim, *, now: datetime) -> None:
    """Bring one clock there; one that stays as it was is not written, and rings when it would."""
    before, owner = clock_of(row), row.owner
    clock, is_over = before, not aim.wants and aim.state != "dormant"
    if row.kind == WAKE:
        row.owner, is_over = aim.lead, aim.state != "dormant"
    elif row.kind in {ASSESS, UPDATE}:
        if aim.state == "dormant":
            clock = paused(before, now=now)
        else:
            row.owner = aim.lead
            is_over = row.kind not in aim.wants or (row.kind == UPDATE and aim.spoke)
            if before.paused_at is not None:
                clock = resumed(before, hours_of(owner, now=now), now=now)
    if is_over:
        clock = ended(clock, now=now)
    elif clock.severity != aim.severity and clock.paused_at is None:
        clock = regraded(clock, aim.severity, hours_of(owner, now=now), now=now)
    if clock != before or row.owner != owner:
        keep(row, clock, now=now)


def set_up(clock: Clock, told: Told, *, owner: int, now: datetime, of: Of = WHOLE) -> None:
    """Write a clock, unless one of its kind runs already."""
    case = told.row.stix_id
    if ClockRow.objects.filter(case=case, owner=owner, kind=clock.kind, subject=of.task, ended_at=None).exists():
        return
    row = ClockRow(
        owner=owner,
        case=case,
        circle=told.facts.circle,
        number=told.facts.number,
        realm=told.audience.realm,
        kind=clock.kind,
        subject=of.task,
        asked_by=of.asked_by,
    )
    keep(row, clock, now=now)


def end_asked(circle: str, owner: int, *, now: datetime) -> None:
    """End the clock of whoever was asked in and answered, or is asked no more."""
    rows = ClockRow.objects.select_for_update().filter(circle=circle, owner=owner, kind=ACKNOWLEDGE, ended_at=None)
    for row in rows.order_by("pk"):
        keep(row, ended(clock_of(row), now=now), now=now)


def keep(row: ClockRow, clock: Clock, *, now: datetime) -> None:
    """Write a clock into its row, and let it ring next when it is half over or at its end."""
    row.severity, row.since, row.warn_at, row.due_at = clock.severity, clock.since, clock.warn_at, clock.due_at
    row.paused_at, row.ended_at = clock.paused_at, clock.ended_at
    row.save()
    rings_at = next((at for at in (row.warn_at, row.due_at) if at > now), None)
    if clock.ended_at is not None or clock.paused_at is not None:
        cancel_timer(TIMER, f"clock:{row.pk}")
        settle_clock(row, now=now)
    else:
        set_timer(TIMER, f"clock:{row.pk}", rings_at or now, realm=row.realm)
