"""`mitra check` finds one wrong byte anywhere at rest and says where."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

import world as region
from mitra.store.doors import store
from mitra.store.inspection import inspect_store


@pytest.fixture
def world(empty_store):
    return region.build()


WRITTEN = {
    "sqlite": {
        "grown": "CAST(replace(raw, 'canary-green', 'canary-grown') AS BLOB)",
    },
    "postgresql": {
        "grown": "convert_to(replace(convert_from(raw, 'UTF8'), 'canary-green', 'canary-grown'), 'UTF8')",
    },
}
"""Changes of bytes, as each database writes them."""


def change(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql.format(**WRITTEN[connection.vendor]))
        assert cursor.rowcount > 0


def test_a_sound_store_has_no_faults(world):
    found = inspect_store()
    assert found.faults == []
    rooms = 2 * len(world.notices) + 3 * len(world.cases[::2]) + 2 * len(world.tasks)
    assert found.checked["shares"] == len(world.secrets) + 1 + rooms
    assert found.checked["records"] == len(world.secrets) + 1 + rooms


def test_positions_that_arrivals_take_are_not_missing_shares(world):
    before = inspect_store().checked["shares"]
    assert store().lift_embargoes(now=datetime.now(UTC) + timedelta(days=9_999)) > 0
    found = inspect_store()
    assert (found.faults, found.checked["shares"]) == ([], before)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE record SET raw = {grown} WHERE id = 2", "record 2"),
        ("UPDATE record SET created_by = '' WHERE id = 1", "record 1"),
        ("UPDATE record SET marking_at = marking_at + 1 WHERE id = 3", "record 3"),
        ("DELETE FROM atom WHERE record = 2", "record 2"),
        ("UPDATE atom SET record = 99 WHERE record = 11", "atoms or networks"),
        ("DELETE FROM share WHERE seq = 4", "share 4"),
        ("UPDATE share SET at = 1 WHERE seq = 4", "share 4"),
        ("UPDATE share SET act = 0 WHERE seq = 5", "share 5"),
        ("UPDATE tally SET n = n + 1", "tally"),
        ("UPDATE tally SET ever = n - 1", "tally"),
        ("UPDATE ledger_counter SET seq = seq + 1", "counter"),
    ],
)
def test_one_wrong_cell_is_found_and_located(world, sql, fault):
    change(sql)
    faults = inspect_store().faults
    assert any(fault in sentence for sentence in faults), faults
