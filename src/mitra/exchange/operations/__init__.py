"""Every write of this room; others import these names and no deeper."""

from __future__ import annotations

from mitra.exchange.intake.authorise import check_terms
from mitra.exchange.operations.changing import new_version, revoke, tighten, withdraw
from mitra.exchange.operations.handing import hand_lines, hand_record, hand_to
from mitra.exchange.operations.holding import discard_held, release_held
from mitra.exchange.operations.importing import LONGEST_BYTES as LONGEST_IMPORT
from mitra.exchange.operations.importing import stop_import, take_in
from mitra.exchange.operations.previewing import preview
from mitra.exchange.operations.readdressing import readdress
from mitra.exchange.operations.reading import log_readings, open_red
from mitra.exchange.operations.recalling import mark_done, recall
from mitra.exchange.operations.sharing import is_report, reshare, share, share_report, understand

__all__ = [
    "LONGEST_IMPORT",
    "check_terms",
    "discard_held",
    "hand_lines",
    "hand_record",
    "hand_to",
    "is_report",
    "log_readings",
    "mark_done",
    "new_version",
    "open_red",
    "preview",
    "readdress",
    "recall",
    "release_held",
    "reshare",
    "revoke",
    "share",
    "share_report",
    "stop_import",
    "take_in",
    "tighten",
    "understand",
    "withdraw",
]
