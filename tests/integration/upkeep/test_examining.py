"""`mitra check` finds one flipped bit wherever it is at rest, and names the one thing that holds it."""

from datetime import timedelta

import pytest
from django.db import connection

from exchange_node import indicator, make_node
from ledger_world import World, make_home
from mitra.core.ledger.tiles import ENTRIES, Tile
from mitra.upkeep.examining import examine, examine_part

SHARES = 300


@pytest.fixture
def log(empty_store, tmp_path, settings):
    """A node whose acts fill a tile and begin another, all published."""
    make_home(tmp_path / "node", settings)
    node = make_node()
    for number in range(3):
        node.share("cert-th", indicator(number))
    world = World(tmp_path / "node")
    world.grow(SHARES)
    yield world
    world.sequencer.give_up()


def flip(table, column, where):
    """Flip one bit of one cell."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE {where}")
        ((cell,),) = cursor.fetchall()
        data = bytearray(cell)
        data[len(data) // 2] ^= 1
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {where}", [bytes(data)])
        assert cursor.rowcount == 1


def test_a_sound_node_has_no_fault(log):
    found = examine()
    assert found.faults == []
    assert found.checked["records"] == found.checked["shares"] == 3
    assert found.checked["acts"] == found.checked["log entries"] > SHARES


def leaf(number):
    return f"act_id = (SELECT id FROM ledger_act WHERE leaf = {number})"


@pytest.mark.parametrize("column", ["raw", "digest"])
def test_a_flipped_bit_in_a_record_is_named(log, column):
    flip("record", column, "id = 2")
    fault, *_ = examine().faults
    assert fault.startswith("record 2 (indicator--")
    assert fault.endswith("): its bytes are not those of its digest; restore it from a backup")


@pytest.mark.parametrize("column", ["salt", "body"])
def test_a_flipped_bit_in_what_an_act_said_is_named(log, column):
    flip("ledger_actbody", column, leaf(12))
    (fault,) = examine().faults
    assert fault.endswith(" at leaf 12: its salt or body is not what it committed to")


def test_a_counter_that_stands_elsewhere_is_named(log):
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM ledger_counter")
        ((there,),) = cursor.fetchall()
        cursor.execute("UPDATE ledger_counter SET leaf = leaf + 1, seq = seq + 1")
    assert examine().faults == ["the counter stands at 4, the last share at 3", f"leaf {there}: its act is missing"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_counter SET leaf = leaf - 2, seq = seq - 1")
    assert f"the counter stands at leaf {there - 1}, the last act at {there - 1}" in examine().faults


def test_a_flipped_bit_in_an_atom_is_named(log):
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, key FROM atom WHERE record = 2")
        kind, key = cursor.fetchall()[0]
        other = bytes([bytes(key)[0] ^ 1]) + bytes(key)[1:]
        cursor.execute("UPDATE atom SET key = %s WHERE record = 2 AND kind = %s AND key = %s", [other, kind, key])
        assert cursor.rowcount == 1
    (fault,) = examine().faults
    assert fault.startswith("record 2 (")
    assert fault.endswith("): its atoms are not what its bytes speak about")


def test_a_wrong_tally_is_named(log):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tally SET n = 2 WHERE n = 3")
        assert cursor.rowcount == 1
    (fault,) = examine().faults
    assert fault.startswith("the tally of (")
    assert fault.endswith(" says 2, there are 3")


@pytest.mark.parametrize(
    ("tile", "named"),
    [(Tile(0, 0), "tile/0/000: hash 17 (leaf 17)"), (Tile(ENTRIES, 0), "tile/entries/000: entry ")],
)
def test_a_flipped_bit_in_a_file_is_named(log, tile, named):
    path = log.files.path(tile)
    data = bytearray(path.read_bytes())
    data[32 * 17 + 5] ^= 1
    path.write_bytes(data)
    (fault,) = examine().faults
    assert fault.startswith(named)


def test_one_night_in_thirty_reads_it_again_and_tells_the_operator(log, caplog):
    path = log.files.path(Tile(0, 0))
    data = bytearray(path.read_bytes())
    data[5] ^= 1
    path.write_bytes(data)
    told = []
    for night in range(30):
        caplog.clear()
        examine_part(now=log.now + timedelta(days=night))
        told.append([record.getMessage() for record in caplog.records])
    sentence = "The ledger: tile/0/000: hash 0 (leaf 0) is not that of the entry."
    assert sorted(filter(None, told)) == [[sentence]]
