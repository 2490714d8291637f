"""Every write of this room; others import these names and no deeper."""

from __future__ import annotations

from mitra.exchange.intake.authorise import check_terms
from mitra.exchange.operations.changing import new_version, revoke, tighten, withdraw
from mitra.exchange.operations.holding import discard_held, release_held
from mitra.exchange.operations.previewing import preview
from mitra.exchange.operations.readdressing import readdress
from mitra.exchange.operations.reading import open_red
from mitra.exchange.operations.sharing import is_report, reshare, share, share_report, understand

__all__ = [
    "check_terms",
    "discard_held",
    "is_report",
    "new_version",
    "open_red",
    "preview",
    "readdress",
    "release_held",
    "reshare",
    "revoke",
    "share",
    "share_report",
    "tighten",
    "understand",
    "withdraw",
]
