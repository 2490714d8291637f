"""Delivery memory: what was noted is found, once, whatever was killed in between."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from mitra.store import reactions
from mitra.store.handed.facts import Channel, Holder, Recipient
from mitra.store.handed.folding import fold
from mitra.store.handed.noting import folder_of_notes, note, notes
from mitra.store.handed.queries import who_has
from mitra.store.models import HandedFile, HandedPage

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
TH, LA = Recipient(7, credential=1), Recipient(8, person=4)


@pytest.fixture(autouse=True)
def home(tmp_path, settings):
    settings.MITRA_HOME = tmp_path
    notes.close()
    yield tmp_path
    notes.close()


def test_a_holder_is_told_by_way_with_first_and_last(transactional_db):
    note(range(100, 1_100), to=TH, channel=Channel.TAXII, now=NOW)
    note([5, 150, 90_000], to=TH, channel=Channel.TAXII, now=LATER)
    note([150], to=LA, channel=Channel.PORTAL, now=NOW)
    assert who_has([150]) == [
        Holder(150, 7, None, Channel.TAXII, 2, NOW, LATER),
        Holder(150, 8, 4, Channel.PORTAL, 1, NOW, NOW),
    ]
    assert who_has([5]) == [Holder(5, 7, None, Channel.TAXII, 1, LATER, LATER)]


@pytest.mark.parametrize("seq", [99, 1_100, 6, 151_000, 89_999])
def test_what_lies_between_was_not_handed_out(transactional_db, seq):
    note(range(100, 1_100), to=TH, channel=Channel.TAXII, now=NOW)
    note([5, 150, 90_000], to=TH, channel=Channel.TAXII, now=NOW)
    assert who_has([seq]) == []


def test_nothing_handed_out_notes_nothing(transactional_db):
    note([], to=TH, channel=Channel.TAXII, now=NOW)
    assert list(folder_of_notes().iterdir()) == []


def test_folding_twice_folds_once(transactional_db):
    note([1, 2, 4], to=TH, channel=Channel.EXPORT, now=NOW)
    assert (fold(), fold()) == (1, 0)
    note([9], to=TH, channel=Channel.EXPORT, now=NOW)
    assert (fold(), HandedPage.objects.count()) == (1, 2)


def test_a_line_cut_off_by_a_crash_waits_for_its_end(transactional_db):
    note([1], to=TH, channel=Channel.TAXII, now=NOW)
    (path,) = folder_of_notes().iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:10])
    assert fold() == 1
    path.write_bytes(whole + whole)
    assert fold() == 1


def test_a_file_that_its_process_left_goes_once_it_is_folded(transactional_db):
    note([1], to=TH, channel=Channel.TAXII, now=NOW)
    (path,) = folder_of_notes().iterdir()
    os.utime(path, (0, 0))
    fold()
    assert (list(folder_of_notes().iterdir()), HandedFile.objects.count(), len(who_has([1]))) == ([], 1, 1)
    reactions.forget_handed(now=datetime.now(UTC) + timedelta(days=2))
    assert HandedFile.objects.count() == 0


def test_a_file_that_a_backup_brings_back_is_not_counted_twice(transactional_db):
    note([1], to=TH, channel=Channel.TAXII, now=NOW)
    (path,) = folder_of_notes().iterdir()
    kept = path.read_bytes()
    os.utime(path, (0, 0))
    fold()
    reactions.forget_handed(now=datetime.now(UTC))
    assert not path.exists()
    path.write_bytes(kept)
    assert (fold(), HandedPage.objects.count()) == (0, 1)


def test_a_file_stays_until_what_was_folded_of_it_is_committed(transactional_db):
    note([1], to=TH, channel=Channel.TAXII, now=NOW)
    (path,) = folder_of_notes().iterdir()
    os.utime(path, (0, 0))
    with transaction.atomic():
        fold()
        transaction.set_rollback(True)
    assert (path.exists(), len(who_has([1]))) == (True, 1)
    assert not path.exists()


def test_a_line_that_cannot_be_read_is_told_and_holds_up_no_other(transactional_db, caplog):
    note([1], to=TH, channel=Channel.TAXII, now=NOW)
    (path,) = folder_of_notes().iterdir()
    whole = path.read_bytes()
    broken = (b"\x00\x00\n", b"17\n", whole.replace(b"[", b"{"), whole.replace(b",1,1,1,", b",1,9,1,"))
    path.write_bytes(b"".join(broken) + whole)
    assert [holder.organisation for holder in who_has([1, 9])] == [7]
    assert len([record for record in caplog.records if path.name in record.getMessage()]) == len(broken)


def test_what_a_full_disk_cut_off_hands_out_nothing_and_spoils_no_line(transactional_db, monkeypatch):
    note([1], to=TH, channel=Channel.TAXII, now=NOW)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr("mitra.store.handed.noting.os.write", lambda file, line: write(file, line[:9]))
        with pytest.raises(OSError, match="No space left"):
            note([2], to=TH, channel=Channel.TAXII, now=NOW)
    note([3], to=TH, channel=Channel.TAXII, now=NOW)
    assert [holder.seq for holder in who_has([1, 2, 3])] == [1, 3]


def test_numbers_too_far_apart_for_one_page_are_two(transactional_db):
    far = [1, 2, 2**33, 2**33 + 5]
    note(far, to=TH, channel=Channel.TAXII, now=NOW)
    assert (sorted(holder.seq for holder in who_has([*far, 3])), HandedPage.objects.count()) == (far, 2)


def test_a_process_begins_another_file_after_a_while(transactional_db, monkeypatch):
    note([1], to=TH, channel=Channel.TAXII, now=NOW)
    note([2], to=TH, channel=Channel.TAXII, now=NOW - timedelta(days=1))
    assert len(list(folder_of_notes().iterdir())) == 1
    later = time.monotonic() + 301
    monkeypatch.setattr("mitra.store.handed.noting.time.monotonic", lambda: later)
    note([3], to=TH, channel=Channel.TAXII, now=NOW)
    assert len(list(folder_of_notes().iterdir())) == 2


def test_what_is_older_than_it_is_kept_is_forgotten(transactional_db, monkeypatch):
    monkeypatch.setattr("mitra.store.handed.folding.FORGOTTEN_AT_ONCE", 2)
    for day in range(5):
        note([day + 1], to=TH, channel=Channel.TAXII, now=NOW + timedelta(days=day))
    fold()
    reactions.forget_handed(now=NOW + timedelta(days=403))
    assert sorted(holder.seq for holder in who_has(range(1, 6))) == [4, 5]


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
import django
from django.conf import settings
settings.configure(MITRA_HOME=sys.argv[1], INSTALLED_APPS=[])
from mitra.store.handed.facts import Channel, Recipient
from mitra.store.handed.noting import note
for seq in range(1, 51):
    note([seq], to=Recipient(7), channel=Channel.TAXII, now=datetime(2026, 3, 1, tzinfo=UTC))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_noted_is_there(transactional_db, home):
    ended = subprocess.run([sys.executable, "-c", KILLED, str(home)], check=False)
    assert (ended.returncode, fold(), len(who_has([50]))) == (-9, 50, 1)
