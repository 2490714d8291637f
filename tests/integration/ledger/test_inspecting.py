"""One flipped bit anywhere in the log is found, and the sentence names the very tile, bundle, body, salt or act."""

import pytest
from django.db import connection

from mitra.core.ledger.tiles import ENTRIES, Tile, tile_path
from mitra.ledger.inspection import PARTS, inspect_ledger, list_erasures, part_of
from mitra.ledger.models import Act, ActBody, Checkpoint, Log
from mitra.ledger.operations import erase_body
from mitra.store.inspection import Inspection

SIZE = 600
EDGE = "the tiles at the right edge do not give the root of 600 entries"


@pytest.fixture
def grown(log):
    """A log of two full tiles and a part, whose last sizes have files of their own."""
    log.grow(100, 300, 100, SIZE - 500)
    return log


def faults(part=None):
    found = Inspection()
    inspect_ledger(found, part=part)
    return found.faults


def flip(path, at, bit=1):
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def test_a_whole_log_has_no_fault(grown):
    found = Inspection()
    inspect_ledger(found)
    assert (found.faults, found.checked) == ([], {"acts": SIZE, "log entries": SIZE})
    grown.decide(5)
    assert faults() == []


@pytest.mark.parametrize(
    ("tile", "at", "said"),
    [
        (Tile(0, 0), 32 * 17, ["tile/0/000: hash 17 (leaf 17) is not that of the entry"]),
        (Tile(0, 1), 32 * 255 + 31, ["tile/0/001: hash 255 (leaf 511) is not that of the entry"]),
        (Tile(1, 0, 2), 33, [EDGE, "tile/1/000.p/2: hash 1 is not the root of tile/0/001"]),
        (Tile(ENTRIES, 0), 20, ["tile/entries/000: entry 0 (leaf 0) is not the act in the database"]),
        (Tile(0, 0, 100), 5, ["tile/0/000.p/100: it does not begin like tile/0/000"]),
        (Tile(ENTRIES, 1, 144), 30, ["tile/entries/001.p/144: it does not begin like tile/entries/001"]),
    ],
)
def test_a_flipped_bit_in_a_file_is_located(grown, tile, at, said):
    flip(grown.files.path(tile), at)
    assert faults() == said


@pytest.mark.parametrize("tile", [Tile(0, 2, 88), Tile(ENTRIES, 2, 88)])
def test_at_the_edge_too(grown, tile):
    flip(grown.files.path(tile), 40)
    assert any(fault.startswith(f"{tile_path(tile)}: ") for fault in faults())


@pytest.mark.parametrize("at", range(0, 8192, 1171))
@pytest.mark.parametrize("bit", [1, 128])
def test_any_bit_of_a_tile_is_found(grown, at, bit):
    flip(grown.files.path(Tile(0, 1)), at, bit)
    assert faults() == [f"tile/0/001: hash {at // 32} (leaf {256 + at // 32}) is not that of the entry"]


def test_any_bit_of_a_bundle_is_found(grown):
    path = grown.files.path(Tile(ENTRIES, 0))
    whole = path.read_bytes()
    for at in range(0, len(whole), 97):
        path.write_bytes(whole)
        flip(path, at)
        assert any("tile/entries/000" in fault for fault in faults()), at


def change(model, field, **which):
    row = model.objects.get(**which)
    data = bytearray(getattr(row, field))
    data[3] ^= 4
    model.objects.filter(**which).update(**{field: bytes(data)})


def test_a_flipped_bit_in_the_database_is_located(grown):
    act = Act.objects.get(leaf=300).pk
    for field in ("salt", "body"):
        change(ActBody, field, act=act)
        assert faults() == [f"act {act} at leaf 300: its salt or body is not what it committed to"]
        change(ActBody, field, act=act)
    change(Act, "commitment", leaf=300)
    assert faults() == [
        f"act {act} at leaf 300: its salt or body is not what it committed to",
        "leaf 300: the act in the database is not the entry that was published",
    ]
    change(Act, "commitment", leaf=300)
    Act.objects.filter(leaf=301).update(t=10)
    assert faults() == ["leaf 301: the act in the database is not the entry that was published"]


def test_a_missing_act_a_missing_body_and_a_missing_file_are_named(grown):
    act = Act.objects.get(leaf=9).pk
    ActBody.objects.filter(act=act).delete()
    assert faults() == [f"act {act} at leaf 9: its body is gone, and nothing erased it"]
    Act.objects.filter(pk=act).update(leaf=9_000)
    assert "leaf 9: its act is missing" in faults()
    Act.objects.filter(pk=act).update(leaf=9, erased_by=act)
    assert faults() == []
    grown.files.path(Tile(0, 1)).unlink()
    grown.files.path(Tile(ENTRIES, 0)).unlink()
    said = faults()
    assert "tile/0/001: it is missing or not 8192 bytes long" in said
    assert "tile/entries/000: it is missing or no bundle of 256 entries" in said


def test_an_erased_body_is_no_fault_and_says_who_erased_it(grown):
    (reason,) = grown.decide(kind="erase")
    act = Act.objects.get(leaf=7).pk
    erase_body(act, by_act=reason.act)
    found = Inspection()
    inspect_ledger(found)
    assert (found.faults, found.checked["erased acts"]) == ([], 1)
    assert list(list_erasures(range(SIZE))) == [f"act {act} at leaf 7: erased by organisation 7 on 2026-03-01"]


def test_heads_that_disagree_are_named(grown):
    change(Log, "root", pk=1)
    said = faults()
    assert said[0].startswith("the checkpoint in the database: It says 600 entries")
    assert said[1].startswith("the checkpoint in ledger/checkpoint: It says 600 entries")
    assert said[2] == "the tiles at the right edge do not give the root of 600 entries"
    change(Log, "root", pk=1)
    flip(grown.home / "ledger/checkpoint", -10)
    (said,) = faults()
    assert said.startswith("the checkpoint in ledger/checkpoint: ")
    Checkpoint.objects.filter(size=600).delete()
    assert faults()[0].startswith("the checkpoint in the database: ")


def test_an_older_database_is_named(grown):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_counter SET leaf = 590")
    assert "the database has 590 acts, the log 600: restore the newest backup" in faults()


def test_a_night_looks_at_its_part_and_thirty_nights_at_all(grown):
    flip(grown.files.path(Tile(0, 1)), 64)
    assert [part for part in range(PARTS) if faults(part)] == [1]
    nights = {part_of(grown.now.replace(day=day)) for day in range(1, 31)}
    assert nights == set(range(PARTS))
