"""What of a case is told to whom: who is asked in, whose clock runs out, whom the lead is offered to, what is new.

A message holds no words: its reader reads the case, or the invitation, again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mitra.community import queries as community
from mitra.core.policy.facts import Tlp
from mitra.messages import operations as messages
from mitra.messages.facts import Telling
from mitra.messages.ports import ladder_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.cases.models import ClockRow
    from mitra.community.facts import Actor
    from mitra.store.things.reading import Told

ASKED: Final = "cases.asked"
DUE: Final = "cases.due"
OVERDUE: Final = "cases.overdue"
SILENT: Final = "cases.silent"
OFFERED: Final = "cases.offered"
NEWS: Final = "cases.news"
STRICT: Final = Tlp.AMBER_STRICT
"""The level of every case sheet."""
CLIMBS_FROM: Final = 4
"""From this severity on somebody else is rung where nobody answers that a clock is overdue."""
PATIENCE: Final = timedelta(minutes=15)
OFFER_WAITS: Final = timedelta(minutes=30)


def tell_asked(told: Told, severity: int, body: int, *, by: Actor, answer_by: datetime, now: datetime) -> None:
    """Tell an organisation that it is asked in; whoever asks sees how far that came."""
    telling = Telling(
        key=f"{ASKED}:{told.facts.circle}:{body}:{now.isoformat()}",
        code=ASKED,
        to=body,
        about=told.facts.circle,
        by=by.organisation,
        number=told.facts.number,
        tlp=told.audience.tlp,
        severity=severity,
        realm=told.audience.realm,
        answer_by=answer_by,
    )
    messages.tell(telling, ladder_of(body, realm=telling.realm, now=now), now=now)


def tell_clock(row: ClockRow, code: str, *, now: datetime) -> None:
    """Tell an organisation that a clock of its own is half over, or overdue; each once for one end of the clock."""
    is_asked = row.kind == "acknowledge"
    climbs = code == OVERDUE and row.severity >= CLIMBS_FROM and not is_asked
    telling = Telling(
        key=f"{code}:{row.pk}:{row.due_at.isoformat()}",
        code=code,
        to=row.owner,
        about=row.circle if is_asked else row.case,
        number=row.number,
        tlp=STRICT,
        severity=row.severity,
        realm=row.realm,
        answer_by=now + PATIENCE if climbs else None,
        said={"clock": row.kind},
    )
    messages.tell(telling, ladder_of(row.owner, realm=row.realm, now=now), now=now)


def tell_bodies(told: Told, bodies: Iterable[int], code: str, fact: str, *, severity: int, now: datetime) -> None:
    """Tell organisations that are in a case something of it, each once for a fact."""
    for body in bodies:
        telling = Telling(
            key=f"{code}:{fact}:{body}",
            code=code,
            to=body,
            about=told.row.stix_id,
            number=told.facts.number,
            tlp=told.audience.tlp,
            severity=severity,
            realm=told.audience.realm,
            answer_by=now + OFFER_WAITS if code == OFFERED else None,
        )
        messages.tell(telling, ladder_of(body, realm=telling.realm, now=now), now=now)


def members_of(told: Told, actor: Actor) -> tuple[int, ...]:
    """Return the organisations in a case, without the actor's own."""
    bodies = community.get_circle(told.facts.circle, actor).bodies
    return tuple(body.id for body in bodies if body.id != actor.organisation)
