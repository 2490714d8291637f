"""What refers to an object that was tightened, whoever shared it: read by the node's own reaction, for no viewer."""

# ruff: noqa: S608 - what is written into a statement is a whole number of our own

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mitra.core.policy.facts import Pap
from mitra.store.facts import Ended, Pointers, Pointing, State, Voice
from mitra.store.keys import audience_of
from mitra.store.postgres.raw import numbers
from mitra.store.states import CODES, LIVE

if TYPE_CHECKING:
    from mitra.store.keys import Keys
    from mitra.store.postgres.raw import Raw

_ENDED = """
SELECT r.stix_id, s.by, a.room, a.realm, a.tlp, a.circles, a.embargo_until
FROM share s JOIN record r ON r.id = s.record JOIN store_audience a ON a.id = s.audience
WHERE s.ended = %s AND s.state = %s
"""
_RECORDS = "SELECT DISTINCT record FROM edge WHERE sid = %s AND record > %s ORDER BY record LIMIT %s"
_POINTING: Final = f"""
SELECT s.seq, s.by, s.act, s.under, s.pap, s.condition, s.voice, r.digest, r.raw,
       a.room, a.realm, a.tlp, a.circles, a.embargo_until
FROM share s JOIN record r ON r.id = s.record JOIN store_audience a ON a.id = s.audience
WHERE s.record = ANY(%s::int8[]) AND s.state = {LIVE} AND r.created_by <> %s AND position(%s::bytea IN r.raw) > 0
ORDER BY s.seq
"""


class PointingReader:
    """Reads for one database."""

    def __init__(self, raw: Raw, keys: Keys) -> None:
        self._raw = raw
        self._keys = keys

    def ended_by(self, act: int) -> Ended | None:
        """Return the object of which an act tightened a share, or None."""
        rows = self._raw.ask(_ENDED, [act, CODES[State.TIGHTENED]])
        if not rows:
            return None
        return Ended(act, rows[0][0], tuple((by, audience_of(*audience)) for _, by, *audience in rows))

    def pointing_at(self, ended: Ended, *, after: int, limit: int) -> Pointers:
        """Return the live shares of the next records that refer to an object."""
        found = self._raw.ask(_RECORDS, [self._keys.of_id(ended.stix_id), after, limit])
        records = [record for (record,) in found]
        rows = self._raw.ask(_POINTING, [numbers(records), ended.stix_id, f'"{ended.stix_id}"'.encode()])
        shares = tuple(
            Pointing(
                *(seq, by, act, audience_of(*audience), under),
                *(None if pap is None else Pap(pap), condition, Voice(voice), digest, raw),
            )
            for seq, by, act, under, pap, condition, voice, digest, raw, *audience in rows
        )
        return Pointers(shares, max(records, default=after), more=len(records) == limit)
