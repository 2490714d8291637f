"""Let Python's garbage collector look seldom while an input runs through, for its looks are an eighth of intake's time.

Intake makes many values and no circles of them, so nothing waits for the collector.  The setting is the process's, and
several threads may take in at once: the first changes it, the last puts it back.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SELDOM: Final = (50_000, 50, 50)

_lock = Lock()
_before: list[tuple[int, int, int]] = []
"""What was set before, once for each that runs."""


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let the collector look seldom for as long as this or another one runs."""
    with _lock:
        _before.append(_before[0] if _before else gc.get_threshold())
        gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        with _lock:
            before = _before.pop()
            if not _before:
                gc.set_threshold(*before)
