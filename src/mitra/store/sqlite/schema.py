"""The tables in SQLite as the first release made them; `strengthening` brings them up to date.

What each random index costs is a page of the log for each row, so there are as few as the questions need.  Measured,
in CPU a row of 1 KB with 500 a transaction, growing to 150,000: 5.1 µs without an index, 9.6 with one on `sid`, 13.3
with one on (sid, version), 18.1 with `sid` and the atoms; rows sorted by their keys first made no difference.  A log of
8,000 pages between checkpoints, and not 1,000, takes 3 to 7 µs off each.  Ids of STIX are long and random, hence `sid`,
their keyed 64-bit number; kinds and types are text, which measured as fast as small numbers.

`raw` stands last in its row, so that a query by the other columns never walks through it.
"""

# ruff: noqa: S608 - what is written into a statement is whole numbers, see raw.py, and our own words

from __future__ import annotations

CREATE = (
    """
    CREATE TABLE record (
        id INTEGER PRIMARY KEY,
        sid INTEGER NOT NULL,
        version TEXT NOT NULL,
        stix_id TEXT NOT NULL,
        type TEXT NOT NULL,
        modified TEXT NOT NULL,
        created_by TEXT NOT NULL,
        digest BLOB NOT NULL,
        marking_at INTEGER NOT NULL,
        accepted_at INTEGER NOT NULL,
        title TEXT NOT NULL,
        raw BLOB NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX record_digest ON record (digest)",
    "CREATE INDEX record_version ON record (sid, version)",
    """
    CREATE TABLE share (
        seq INTEGER PRIMARY KEY,
        record INTEGER NOT NULL,
        audience INTEGER NOT NULL,
        by INTEGER NOT NULL,
        at INTEGER NOT NULL,
        act INTEGER NOT NULL,
        under INTEGER,
        pap INTEGER,
        condition TEXT NOT NULL,
        state INTEGER NOT NULL,
        voice INTEGER NOT NULL,
        type TEXT NOT NULL,
        ended INTEGER
    )
    """,
    "CREATE INDEX share_record ON share (record)",
    "CREATE INDEX share_audience ON share (audience)",
    "CREATE INDEX share_by ON share (by)",
    "CREATE UNIQUE INDEX share_at ON share (at)",
    "CREATE INDEX share_under ON share (under) WHERE under IS NOT NULL",
    """
    CREATE TABLE arrival (
        first_seq INTEGER PRIMARY KEY,
        n INTEGER NOT NULL,
        viewer TEXT,
        audiences TEXT NOT NULL,
        up_to INTEGER NOT NULL,
        at INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE atom (
        kind TEXT NOT NULL,
        key BLOB NOT NULL,
        record INTEGER NOT NULL,
        PRIMARY KEY (kind, key, record)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE network (
        lo BLOB NOT NULL,
        hi BLOB NOT NULL,
        record INTEGER NOT NULL,
        PRIMARY KEY (lo, hi, record)
    ) WITHOUT ROWID
    """,
    "CREATE TABLE prefix (bits INTEGER PRIMARY KEY)",
    """
    CREATE TABLE edge (
        sid INTEGER NOT NULL,
        record INTEGER NOT NULL,
        PRIMARY KEY (sid, record)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tally (
        by INTEGER NOT NULL,
        audience INTEGER NOT NULL,
        type TEXT NOT NULL,
        n INTEGER NOT NULL,
        PRIMARY KEY (by, audience, type)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX tally_audience ON tally (audience, n)",
    "CREATE TABLE mark (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL)",
    "INSERT INTO mark (id, value) VALUES (1, 0)",
)
"""Every statement of the first release, in order; `strengthening` brings them up to date."""

TABLES = ("record", "share", "arrival", "atom", "network", "prefix", "edge", "tally", "mark")

EMPTY = (*(f"DELETE FROM {table}" for table in TABLES if table != "mark"), "UPDATE mark SET value = random()")
"""What empties them, for tests: nothing in the program does."""
