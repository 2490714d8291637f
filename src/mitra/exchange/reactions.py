"""What sharing does on hearing what ended: it looks at what points to it (law 4), and tells whoever was handed it."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

from django.db import connections

from mitra.exchange import queries
from mitra.exchange.events import SharesEnded
from mitra.exchange.operations import importing, narrowing, reading, recalling
from mitra.pulse.reactions import every, on, on_timer
from mitra.store.facts import State
from mitra.store.past import ASKED_BACK

if TYPE_CHECKING:
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


_importing: list[Thread] = []
"""The thread that works off imports, in the worker's process: it takes minutes, and nothing else waits for it."""


@every(1, name="exchange.run-imports")
def run_imports(*, now: datetime) -> None:  # noqa: ARG001 - a job is told the time
    """See to it that somebody works off what waits."""
    if _importing and _importing[0].is_alive():
        return
    if queries.has_imports_to_do():
        _importing[:] = [Thread(target=work_off_imports, name="imports", daemon=True)]
        _importing[0].start()


def work_off_imports() -> None:
    """Run imports one after the other until none waits."""
    try:
        while importing.run_next(datetime.now(UTC)):
            pass
    finally:
        connections.close_all()


@every(86_400, name="exchange.forget-imports")
def forget_imports(*, now: datetime) -> None:
    """Forget what became of imports a month ago."""
    importing.forget_imports(before=now - importing.KEPT)


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
