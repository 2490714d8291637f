"""The sequencer: what is decided is published once, in order, and nothing that must not be is ever signed."""

from datetime import timedelta
from hashlib import sha256

import pytest

from ledger_world import ORIGIN, START
from mitra.core.errors import ProofFailed
from mitra.core.ledger.commitment import entry
from mitra.core.ledger.keys import Signer
from mitra.core.ledger.note import read_note, verify_note
from mitra.core.ledger.tiles import ENTRIES, Tile, bundles_of, read_bundle, tile_path, tiles_of
from mitra.core.ledger.tree import leaf_hash, root_of
from mitra.ledger.files import LogFiles
from mitra.ledger.keys import log_keys, origin, rotate
from mitra.ledger.models import Act, Checkpoint, Log
from mitra.ledger.queries import get_place, health
from mitra.ledger.sequencer import Sequencer


def entries_of_acts():
    return [entry(bytes(act.commitment), act.t) for act in Act.objects.order_by("leaf")]


def test_what_is_decided_is_published_and_signed_by_the_log(log):
    log.grow(3)
    entries = entries_of_acts()
    found = log.checkpoint
    assert (found.origin, found.size, found.root) == (ORIGIN, 3, root_of(map(leaf_hash, entries)))
    assert [each.key for each in verify_note(read_note(log.files.checkpoint()), log_keys())] == list(log_keys())
    assert read_bundle(log.files.read(Tile(ENTRIES, 0, 3)), 3) == entries


def test_an_empty_log_has_a_checkpoint_too(log):
    assert log.publish()
    assert (log.checkpoint.size, log.checkpoint.root) == (0, sha256(b"").digest())


def test_nothing_new_signs_nothing(log):
    log.grow(2)
    before = log.files.checkpoint()
    assert not any(log.publish(after=600) for _ in range(3))
    assert log.files.checkpoint() == before


def test_acts_in_a_row_wait_for_one_checkpoint(log):
    log.grow(1)
    log.decide()
    assert not log.publish(after=1)
    log.decide()
    assert log.publish(after=1)
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == [1, 3]


def test_a_clock_that_goes_back_does_not_stop_publishing(log):
    log.grow(1)
    log.decide()
    assert log.publish(after=-3600)


def test_the_files_are_those_of_the_size(log):
    log.grow(1, 254, 1, 1, 300, 200)
    size = log.checkpoint.size
    expected = {tile_path(tile) for tile in (*tiles_of(size), *bundles_of(size))}
    there = {str(path.relative_to(log.home / "ledger")) for path in (log.home / "ledger").rglob("*") if path.is_file()}
    assert expected <= there
    assert log.checkpoint.root == root_of(map(leaf_hash, entries_of_acts()))


def test_sizes_around_the_edges_of_tiles_have_their_files_and_root_and_little_else(log):
    """LOG1, LOG22: of each size exactly the tiles of the formula, and on the disk hardly more than the log itself."""
    for size in (255, 256, 257, 65_535, 65_536, 65_537, 70_000):
        log.fill(size)
        while log.publish():
            pass
        assert (log.checkpoint.size, log.stopped) == (size, "")
        for tile in (*tiles_of(size), *bundles_of(size)):
            assert log.files.path(tile).exists(), tile_path(tile)
    entries = entries_of_acts()
    assert log.checkpoint.root == root_of(map(leaf_hash, entries))
    used = sum(path.stat().st_size for path in (log.home / "ledger").rglob("*") if path.is_file())
    assert used <= 1.3 * (sum(map(len, entries)) + 32 * 1.01 * len(entries))


def test_only_the_last_ten_sizes_keep_narrow_files(log):
    log.grow(*[1] * 30)
    widths = sorted(int(path.name) for path in (log.home / "ledger/tile/0/000.p").iterdir())
    assert widths == list(range(21, 31))


def test_a_day_old_size_is_forgotten_but_never_the_last_ten(log):
    log.grow(*[1] * 12)
    log.now += timedelta(days=3)
    log.grow(1)
    assert list(Checkpoint.objects.order_by("size").values_list("size", flat=True)) == list(range(4, 14))


# ── What must stop it


def test_a_tile_with_other_bytes_stops_the_log_and_stays_as_it_is(log):
    log.grow(10)
    signed = log.files.checkpoint()
    stray = log.files.path(Tile(0, 0, 11))
    stray.write_bytes(b"\x01" * 32 * 11)
    log.decide()
    assert not log.publish()
    assert log.stopped == "tile/0/000.p/11 is here with other bytes: run `mitra check`, and mend it from a backup."
    assert (stray.read_bytes(), log.files.checkpoint()) == (b"\x01" * 32 * 11, signed)
    stray.unlink()
    assert not log.publish(), "a stop stands until a new process looks"
    log.restart()
    assert log.publish()
    assert (log.stopped, log.checkpoint.size) == ("", 11)


def test_a_half_written_tile_is_completed(log):
    log.grow(10)
    log.decide()
    whole = log.files.read(Tile(0, 0, 10))
    log.files.path(Tile(0, 0, 11)).write_bytes(whole[:100])
    assert log.publish()
    assert len(log.files.read(Tile(0, 0, 11))) == 11 * 32


@pytest.mark.parametrize("tile", [Tile(0, 1, 10), Tile(ENTRIES, 1, 10), Tile(1, 0, 1)])
def test_a_flipped_bit_at_the_edge_stops_the_log_before_it_signs(log, tile):
    log.grow(266)
    path = log.files.path(tile)
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(data)
    log.decide()
    assert not log.publish()
    assert "run `mitra check`" in log.stopped
    assert log.checkpoint.size == 266


def test_a_gap_in_the_acts_stops_the_log(log):
    log.grow(2)
    log.decide(3)
    Act.objects.filter(leaf=3).update(leaf=300)
    assert not log.publish()
    assert log.stopped == "Of the acts from leaf 0 to 5 some are missing: run `mitra check`."


def test_an_older_database_signs_nothing(log):
    log.grow(5)
    older = Log.objects.values().get()
    log.grow(3)
    Log.objects.filter(pk=1).update(**older)
    Checkpoint.objects.filter(size=8).delete()
    log.restart()
    log.decide()
    assert not log.publish()
    assert log.stopped == (
        "The ledger is behind its own checkpoint: 8 entries were signed, this database published 5. "
        "Restore a newer backup, or ledger/ and the database of one moment."
    )
    assert log.checkpoint.size == 8


def test_a_database_before_its_first_checkpoint_is_older_too(log):
    log.grow(5)
    Checkpoint.objects.all().delete()
    Log.objects.all().delete()
    log.restart()
    assert not log.publish()
    assert "behind its own checkpoint: 5 entries were signed, this database published 0" in log.stopped


def test_another_history_of_the_same_size_signs_nothing(log):
    log.grow(5)
    theirs = log.files.checkpoint()
    log.sequencer.give_up()
    for path in sorted((log.home / "ledger").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    Act.objects.filter(leaf=4).update(commitment=b"\x07" * 32)
    Checkpoint.objects.all().delete()
    Log.objects.all().delete()
    log.sequencer = Sequencer(log.home)
    log.publish()
    log.files.write_checkpoint(theirs)
    log.restart()
    log.decide()
    assert not log.publish()
    assert log.stopped == "The checkpoint in ledger/ has another root at 5 entries: two histories were signed."


def test_the_folder_of_another_node_is_refused(log, settings):
    log.grow(1)
    settings.MITRA_NODE = type(settings.MITRA_NODE)("other.example", START)
    log.restart()
    log.decide()
    assert not log.publish()
    assert log.stopped == (
        "The folder ledger/ is the log of hub.example/ledger, this node's is other.example/ledger: put its own back."
    )


def test_a_lost_key_does_not_become_another_log(log):
    log.grow(1)
    (log.home / "keys/log").write_bytes(b"\x05" * 32)
    log.restart()
    log.decide()
    assert not log.publish()
    assert log.stopped == "No key that is known here signed this note."
    (log.home / "keys/log").unlink()
    log.restart()
    assert not log.publish()
    assert log.stopped == "keys/log is not in this node's home: put it back from a backup."


# ── What a crash leaves


def test_a_checkpoint_that_was_kept_and_not_served_is_served(log):
    log.grow(4)
    older = log.files.checkpoint()
    log.grow(3)
    newest = log.files.checkpoint()
    log.files.write_checkpoint(older)
    log.restart()
    log.publish()
    assert log.files.checkpoint() == newest
    (log.home / "ledger/checkpoint").unlink()
    log.restart()
    log.publish()
    assert log.files.checkpoint() == newest


def test_tiles_of_a_turn_that_was_not_signed_do_no_harm(log):
    log.grow(250)
    log.decide(20)

    class Killed(Exception):
        pass

    class Interrupted(LogFiles):
        def write(self, made):
            super().write(made)
            raise Killed

    files = log.sequencer._files
    log.sequencer._files = Interrupted(files.folder)
    with pytest.raises(Killed):
        log.publish()
    log.restart()
    log.decide(300)
    assert log.publish()
    assert (log.checkpoint.size, log.stopped) == (570, "")
    assert log.checkpoint.root == root_of(map(leaf_hash, entries_of_acts()))
    widths = {str(path.relative_to(log.home)) for path in log.home.glob("ledger/tile/0/*.p/*")}
    assert widths == {"ledger/tile/0/000.p/250", "ledger/tile/0/002.p/58"}


# ── What it says of itself


def test_an_act_is_pending_then_logged_with_its_hour(log):
    log.grow(2)
    (written,) = log.decide()
    waiting = get_place(written.act)
    assert (waiting.is_logged, waiting.leaf, waiting.size, waiting.published_at) == (False, 2, 2, None)
    log.publish()
    there = get_place(written.act)
    assert (there.is_logged, there.published_at, there.checked_at) == (True, log.now, log.now)


def test_health_tells_what_waits_and_why(log):
    log.grow(1)
    assert health(log.now).is_ready
    log.decide(4_096)
    found = health(log.now)
    assert (found.size, found.pending, found.stopped, found.is_ready) == (1, 4_096, "", False)
    log.publish()
    assert health(log.now).is_ready
    log.decide()
    assert not health(log.now + timedelta(minutes=1)).is_ready
    log.files.path(Tile(0, 16, 1)).write_bytes(b"\x00" * 32)
    log.files.path(Tile(0, 16, 2)).write_bytes(b"\x00" * 64)
    log.publish()
    found = health(log.now)
    assert (found.is_ready, found.stopped_at) == (False, log.now)
    assert found.stopped


def test_two_keys_sign_for_thirty_days(log):
    log.grow(1)
    (first,) = log_keys()
    made = rotate("log", now=log.now)
    log.publish()
    both = verify_note(read_note(log.files.checkpoint()), log_keys())
    assert [each.key for each in both] == [made.key, first]
    log.now += timedelta(days=29)
    log.grow(1)
    assert len(verify_note(read_note(log.files.checkpoint()), (first,))) == 1
    log.now += timedelta(days=1)
    log.grow(1)
    with pytest.raises(ProofFailed):
        verify_note(read_note(log.files.checkpoint()), (first,))
    assert log.checkpoint.origin == origin() == ORIGIN


def test_the_two_keys_have_one_name(log):
    first, second = log_keys()[0], rotate("log", now=log.now).key
    assert (first.name, second.name) == (ORIGIN, ORIGIN)
    assert first.key != second.key
    assert isinstance(first.vkey, str)
    assert Signer(ORIGIN, first.kind, (log.home / "keys/log").read_bytes()).key == first
