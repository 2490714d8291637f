"""What sharing does on hearing what ended: it looks at what points to it (law 4), and tells whoever was handed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.exchange.events import SharesEnded
from mitra.exchange.operations import narrowing, reading, recalling
from mitra.pulse.reactions import every, on, on_timer
from mitra.store.facts import State
from mitra.store.past import ASKED_BACK

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.pulse.facts import Envelope, Ring


@on(SharesEnded, name="exchange.note-tightening")
def note_tightening(event: SharesEnded, _envelope: Envelope, *, now: datetime) -> None:  # noqa: ARG001 - as it is heard
    """Note it; the job looks, for each share that it narrows is a transaction of its own."""
    if event.to == State.TIGHTENED:
        narrowing.note_tightening(event.act)


@every(1, name="exchange.narrow-references")
def narrow_references(*, now: datetime) -> None:
    """Narrow some of what points too far."""
    narrowing.narrow_references(now=now)


@every(3_600, name="exchange.log-readings")
def log_readings(*, now: datetime) -> None:
    """Log what was read of TLP:RED since the last hour."""
    while reading.log_readings(now=now) == reading.AT_ONCE:
        pass


@on(SharesEnded, name="exchange.tell-holders")
def tell_holders(event: SharesEnded, envelope: Envelope, *, now: datetime) -> None:
    """Tell whoever was handed what is asked back; of what was erased, forget why it had been."""
    if event.to in ASKED_BACK:
        recalling.open_recalls(event)
        recalling.tell_holders(event.act, now=now)
        recalling.look_again(event.act, envelope.realm, now=now)
    elif event.to == State.ERASED:
        recalling.forget_reasons(event.act)


@on_timer(recalling.LOOK_AGAIN)
def tell_late_holders(ring: Ring, *, now: datetime) -> None:
    """Tell whoever was just being handed it while the act was written."""
    recalling.tell_holders(int(ring.subject.removeprefix("act:")), now=now)
