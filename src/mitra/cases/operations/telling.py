"""What of a case is told to whom: who is asked in, whose clock runs out, whom the lead is offered to, what is new.

A message holds no words: its reader reads the case, or the invitation, again.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from mitra.cases.clocks import ACKNOWLEDGE
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
    key = f"{ASKED}:{told.facts.circle}:{body}:{now.isoformat()}"
    telling = _telling(told, ASKED, body, key=key, severity=severity)
    _tell(replace(telling, about=told.facts.circle, by=by.organisation, answer_by=answer_by), now=now)


def tell_clock(row: ClockRow, code: str, *, now: datetime) -> None:
    """Tell an organisation that a clock of its own is half over, or overdue; each once for one end of the clock."""
    is_asked = row.kind == ACKNOWLEDGE
    climbs = code == OVERDUE and row.severity >= CLIMBS_FROM and not is_asked
    telling = Telling(
        key=f"{_key_of(row, code)}{row.due_at.isoformat()}",
        code=code,
        to=row.owner,
        about=row.circle if is_asked else row.case,
        number=row.number,
        tlp=STRICT,
        severity=row.severity,
        realm=row.realm,
        answer_by=now + PATIENCE if climbs else None,
    )
    _tell(telling, now=now)


def settle_clock(row: ClockRow, *, now: datetime) -> None:
    """Let nobody be rung any more that a clock is overdue, as it ended or stands still."""
    messages.settle(row.case, row.owner, codes=(OVERDUE,), key_begins=_key_of(row, OVERDUE), now=now)


def _key_of(row: ClockRow, code: str) -> str:
    """Return how the keys of what is told of one clock begin."""
    return f"{code}:{row.pk}:"


def tell_bodies(told: Told, bodies: Iterable[int], code: str, fact: str, *, severity: int, now: datetime) -> None:
    """Tell organisations that are in a case something of it, each once for a fact."""
    answer_by = now + OFFER_WAITS if code == OFFERED else None
    for body in bodies:
        telling = _telling(told, code, body, key=f"{code}:{fact}:{body}", severity=severity)
        _tell(replace(telling, answer_by=answer_by), now=now)


def _telling(told: Told, code: str, to: int, *, key: str, severity: int) -> Telling:
    """Return what an organisation is to be told of a case."""
    return Telling(
        key=key,
        code=code,
        to=to,
        about=told.row.stix_id,
        number=told.facts.number,
        tlp=told.audience.tlp,
        severity=severity,
        realm=told.audience.realm,
    )


def _tell(telling: Telling, *, now: datetime) -> None:
    messages.tell(telling, ladder_of(telling.to, realm=telling.realm, now=now), now=now)
