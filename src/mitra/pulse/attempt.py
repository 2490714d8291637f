"""Call a reaction or a job so that whatever goes wrong in it ends neither the worker nor anybody else's turn."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from mitra.core.errors import MitraError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("mitra.pulse")

PULSE = Path(__file__).parent
PACKAGE = PULSE.parent


def attempt(name: str, call: Callable[[], None]) -> Exception | None:
    """Call it; log and return what it raised."""
    try:
        call()
    except Exception as error:
        log.error("%s failed: %s", name, told_of(error))  # noqa: TRY400 - its words may quote what was shared
        log.debug("%s failed", name, exc_info=error)
        return error
    return None


def told_of(error: Exception) -> str:
    """Return an error's class and where it arose: never its words, which may quote what was shared."""
    kind = f"{type(error).__name__} ({error.code})" if isinstance(error, MitraError) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    ours = [(Path(frame.filename), frame.lineno) for frame in frames]
    ours = [(path, line) for path, line in ours if path.is_relative_to(PACKAGE) and not path.is_relative_to(PULSE)]
    if not ours:
        return kind
    path, line = ours[-1]
    return f"{kind} at {path.relative_to(PACKAGE)}:{line}"[:200]
