"""Rows of audiences: made on first use, agreed on by whoever makes the same one at once, and never changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mitra.core.ledger.dates import micros
from mitra.store.postgres.raw import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mitra.store.judging import Prepared
    from mitra.store.postgres.raw import Raw

_FIND = "SELECT key, id FROM store_audience WHERE key = ANY(%s::bytea[])"
_MAKE = """
INSERT INTO store_audience (key, room, realm, tlp, circles, embargo_until) VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (key) DO NOTHING RETURNING id
"""
_CIRCLES = "INSERT INTO store_audience_circle (circle, audience_id) SELECT circle, %s FROM unnest(%s::int8[]) circle"
_USED = "SELECT DISTINCT audience FROM tally WHERE by = %s AND audience = ANY(%s::int8[])"
_CHANGE_MARK = "UPDATE mark SET value = %s WHERE id = 1"


class Used(NamedTuple):
    """The row ids of a batch's audiences by key, and whether what viewers remember of audiences ends with it."""

    rows: Mapping[bytes, int]
    is_new: bool
    """One was made, or this organisation uses one for the first time."""


class AudienceRows:
    """Finds and makes them."""

    def __init__(self, raw: Raw, draw: Callable[[int], bytes]) -> None:
        self._raw = raw
        self._draw = draw

    def write(self, going: Sequence[Prepared], by: int) -> Used:
        """Return the row of each audience, making those that nobody used."""
        wanted = {item.audience_key: item for item in going}
        found = self._find(wanted)
        new = sorted(wanted.keys() - found.keys())
        for key in new:
            self._make(wanted[key])
        if new:
            found = self._find(wanted)
        used = self._raw.ask(_USED, [by, numbers(found.values())])
        return Used(found, is_new=len(used) < len(found))

    def change_mark(self) -> None:
        """End what is remembered; held until commit, so only after the counter."""
        self._raw.ask(_CHANGE_MARK, [int.from_bytes(self._draw(8), "big", signed=True)])

    def _find(self, wanted: Mapping[bytes, Prepared]) -> dict[bytes, int]:
        return dict(self._raw.ask(_FIND, [list(wanted)]))

    def _make(self, item: Prepared) -> None:
        """Make one; when another makes it at once, this waits for the other, and there is nothing left to do."""
        audience = item.new.audience
        circles = sorted(audience.circles)
        embargo = None if audience.embargo_until is None else micros(audience.embargo_until)
        text = ",".join(map(str, circles))
        row = (item.audience_key, audience.room, audience.realm, int(audience.tlp), text, embargo)
        for (made,) in self._raw.ask(_MAKE, row):
            self._raw.ask(_CIRCLES, [made, numbers(circles)])
