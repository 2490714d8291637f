"""Every question of this room: always for a viewer or an actor, always as of a moment; others import from here only."""

from __future__ import annotations

from mitra.exchange.queries.export import export_csv, export_stix
from mitra.exchange.queries.further import (
    Change,
    EndingEmbargo,
    LevelCount,
    Rights,
    SharingPreview,
    get_rights,
    get_terms,
    list_ending_embargoes,
    preview_change,
    preview_sharing,
)
from mitra.exchange.queries.held import HeldLine, HeldList, HeldView, count_held, get_held, list_held
from mitra.exchange.queries.known import look_up, look_up_csv, look_up_file
from mitra.exchange.queries.lists import count_shared_by, list_records, list_tallies
from mitra.exchange.queries.readers import preview_readers, who_can_see
from mitra.exchange.queries.record import find_record, get_line, get_record
from mitra.exchange.queries.shapes import (
    Count,
    Known,
    KnownRecord,
    RecordLine,
    RecordPage,
    RecordView,
    RedUnopened,
    RelationLine,
    Relations,
    ValueLine,
    Why,
)

__all__ = [
    "Change",
    "Count",
    "EndingEmbargo",
    "HeldLine",
    "HeldList",
    "HeldView",
    "Known",
    "KnownRecord",
    "LevelCount",
    "RecordLine",
    "RecordPage",
    "RecordView",
    "RedUnopened",
    "RelationLine",
    "Relations",
    "Rights",
    "SharingPreview",
    "ValueLine",
    "Why",
    "count_held",
    "count_shared_by",
    "export_csv",
    "export_stix",
    "find_record",
    "get_held",
    "get_line",
    "get_record",
    "get_rights",
    "get_terms",
    "list_ending_embargoes",
    "list_held",
    "list_records",
    "list_tallies",
    "look_up",
    "look_up_csv",
    "look_up_file",
    "preview_change",
    "preview_readers",
    "preview_sharing",
    "who_can_see",
]
