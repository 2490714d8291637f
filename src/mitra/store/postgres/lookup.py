"""What is known of values, in PostgreSQL: keys go in as one text of bytes, and each is one probe of an index.

An array of keys would be read element by element; the text is cut up where it is used.  The two statements are shaped
alike: keys, then what the index has under them, then at most so many shares of each, in the order of records.
"""

# ruff: noqa: S608 - what is written into a statement is our own words and numbers; every value is bound

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.store.postgres.asking import readable
from mitra.store.states import LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mitra.store.looking import Block
    from mitra.store.networks import Around, NetworkMemory
    from mitra.store.postgres.raw import Raw, Row
    from mitra.store.readable import Reach

KEY = 16
"""How long a key of an atom and an end of a block are, in bytes."""

_HITS = f"""
SELECT p.*, h.* FROM (SELECT DISTINCT x.* FROM generate_series(1, length(%(keys)s::bytea), {{step}}) at
    CROSS JOIN LATERAL (SELECT {{place}} FROM {{table}} WHERE {{found}} OFFSET 0) x) p
CROSS JOIN LATERAL (
    SELECT s.seq, r.stix_id, s.type, s.by, s.at FROM {{table}} x
    CROSS JOIN LATERAL (SELECT * FROM share WHERE record = x.record OFFSET 0) s
    CROSS JOIN LATERAL (SELECT stix_id FROM record WHERE id = s.record OFFSET 0) r
    WHERE {{met}} AND s.state = {LIVE} AND {{{{readable}}}} ORDER BY x.record, s.seq LIMIT %(limit)s
) h
"""
_KEY_AT, _NEXT_AT = (f"substr(%(keys)s::bytea, at{behind}, {KEY})" for behind in ("", f" + {KEY}"))
_OF_KEYS = _HITS.format(
    step=KEY, table="atom", place="key, kind", found=f"key = {_KEY_AT}", met="x.key = p.key AND x.kind = p.kind"
)
_OF_BLOCKS = _HITS.format(
    step=2 * KEY,
    table="network",
    place="lo, hi",
    found=f"lo = {_KEY_AT} AND hi = {_NEXT_AT}",
    met="x.lo = p.lo AND x.hi = p.hi",
)
_SIZES = "SELECT bits FROM prefix ORDER BY bits DESC"
_ENDS = "SELECT lo, hi FROM network WHERE record IN (SELECT record FROM share WHERE seq > %s)"


class PostgresIndex:
    """`looking.Index` of one viewer."""

    def __init__(self, raw: Raw, reach: Reach, top: int, memory: NetworkMemory) -> None:
        """Take what the viewer reads, and the highest number that this covers."""
        self._raw = raw
        self._reach = reach
        self._top = top
        self._memory = memory

    def of_keys(self, keys: Sequence[bytes], limit: int) -> Sequence[Row]:
        """Return the rows of the atoms under these keys, at most so many of each and kind."""
        return self._rows(_OF_KEYS, b"".join(keys), limit)

    def of_blocks(self, wanted: Sequence[Block], limit: int) -> Sequence[Row]:
        """Return the rows of these blocks of addresses, at most so many of each."""
        return self._rows(_OF_BLOCKS, b"".join(lo + hi for lo, hi in wanted), limit)

    def segments(self) -> Around:
        """Return all blocks that there are, flattened."""
        return self._memory.up_to(self._top, lambda seq: self._raw.ask(_ENDS, [seq]))

    def sizes(self) -> Sequence[int]:
        """Return the sizes of block that there are, in bits, the smallest block first."""
        return [bits for (bits,) in self._raw.ask(_SIZES)]

    def _rows(self, sql: str, keys: bytes, limit: int) -> Sequence[Row]:
        if not keys:
            return ()
        values: dict[str, object] = {"keys": keys, "limit": limit}
        return self._raw.ask(sql.format(readable=readable("s", self._reach, values)), values)
