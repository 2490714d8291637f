"""Bring the tables of the first release up to date, in place: 15 s a million records, measured.

Rows are looked at in windows, so memory grows with the store only by what SQLite sorts an index in, 30 bytes a record.

* `record.n` numbers the records of one id from 0.  Nearly all are the first of theirs, so the index that every id goes
  into holds 12 bytes a record, and versions are indexed only where there are several.  The index on digests goes: the
  bytes hold the id and the version, so these find equal bytes too.
* `share.company` says which of a page's questions need asking at all, and types have an index, for pages of rare ones.
* `tally.ever` says how many shares an arrival replays, and `mark` has a second row, for everybody's rights.
* Arrivals get the form in which they are written (the first release wrote none), atoms the order of look-ups.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mitra.store.states import OTHER_RECORDS, OTHER_SHARES

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

WINDOW = 50_000
"""Records, or shares, that one statement looks at."""

COLUMNS = (
    "ALTER TABLE record ADD COLUMN n INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE share ADD COLUMN company INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE tally ADD COLUMN ever INTEGER NOT NULL DEFAULT 0",
)
TABLES_AND_INDEXES = (
    "DROP INDEX record_digest",
    "DROP INDEX record_version",
    "CREATE INDEX record_id ON record (sid, n)",
    "CREATE INDEX record_version ON record (sid, version) WHERE n > 0",
    "CREATE INDEX share_type ON share (type)",
    "CREATE INDEX share_ended ON share (ended) WHERE ended IS NOT NULL",
    "DROP TABLE arrival",
    """
    CREATE TABLE arrival (
        first_seq INTEGER PRIMARY KEY,
        n INTEGER NOT NULL,
        viewer INTEGER,
        by INTEGER,
        audiences TEXT NOT NULL,
        at INTEGER NOT NULL
    )
    """,
    "CREATE INDEX arrival_viewer ON arrival (viewer)",
    """
    CREATE TABLE atom_by_key (
        key BLOB NOT NULL,
        kind TEXT NOT NULL,
        record INTEGER NOT NULL,
        PRIMARY KEY (key, kind, record)
    ) WITHOUT ROWID
    """,
    "INSERT INTO atom_by_key SELECT key, kind, record FROM atom",
    "DROP TABLE atom",
    "ALTER TABLE atom_by_key RENAME TO atom",
    "DROP TABLE mark",
    "CREATE TABLE mark (id INTEGER PRIMARY KEY CHECK (id IN (1, 2)), value INTEGER NOT NULL)",
    "INSERT INTO mark (id, value) VALUES (1, random()), (2, random())",
)
_NUMBERED = """
UPDATE record SET n = (SELECT count(*) FROM record o INDEXED BY record_version
                       WHERE o.sid = record.sid AND o.id < record.id)
WHERE id BETWEEN ? AND ? AND EXISTS (SELECT 1 FROM record o INDEXED BY record_version
                                     WHERE o.sid = record.sid AND o.id < record.id)
"""
_SHARED_TWICE = f"""
UPDATE share SET company = company | {OTHER_SHARES}
WHERE record IN (SELECT record FROM share WHERE record BETWEEN ? AND ? GROUP BY record HAVING count(*) > 1)
"""
_OF_ONE_ID = f"""
UPDATE share SET company = company | {OTHER_RECORDS}
WHERE record IN (SELECT r.id FROM record r WHERE r.id BETWEEN ? AND ? AND EXISTS (
    SELECT 1 FROM record o INDEXED BY record_version WHERE o.sid = r.sid AND o.id <> r.id))
"""


def strengthen(connection: BaseDatabaseWrapper) -> None:
    """Make the changes, and fill what the first release did not keep."""
    with connection.cursor() as cursor:
        for change in COLUMNS:
            cursor.execute(change)
        _fill_by_record(cursor)
        _fill_ever(cursor)
        for change in TABLES_AND_INDEXES:
            cursor.execute(change)


def _fill_by_record(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT coalesce(max(id), 0) FROM record")
    (last,) = cursor.fetchone()
    for first in range(1, last + 1, WINDOW):
        for statement in (_NUMBERED, _SHARED_TWICE, _OF_ONE_ID):
            cursor.execute(statement.replace("?", "%s"), [first, first + WINDOW - 1])


def _fill_ever(cursor: CursorWrapper) -> None:
    """Count every share ever made: as many counts as tallies, however many shares."""
    cursor.execute("SELECT coalesce(max(seq), 0) FROM share")
    (last,) = cursor.fetchone()
    ever: Counter[tuple[int, int, str]] = Counter()
    for first in range(1, last + 1, WINDOW):
        cursor.execute(
            "SELECT by, audience, type, count(*) FROM share WHERE seq BETWEEN %s AND %s GROUP BY by, audience, type",
            [first, first + WINDOW - 1],
        )
        for *place, n in cursor.fetchall():
            ever[tuple(place)] += n
    cursor.executemany(
        "UPDATE tally SET ever = %s WHERE by = %s AND audience = %s AND type = %s",
        [(n, *place) for place, n in ever.items()],
    )
