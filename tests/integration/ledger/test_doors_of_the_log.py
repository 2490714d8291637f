"""The log's doors (C2SP tlog-tiles), for anybody: exactly the published tiles, byte for byte, and nothing else."""

import pytest
from django.test import Client

from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.commitment import entry
from mitra.core.ledger.note import read_note, verify_note
from mitra.core.ledger.policy import read_policy
from mitra.core.ledger.tiles import ENTRIES, Tile, TileReader, bundles_of, read_bundle, tile_path, tiles_of
from mitra.core.ledger.tree import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from mitra.ledger.keys import rotate
from mitra.ledger.models import Act


class Follower:
    """A stranger's client: knows the log's key, asks the doors, checks everything."""

    def __init__(self):
        self.client = Client()
        self.policy = read_policy(self.get("/ledger/policy"))

    def get(self, path, status=200):
        response = self.client.get(path)
        assert response.status_code == status, path
        return response.content

    def checkpoint(self):
        note = read_note(self.get("/ledger/checkpoint"))
        found = read_checkpoint(note.text)
        assert verify_note(note, self.policy.logs_of(found.origin))
        return found

    def tile(self, tile):
        return self.get(f"/ledger/{tile_path(tile)}")


def test_a_stranger_follows_the_log_by_its_doors_alone(log):
    log.grow(200)
    follower = Follower()
    before = follower.checkpoint()
    log.grow(350, 1)
    after = follower.checkpoint()
    hashes = TileReader(after.size, follower.tile)
    assert root_at(after.size, hashes) == after.root
    path = consistency_path(before.size, after.size, hashes)
    assert verify_consistency(path, before.size, after.size, before.root, after.root)
    for bundle in bundles_of(after.size):
        for at, one in enumerate(read_bundle(follower.tile(bundle), bundle.width)):
            index = bundle.index * 256 + at
            path = inclusion_path(index, after.size, hashes)
            assert verify_inclusion(path, index, after.size, leaf_hash(one), after.root)
    acts = [entry(bytes(act.commitment), act.t) for act in Act.objects.order_by("leaf")]
    assert read_bundle(follower.tile(Tile(ENTRIES, 2, 39)), 39) == acts[512:]


def test_every_tile_of_the_last_sizes_is_served_whole(log):
    sizes = [1, 2, 255, 256, 257, 300]
    log.grow(*(b - a for a, b in zip([0, *sizes], sizes, strict=False)))
    follower = Follower()
    for size in sizes:
        for tile in (*tiles_of(size), *bundles_of(size)):
            assert len(follower.tile(tile)) > 0
            if tile.level >= 0:
                assert len(follower.tile(tile)) == 32 * tile.width


def test_a_width_whose_own_file_is_gone_is_served_from_a_wider_one(log):
    log.grow(7)
    tile, bundle = Tile(0, 0, 7), Tile(ENTRIES, 0, 7)
    before = log.files.path(tile).read_bytes(), log.files.path(bundle).read_bytes()
    log.grow(*[1] * 12)
    assert not log.files.path(tile).exists()
    follower = Follower()
    assert (follower.tile(tile), follower.tile(bundle)) == before
    log.grow(300)
    assert (follower.tile(tile), follower.tile(bundle)) == before


NOT_PUBLISHED = [
    "tile/0/000",
    "tile/0/000.p/8",
    "tile/0/000.p/10",
    "tile/1/000.p/1",
    "tile/0/001.p/1",
    "tile/entries/000",
    "tile/entries/000.p/8",
    "tile/5/000.p/1",
]
MALFORMED = [
    "tile/0/000.p/0",
    "tile/0/000.p/09",
    "tile/0/000.p/256",
    "tile/0/000.p/9/",
    "tile/0/0",
    "tile/0/0000.p/9",
    "tile/0/x000/000.p/9",
    "tile/0/000/000.p/9",
    "tile/00/000.p/9",
    "tile/64/000.p/9",
    "tile/-1/000.p/9",
    "tile/Entries/000.p/9",
    "tile/0/000.p/9%20",
    "tile/0/%6f00.p/9",
    "tile/../checkpoint",
    "tile/",
    "checkpoint/",
]


@pytest.mark.parametrize("path", [*NOT_PUBLISHED, *MALFORMED])
def test_what_is_no_tile_of_a_published_size_is_not_there(log, path):
    log.grow(9)
    Follower().get(f"/ledger/{path}", status=404)


def test_what_is_written_and_not_signed_is_not_served(log):
    log.grow(9)
    source = log.files.path(Tile(0, 0, 9)).read_bytes()
    log.files.path(Tile(0, 0, 10)).write_bytes(source + b"\x01" * 32)
    log.files.path(Tile(0, 0)).write_bytes(source.ljust(8192, b"\x01"))
    follower = Follower()
    follower.get("/ledger/tile/0/000.p/10", status=404)
    follower.get("/ledger/tile/0/000", status=404)


def test_before_the_first_checkpoint_there_is_none(log):
    Follower().get("/ledger/checkpoint", status=404)


@pytest.mark.parametrize("path", ["checkpoint", "tile/0/000.p/9", "tile/entries/000.p/9", "policy"])
def test_doors_are_cacheable_and_only_read(log, path):
    log.grow(9)
    client = Client()
    first = client.get(f"/ledger/{path}")
    kind = "application/octet-stream" if path.startswith("tile") else "text/plain; charset=utf-8"
    kept = "public, max-age=31536000, immutable" if path.startswith("tile") else "public, max-age=5"
    assert (first["Content-Type"], first["Cache-Control"], int(first["Content-Length"])) == (
        kind,
        kept,
        len(first.content),
    )
    again = client.get(f"/ledger/{path}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(f"/ledger/{path}")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", first["ETag"])
    assert head["Content-Length"] == first["Content-Length"]
    for method in ("post", "put", "delete", "patch", "options"):
        assert getattr(client, method)(f"/ledger/{path}").status_code == 405
    assert not first.cookies


def test_the_policy_names_every_key_the_newest_first(log):
    old = read_policy(Client().get("/ledger/policy").content).logs[0].key
    new = rotate("log", now=log.now).key
    assert [each.key for each in read_policy(Client().get("/ledger/policy").content).logs] == [new, old]
