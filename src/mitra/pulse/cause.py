"""What this thread is hearing just now, so that what is told meanwhile knows its cause."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mitra.pulse.facts import Envelope

_heard: ContextVar[Envelope | None] = ContextVar("mitra.pulse.heard", default=None)


def hearing() -> Envelope | None:
    """Return the envelope of the event that is being heard, or None."""
    return _heard.get()


@contextmanager
def while_hearing(envelope: Envelope | None) -> Iterator[None]:
    """Let whatever is told inside have this cause."""
    token = _heard.set(envelope)
    try:
        yield
    finally:
        _heard.reset(token)
