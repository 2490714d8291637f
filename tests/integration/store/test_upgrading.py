"""A node of the first release upgrades: its tables come up to date in place, with what they did not keep filled in."""

import pytest
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from mitra.store.sqlite import strengthening
from mitra.store.states import OTHER_RECORDS, OTHER_SHARES

FIRST, UP_TO_DATE = ("store", "0001_initial"), ("store", "0002_full_strength")
RECORDS = [
    # (id, sid, version, stix_id): two versions of one id, two variants of one version, and one alone
    (1, 11, "2026-01-01", "indicator--a"),
    (2, 22, "2026-01-01", "indicator--b"),
    (3, 11, "2026-02-01", "indicator--a"),
    (4, 22, "2026-01-01", "indicator--b"),
    (5, 33, "", "domain-name--c"),
]
SHARES = [
    # (seq, record, audience, by, state, type); an erased share has lost its record
    (1, 1, 7, 1, 0, "indicator"),
    (2, 2, 7, 1, 0, "indicator"),
    (3, 3, 8, 2, 0, "indicator"),
    (4, 5, 7, 1, 0, "domain-name"),
    (5, 5, 8, 2, 3, "domain-name"),
    (6, 4, 7, 2, 0, "indicator"),
    (7, 0, 7, 1, 5, "indicator"),
    (8, 0, 7, 1, 5, "indicator"),
    (9, 1, 8, 2, 0, "indicator"),
]


@pytest.fixture
def old(tmp_path, django_db_setup, django_db_blocker):
    """A database as the first release made it, with rows."""
    if connection.vendor != "sqlite":
        pytest.skip("the first release knew SQLite only")
    connections.settings["old"] = connection.settings_dict | {"NAME": str(tmp_path / "old.sqlite3")}
    with django_db_blocker.unblock():
        MigrationExecutor(connections["old"]).migrate([FIRST])
        fill(connections["old"])
        yield connections["old"]
        connections["old"].close()
    del connections["old"], connections.settings["old"]


def fill(database):
    with database.cursor() as cursor:
        for key, sid, version, stix_id in RECORDS:
            row = [key, sid, version, stix_id, "indicator", "", "", bytes([key]) * 32, 1, 9, "ตัวบ่งชี้", b"{}"]
            cursor.execute(f"INSERT INTO record VALUES ({', '.join(['%s'] * 12)})", row)
        for seq, record, audience, by, state, kind in SHARES:
            row = [seq, record, audience, by, 100 + seq, 1, None, None, "", state, 2, kind, None]
            cursor.execute(f"INSERT INTO share VALUES ({', '.join(['%s'] * 13)})", row)
        cursor.execute("INSERT INTO tally SELECT by, audience, type, sum(state = 0) FROM share GROUP BY 1, 2, 3")
        cursor.execute("INSERT INTO atom VALUES ('url', x'bb', 2), ('domain-name', x'aa', 5), ('url', x'aa', 1)")


def rows(database, sql):
    with database.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.parametrize("window", [1, 2, 50_000])
def test_the_first_releases_rows_are_brought_up_to_date(old, monkeypatch, window):
    monkeypatch.setattr(strengthening, "WINDOW", window)
    before = rows(old, "SELECT seq, record, audience, by, at, act, state, voice, type FROM share")

    MigrationExecutor(old).migrate([UP_TO_DATE])

    assert rows(old, "SELECT seq, company FROM share ORDER BY seq") == [
        (1, OTHER_SHARES | OTHER_RECORDS),
        (2, OTHER_RECORDS),
        (3, OTHER_RECORDS),
        (4, OTHER_SHARES),
        (5, OTHER_SHARES),
        (6, OTHER_RECORDS),
        (7, 0),
        (8, 0),
        (9, OTHER_SHARES | OTHER_RECORDS),
    ]
    assert rows(old, "SELECT id, n FROM record ORDER BY id") == [(1, 0), (2, 0), (3, 1), (4, 1), (5, 0)]
    assert rows(old, "SELECT by, audience, type, n, ever FROM tally ORDER BY 1, 2, 3") == [
        (1, 7, "domain-name", 1, 1),
        (1, 7, "indicator", 2, 4),
        (2, 7, "indicator", 1, 1),
        (2, 8, "domain-name", 0, 1),
        (2, 8, "indicator", 2, 2),
    ]
    assert rows(old, "SELECT key, kind, record FROM atom") == [
        (b"\xaa", "domain-name", 5),
        (b"\xaa", "url", 1),
        (b"\xbb", "url", 2),
    ]
    assert rows(old, "SELECT seq, record, audience, by, at, act, state, voice, type FROM share") == before
    assert [key for key, _ in rows(old, "SELECT id, value FROM mark ORDER BY id")] == [1, 2]
    assert rows(old, "SELECT * FROM arrival") == []
