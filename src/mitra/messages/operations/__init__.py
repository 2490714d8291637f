"""Every write of this room; others import these names and no deeper."""

from __future__ import annotations

from mitra.messages.operations.browsers import add_browser, drop_browser
from mitra.messages.operations.hooks import drop_hook, make_hook, turn_hook
from mitra.messages.operations.sending import send_again
from mitra.messages.operations.telling import acknowledge, regrade, settle, tell
from mitra.messages.operations.wishes import keep_wish

__all__ = [
    "acknowledge",
    "add_browser",
    "drop_browser",
    "drop_hook",
    "keep_wish",
    "make_hook",
    "regrade",
    "send_again",
    "settle",
    "tell",
    "turn_hook",
]
