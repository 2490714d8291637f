"""The tables in PostgreSQL, and why each key is there.

`record_id_n` is the one random index that bulk intake pays for: 12 bytes, an id's keyed number and which of its records
this is.  It finds the records of an id, and it makes racing writers agree: two that bring the same id at once both
write its next number, and the second starts again and finds what the first has written.  Measured with rows of 1 KB
by COPY: 77,500 rows/s with it, 73,600 without any, 70,300 with (id, digest), 63,100 with two, 56,200 with (id, version,
digest).  Only records that are not the first of their id stand in `record_version`, so nearly none do.

Texts are ordered by their bytes, whatever the database's own collation: versions sort from old to new in no other way.
Numbers stand before texts, without gaps.
What a record speaks about is found from the record only to erase it: rows lie in the order of records, so a block-range
index, which costs next to nothing, is enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

CREATE = (
    """
    CREATE TABLE record (
        id bigint PRIMARY KEY,
        sid bigint NOT NULL,
        accepted_at bigint NOT NULL,
        n integer NOT NULL,
        marking_at integer NOT NULL,
        digest bytea NOT NULL,
        version text COLLATE "C" NOT NULL,
        stix_id text COLLATE "C" NOT NULL,
        type text COLLATE "C" NOT NULL,
        modified text NOT NULL,
        created_by text NOT NULL,
        title text NOT NULL,
        raw bytea NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX record_id_n ON record (sid, n)",
    "CREATE INDEX record_version ON record (sid, version) WHERE n > 0",
    "CREATE SEQUENCE record_number OWNED BY record.id",
    """
    CREATE TABLE share (
        seq bigint PRIMARY KEY,
        record bigint NOT NULL,
        audience bigint NOT NULL,
        by bigint NOT NULL,
        at bigint NOT NULL,
        act bigint NOT NULL,
        under bigint,
        ended bigint,
        pap smallint,
        state smallint NOT NULL,
        voice smallint NOT NULL,
        company smallint NOT NULL,
        type text COLLATE "C" NOT NULL,
        condition text NOT NULL
    )
    """,
    "CREATE INDEX share_record ON share (record)",
    "CREATE INDEX share_audience ON share (audience, seq)",
    "CREATE INDEX share_by ON share (by, seq)",
    "CREATE UNIQUE INDEX share_at ON share (at)",
    "CREATE INDEX share_under ON share (under) WHERE under IS NOT NULL",
    "CREATE INDEX share_ended ON share (ended) WHERE ended IS NOT NULL",
    """
    CREATE TABLE arrival (
        first_seq bigint PRIMARY KEY,
        n bigint NOT NULL,
        viewer bigint,
        by bigint,
        at bigint NOT NULL,
        audiences text NOT NULL
    )
    """,
    "CREATE INDEX arrival_viewer ON arrival (viewer)",
    'CREATE TABLE atom (record bigint NOT NULL, key bytea NOT NULL, kind text COLLATE "C" NOT NULL)',
    "CREATE INDEX atom_key ON atom (key)",
    "CREATE INDEX atom_record ON atom USING brin (record) WITH (autosummarize = on)",
    "CREATE TABLE network (record bigint NOT NULL, lo bytea NOT NULL, hi bytea NOT NULL)",
    "CREATE INDEX network_block ON network (lo, hi)",
    "CREATE INDEX network_record ON network USING brin (record) WITH (autosummarize = on)",
    "CREATE TABLE prefix (bits integer PRIMARY KEY)",
    "CREATE TABLE edge (sid bigint NOT NULL, record bigint NOT NULL)",
    "CREATE INDEX edge_sid ON edge (sid)",
    "CREATE INDEX edge_record ON edge USING brin (record) WITH (autosummarize = on)",
    """
    CREATE TABLE tally (
        by bigint NOT NULL,
        audience bigint NOT NULL,
        n bigint NOT NULL,
        ever bigint NOT NULL,
        type text COLLATE "C" NOT NULL,
        PRIMARY KEY (by, audience, type)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX tally_audience ON tally (audience)",
    "CREATE TABLE mark (id smallint PRIMARY KEY CHECK (id IN (1, 2)), value bigint NOT NULL)",
    "INSERT INTO mark (id, value) VALUES (1, 0), (2, 0)",
)
"""Every statement, in order."""

TABLES = ("record", "share", "arrival", "atom", "network", "prefix", "edge", "tally", "mark")

EMPTY = (
    "TRUNCATE record, share, arrival, atom, network, prefix, edge, tally RESTART IDENTITY",
    "UPDATE mark SET value = value + 1",
)
"""What empties them, for tests: nothing in the program does."""


def strengthen(connection: BaseDatabaseWrapper) -> None:
    """Index what the second migration brings: the embargoes that feeds still see."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX store_audience_embargo ON store_audience (embargo_until) "
            "WHERE embargo_until IS NOT NULL AND lifted_at IS NULL"
        )
