"""Files: read through the row that holds them and no other way, erased by their key, found when they were touched."""

import hashlib
import os
import random
import resource
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from board.facts import NOTICE, Notice
from board.models import Notice as Row
from mitra.core.errors import InvalidInput, NotFound, ProofFailed, TooLarge
from mitra.core.policy.facts import Audience, Standing, Tlp, Viewer
from mitra.store.files import keeping
from mitra.store.files.keeping import Sender, attach, erase, examine, files_of, keep, read, sweep
from mitra.store.files.models import File
from mitra.store.files.sealing import sealed_size
from mitra.store.things.releasing import Author, Hand, release

NOW = datetime(2026, 11, 26, 3, tzinfo=UTC)
TH = Author(1, "identity--11111111-1111-4111-8111-111111111111")
SENDER = Sender(1, 0, "ບົດລາຍງານ ๒๕๖๙.pdf", "application/pdf")
PDF = b"%PDF-1.7\n" + "ຄວາມລັບ".encode() * 400_000

pytestmark = pytest.mark.usefixtures("empty_store")


@pytest.fixture(autouse=True)
def no_files():
    yield
    for path in keeping.folder().glob("*/*"):
        path.unlink()


def pieces(plain, size=100_000):
    return (plain[at : at + size] for at in range(0, len(plain), size))


def member(organisation, *circles):
    return Viewer(
        organisation,
        Standing.ACCREDITED,
        in_community=True,
        standing_circles=frozenset(circles),
        rooms=frozenset({"board"}),
    )


def held_by_a_notice(kept, audience=None):
    hand = Hand(TH, NOW, lambda _written, stix_id: attach([kept.id], stix_id, by=1))
    made = release(NOTICE, Notice("ຫົວຂໍ້", "x"), audience or Audience(Tlp.AMBER, frozenset({7}), room="board"), hand)
    return Row.objects.visible_to(member(1), now=NOW).get(stix_id=made.stix_id)


def whole(row, file_id, **where):
    return b"".join(read(row, file_id, **where)[1])


def test_what_is_kept_comes_back_and_its_row_says_what_it_is():
    kept = keep(pieces(PDF), SENDER, now=NOW)
    assert (kept.size_bytes, kept.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert (kept.media_type, kept.name) == ("application/pdf", "ບົດລາຍງານ ๒๕๖๙.pdf")
    row = held_by_a_notice(kept)
    assert whole(row, kept.id) == PDF
    assert whole(row, kept.id, start=1_500_000, end=3_000_001) == PDF[1_500_000:3_000_001]
    assert files_of(row) == (kept,)
    assert list(examine()) == []


def test_nothing_of_it_lies_in_clear_on_the_disk():
    keep(pieces(PDF), SENDER, now=NOW)
    (path,) = keeping.folder().glob("*/*")
    assert "ຄວາມລັບ".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0 or path.parent.stat().st_mode & 0o077 == 0


def test_a_file_is_read_through_the_thing_that_holds_it_and_through_no_other():
    kept, other = keep(pieces(PDF), SENDER, now=NOW), keep([b"plain words"], Sender(1, 0, "a.txt"), now=NOW)
    row, elsewhere = held_by_a_notice(kept), held_by_a_notice(other)
    assert whole(row, kept.id)[:4] == b"%PDF"
    for wrong in (other.id, "0" * 32, "../../node.toml", ""):
        with pytest.raises(NotFound):
            read(row, wrong)
    assert Row.objects.visible_to(member(3), now=NOW).count() == 0
    assert whole(elsewhere, other.id) == b"plain words"


def test_a_file_is_held_by_a_thing_of_its_owner_once_and_by_no_other():
    kept = keep([b"words"], Sender(1, 0, "a.txt"), now=NOW)
    with pytest.raises(NotFound):
        attach([kept.id], "x-mitra-board-notice--theirs", by=2)
    attach([kept.id], "x-mitra-board-notice--mine", by=1)
    attach([kept.id], "x-mitra-board-notice--mine", by=1)
    with pytest.raises(NotFound):
        attach([kept.id], "x-mitra-board-notice--another", by=1)


def test_a_release_whose_file_is_gone_is_not_made():
    kept = keep([b"words"], Sender(1, 0, "a.txt"), now=NOW)
    erase(kept.id, by=1, now=NOW)
    with pytest.raises(NotFound):
        held_by_a_notice(kept)
    assert Row.objects.unrestricted(purpose="the test looks").count() == 0


@pytest.mark.parametrize(
    ("sender", "plain", "rule"),
    [
        (Sender(1, 0, "a\u202egnp.exe"), b"x", "name-invisible"),
        (Sender(1, 0, "a.png", "image/png"), b"MZ\x90\x00", "other-type"),
        (Sender(1, 0, "a.txt"), b"", "empty"),
        (Sender(1, 0, "a.zip"), b"PK\x03\x04 and no more", "archive"),
    ],
)
def test_what_will_not_do_is_refused_and_leaves_nothing(sender, plain, rule):
    with pytest.raises(InvalidInput) as refusal:
        keep([plain] if plain else [], sender, now=NOW)
    assert refusal.value.rule == rule
    assert File.objects.count() == 0
    assert list(keeping.folder().glob("*/*")) == []


def test_what_is_too_long_is_stopped_on_its_way():
    coming = (b"x" * 1_000_000 for _ in range(1_000_000))
    with pytest.raises(TooLarge):
        keep(coming, Sender(1, 0, "a.txt"), now=NOW, longest=3_000_000)
    assert list(keeping.folder().glob("*/*")) == []


def test_what_one_organisation_keeps_has_an_end(monkeypatch):
    monkeypatch.setattr(keeping, "MOST_OF_ONE", 100)
    keep([b"x" * 60], Sender(1, 0, "a.txt"), now=NOW)
    keep([b"x" * 60], Sender(2, 0, "a.txt"), now=NOW)
    with pytest.raises(TooLarge):
        keep([b"x" * 60], Sender(1, 0, "b.txt"), now=NOW)


def test_what_one_organisation_keeps_is_counted_again_when_a_file_is_whole(monkeypatch):
    monkeypatch.setattr(keeping, "MOST_OF_ONE", 8_000)

    def coming():
        yield b"x" * 5_000
        keep([b"y" * 5_000], Sender(1, 0, "another, meanwhile.txt"), now=NOW)

    with pytest.raises(TooLarge):
        keep(coming(), Sender(1, 0, "a.txt"), now=NOW)
    (row,) = File.objects.all()
    assert [path.name for path in keeping.folder().glob("*/*")] == [row.pk]


@contextmanager
def files_no_longer_than(size):
    before, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (before, most))


def test_a_disk_that_takes_all_but_the_last_bytes_has_kept_nothing():
    refused = []
    with files_no_longer_than(sealed_size(len(PDF)) - 100):
        try:
            keep(pieces(PDF), SENDER, now=NOW)
        except OSError as error:
            refused.append(error)
    assert len(refused) == 1
    assert File.objects.count() == 0
    assert list(keeping.folder().glob("*/*")) == []


def test_erasure_takes_the_key_at_once_and_then_the_bytes():
    kept = keep(pieces(PDF), SENDER, now=NOW)
    row = held_by_a_notice(kept)
    with pytest.raises(NotFound):
        erase(kept.id, by=2, now=NOW)
    erase(kept.id, by=1, now=NOW)
    found = File.objects.get()
    assert (found.key, found.name, found.sha256, found.erased_at) == (None, "", "", NOW)
    assert not keeping.path_of(kept.id).exists()
    assert files_of(row) == ()
    with pytest.raises(NotFound):
        read(row, kept.id)
    assert list(examine()) == []


def test_an_erasure_that_is_rolled_back_has_lost_nothing():
    kept = keep(pieces(PDF), SENDER, now=NOW)
    row = held_by_a_notice(kept)
    with transaction.atomic():
        erase(kept.id, by=1, now=NOW)
        transaction.set_rollback(True)
    assert whole(row, kept.id) == PDF


def test_what_is_erased_while_somebody_opens_it_is_not_there_rather_than_broken():
    kept = keep(pieces(PDF), SENDER, now=NOW)
    row = held_by_a_notice(kept)
    _, coming = read(row, kept.id)
    erase(kept.id, by=1, now=NOW)
    with pytest.raises(NotFound):
        next(coming)


@pytest.mark.parametrize("how", ["flipped", "cut", "gone", "exchanged"])
def test_what_was_touched_is_found_by_whoever_reads_and_by_examination(how):
    kept, other = keep(pieces(PDF), SENDER, now=NOW), keep(pieces(PDF), SENDER, now=NOW)
    row, path = held_by_a_notice(kept), keeping.path_of(kept.id)
    sealed = bytearray(path.read_bytes())
    sealed[random.Random(3).randrange(len(sealed))] ^= 1
    if how == "gone":
        path.unlink()
    else:
        touched = {"flipped": bytes(sealed), "cut": bytes(sealed[:-1])}
        path.write_bytes(touched.get(how) or keeping.path_of(other.id).read_bytes())
    assert len([sentence for sentence in examine() if kept.id in sentence]) == 1
    with pytest.raises(ProofFailed):
        whole(row, kept.id)


def test_what_nothing_holds_is_swept_away_after_a_day_and_nothing_else():
    free, kept = keep([b"free"], Sender(1, 0, "a.txt"), now=NOW), keep([b"kept"], Sender(1, 0, "b.txt"), now=NOW)
    row = held_by_a_notice(kept)
    stray = keeping.folder() / "ab" / ("ab" * 16)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"bytes of a process that died")
    assert sweep(now=NOW + timedelta(hours=23)) == 0
    for path in keeping.folder().glob("*/*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    sweep(now=NOW + timedelta(hours=25))
    assert not stray.exists()
    assert not keeping.path_of(free.id).exists()
    assert whole(row, kept.id) == b"kept"


def test_a_file_that_a_thing_comes_to_hold_during_a_sweep_stays():
    kept = keep([b"kept"], Sender(1, 0, "a.txt"), now=NOW)
    rows = []

    def hold_it_first(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and not rows:
            rows.append(None)
            rows[0] = held_by_a_notice(kept)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(hold_it_first):
        sweep(now=NOW + timedelta(hours=25))
    assert whole(rows[0], kept.id) == b"kept"


def test_a_sweep_that_is_rolled_back_has_lost_nothing():
    kept = keep([b"kept"], Sender(1, 0, "a.txt"), now=NOW)
    os.utime(keeping.path_of(kept.id), (NOW.timestamp(), NOW.timestamp()))
    with transaction.atomic():
        assert sweep(now=NOW + timedelta(hours=25)) == 1
        transaction.set_rollback(True)
    assert whole(held_by_a_notice(kept), kept.id) == b"kept"
