"""The edges of the log's pure parts: what they refuse, and what a client finds when a copy of the log is damaged."""

import pytest

from ledger_log import entries, grown, leaf_hashes, reader
from mitra.core.errors import InvalidInput, ProofFailed
from mitra.core.ledger.commitment import entry
from mitra.core.ledger.keys import Kind, Signer
from mitra.core.ledger.tiles import Edge, Tile, TileReader, read_bundle, write_bundle
from mitra.core.ledger.tree import (
    Frontier,
    consistency_path,
    inclusion_path,
    root_at,
    verify_consistency,
    verify_inclusion,
)


def test_entry_is_512_bytes_at_most_and_never_cut():
    assert len(entry(bytes(369), 0)) == 512
    with pytest.raises(ValueError, match=r"at most 512 bytes, not 516"):
        entry(bytes(370), 0)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 5), (5, 5), (9, 5)])
def test_there_is_no_path_to_a_leaf_that_is_not_there(index, size):
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_path(index, size, reader(5))


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_no_tree_continues_a_larger_one(old, new):
    with pytest.raises(ValueError, match="cannot continue"):
        consistency_path(old, new, reader(5))


def test_every_tree_continues_the_empty_one_and_itself():
    assert (consistency_path(0, 5, reader(5)), consistency_path(5, 5, reader(5))) == ([], [])


def test_hash_of_another_length_proves_nothing():
    left, right = leaf_hashes(2)
    root = grown(2)[0].root()
    assert verify_inclusion([right], 0, 2, left, root)
    assert not verify_inclusion([right[1:]], 0, 2, left + right[:1], root)
    assert verify_consistency([right], 1, 2, left, root)
    assert not verify_consistency([right[1:]], 1, 2, left + right[:1], root)


def test_frontier_starts_again_with_its_own_peaks_only():
    frontier = Frontier()
    frontier.extend(leaf_hashes(6))
    again = Frontier(6, frontier.peaks)
    again.append(leaf_hashes(7)[6])
    assert (again.size, again.root()) == (7, grown(7)[0].root())
    with pytest.raises(ValueError, match="2 peaks, not 1"):
        Frontier(6, frontier.peaks[:1])


def test_client_takes_the_full_tile_when_the_partial_one_is_gone():
    full = grown(70_000)[1]
    at_300 = TileReader(300, lambda tile: full[tile] if tile in full else full[tile.full])
    assert root_at(300, at_300) == grown(300)[0].root()
    assert Edge.read(300, lambda tile: full[tile] if tile in full else full[tile.full]).root() == grown(300)[0].root()


@pytest.mark.parametrize("length", [0, 1, 1407, 1409, 8191, 8193])
def test_half_written_tile_is_named(length):
    made = {**grown(300)[1], Tile(0, 1, 44): bytes(length)}
    with pytest.raises(ProofFailed, match=rf"^tile/0/001\.p/44 has {length} bytes, not 1408"):
        root_at(300, TileReader(300, made.__getitem__))
    with pytest.raises(ProofFailed, match=r"^tile/0/001\.p/44 has"):
        Edge.read(300, made.__getitem__)


@pytest.mark.parametrize(("tile", "index"), [(Tile(0, 0), 255), (Tile(0, 1, 44), 299), (Tile(1, 0, 1), 299)])
def test_flipped_bit_in_a_tile_leaves_no_proof_that_passes_through_it(tile, index):
    edge, made = grown(300)
    data = made[tile]
    read = TileReader(300, {**made, tile: data[:-1] + bytes([data[-1] ^ 1])}.__getitem__)
    path, leaf = inclusion_path(index, 300, read), read(0, index)
    assert not verify_inclusion(path, index, 300, leaf, edge.root())
    path, leaf = inclusion_path(index, 300, reader(300)), reader(300)(0, index)
    assert verify_inclusion(path, index, 300, leaf, edge.root())


def test_reader_has_no_tile_beyond_the_tree():
    with pytest.raises(ValueError, match="no tile 1 at level 0"):
        reader(5)(0, 256)


def test_edge_with_partial_tiles_of_another_size_is_refused():
    with pytest.raises(ProofFailed, match="partial tile of level 0 of a tree of 300 leaves"):
        Edge(300, {0: bytes(43 * 32), 1: bytes(32)})
    with pytest.raises(ValueError, match="32 bytes"):
        Edge().grow([b"short"])


def test_bundle_holds_entries_up_to_65535_bytes_and_cuts_none():
    longest = b"\xe0" * 65_535
    assert read_bundle(write_bundle([longest, b""]), 2) == [longest, b""]
    with pytest.raises(InvalidInput) as refusal:
        write_bundle([longest + b"x"])
    assert refusal.value.rule == "entry-too-long"


def test_full_bundle_serves_for_a_partial_one():
    assert read_bundle(write_bundle(entries(256)), 44) == entries(44)


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: data[1:]])
def test_damaged_bundle_is_refused(damage):
    with pytest.raises(InvalidInput):
        read_bundle(damage(write_bundle(entries(44))), 44)


@pytest.mark.parametrize(("held", "width"), [(44, 43), (44, 45), (257, 256), (257, 257)])
def test_bundle_of_another_width_is_refused(held, width):
    with pytest.raises(InvalidInput):
        read_bundle(write_bundle(entries(held)), width)


@pytest.mark.parametrize(("kind", "seed"), [(Kind.ED25519, bytes(31)), (Kind.ECDSA, bytes(32))])
def test_keys_are_made_from_32_bytes(kind, seed):
    with pytest.raises(ValueError, match="32 secret bytes"):
        Signer("hub.example/ledger", kind, seed)


def test_secret_seed_is_not_in_what_is_printed():
    assert "seed" not in repr(Signer("hub.example/ledger", Kind.ED25519, b"\x07" * 32))
