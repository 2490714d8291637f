"""C2SP tlog-tiles: the tile set's formula, our own vectors, those of Go's tlog, and a whole log that Tessera wrote."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from ledger_log import entries, grown, leaf_hashes, obvious_root
from mitra.core.errors import InvalidInput
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.keys import read_vkey
from mitra.core.ledger.note import read_note, verify_note
from mitra.core.ledger.tiles import (
    ENTRIES,
    Edge,
    Tile,
    TileReader,
    bundles_between,
    bundles_of,
    partial_width,
    read_bundle,
    read_tile_path,
    tile_path,
    tiles_between,
    tiles_of,
    write_bundle,
)
from mitra.core.ledger.tree import consistency_path, leaf_hash, root_at, verify_consistency
from shared_data import SHARED

SIZES = [0, 1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 70_000]
GO = json.loads((Path(__file__).parent / "ledger_vectors" / "go.json").read_text())
TESSERA = SHARED / "tlog-tiles" / "tessera-testlog"
TESSERA_KEY = read_vkey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")


def digest(data):
    return sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("index", "path"),
    [(0, "000"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067"), (1_000_000, "x001/x000/000")],
)
def test_merkle_tree_paths_have_groups_of_three_digits(index, path):
    assert tile_path(Tile(0, index)) == f"tile/0/{path}"
    assert tile_path(Tile(ENTRIES, index, 17)) == f"tile/entries/{path}.p/17"
    assert read_tile_path(f"tile/63/{path}.p/255") == Tile(63, index, 255)


@pytest.mark.parametrize(
    "path",
    [
        "tile/00/000",
        "tile/01/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/0/x000/001",
        "tile/0/X001/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/٠٠٠",
        "tile/٠/000",
        "tile/data/000",
        "tile/entries/000.p/256",
        "/tile/0/000",
        "tile/0/../000",
        "tile/0/" + "x001/" * 7 + "000",
        "",
    ],
)
def test_merkle_tree_paths_spelt_otherwise_are_refused(path):
    with pytest.raises(InvalidInput):
        read_tile_path(path)


def test_partial_tiles_of_the_examples_in_the_specification():
    assert list(tiles_of(70_000)) == [
        *(Tile(0, index) for index in range(273)),
        Tile(0, 273, 112),
        Tile(1, 0),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]


@pytest.mark.parametrize("size", SIZES)
def test_log1_tiles_are_those_of_the_formula_and_give_the_root_of_the_entries(size):
    edge, made = grown(size)
    formula = set()
    for level in range(64):
        formula |= {Tile(level, index) for index in range(size // 256 ** (level + 1))}
        if width := size // 256**level % 256:
            formula.add(Tile(level, size // 256 ** (level + 1), width))
        assert partial_width(level, size) == width
    assert (set(made), list(made), len(formula)) == (formula, list(tiles_of(size)), len(made))
    assert all(len(data) == tile.width * 32 for tile, data in made.items())
    root = obvious_root(leaf_hashes(size))
    read_again = Edge.read(size, made.__getitem__)
    assert (edge.root(), read_again.root(), root_at(size, TileReader(size, made.__getitem__))) == (root, root, root)
    assert [bundle.width for bundle in bundles_of(size)] == [tile.width for tile in tiles_of(size) if not tile.level]


@pytest.mark.parametrize("size", [int(size) for size in GO["tiles"]])
def test_tiles_are_those_of_go(size):
    assert digest("\n".join(as_go_lists(grown(size)[1])).encode()) == GO["tiles"][str(size)]


def test_tiles_of_300_are_those_of_go():
    assert as_go_lists(grown(300)[1]) == GO["tiles of 300"]


def as_go_lists(tiles):
    return [f"{tile_path(tile)} {digest(data)}" for tile, data in tiles.items()]


def test_own_vector_of_300_entries():
    made = {tile_path(tile): data for tile, data in grown(300)[1].items()}
    assert {path: len(data) for path, data in made.items()} == {
        "tile/0/000": 8192,
        "tile/0/001.p/44": 1408,
        "tile/1/000.p/1": 32,
    }
    assert digest(made["tile/0/000"]) == "8921c57d2f65271c82bf0f686c002793863c80c8d1cbbbf5db6046ff59e8b590"
    assert made["tile/1/000.p/1"].hex() == "f85f4ead34080710b4d1e808301543aaab81aa04deb88599350dc26a4f2f58de"
    bundle = write_bundle(entries(256))
    assert (len(bundle), digest(bundle)) == (2706, "2e41f76a98595afb6b3a27a02a74792386a99b155db3579513faf3bf67057752")
    assert read_bundle(bundle, 256) == entries(256)


def test_tessera_log_every_checkpoint_tile_and_bundle_agree():
    checkpoints = {}
    for path in TESSERA.glob("checkpoint*"):
        note = read_note(path.read_bytes())
        assert [proven.key for proven in verify_note(note, (TESSERA_KEY,))] == [TESSERA_KEY]
        checkpoint = read_checkpoint(note.text)
        checkpoints[checkpoint.size] = checkpoint
    assert sorted(checkpoints) == list(range(16))

    def fetch(tile):
        return (TESSERA / tile_path(tile)).read_bytes()

    for size, checkpoint in checkpoints.items():
        assert (Edge.read(size, fetch).root(), root_at(size, TileReader(size, fetch))) == (checkpoint.root,) * 2
        for bundle in bundles_of(size):
            leaves = [leaf_hash(entry) for entry in read_bundle(fetch(bundle), bundle.width)]
            assert b"".join(leaves) == fetch(Tile(0, bundle.index, bundle.width))
    newest = max(checkpoints)
    for size, checkpoint in checkpoints.items():
        path = consistency_path(size, newest, TileReader(newest, fetch))
        assert verify_consistency(path, size, newest, checkpoint.root, checkpoints[newest].root)


@pytest.mark.parametrize(("old", "new"), [(0, 1), (255, 256), (256, 300), (300, 300), (65_500, 65_600), (2, 70_000)])
def test_tiles_between_two_sizes_are_those_that_growing_makes(old, new):
    edge = Edge()
    edge.grow(leaf_hashes(old))
    made = edge.grow(leaf_hashes(new)[old:])
    assert [tile for tile, _ in made] == list(tiles_between(old, new))
    assert set(tiles_of(new)) - set(tiles_of(old)) == {tile for tile, _ in made}
    assert dict(made).items() <= grown(new)[1].items()
    assert edge.root() == grown(new)[0].root()
    bundles = [Tile(ENTRIES, tile.index, tile.width) for tile, _ in made if tile.level == 0]
    assert list(bundles_between(old, new)) == bundles
