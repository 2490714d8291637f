"""A backup as a file: what was written comes back; what was cut or changed is refused, and nothing is left."""

import io
import tarfile
from datetime import UTC, datetime
from random import Random

import pytest

from mitra.core.errors import Conflict, InvalidInput
from mitra.upkeep.archive import DIGESTS, FACTS, Backup, Writing, read_facts, unpack
from mitra.upkeep.restoring import unpacked_home

FACTS_OF_IT = Backup(
    name="hub.example",
    made_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    version="0.1.0",
    database="sqlite",
    seq=7,
    leaf=9,
    migrations={"store": "0003_handed"},
)
MEMBERS = {
    "node.toml": 'name = "ศูนย์.example"\n'.encode(),
    "keys/web": bytes(range(32)),
    "mitra.sqlite3": Random(1).randbytes(3_000),
    "ledger/tile/0/000.p/9": Random(2).randbytes(9 * 32),
}


@pytest.fixture
def backup(tmp_path):
    return written(tmp_path / "hub.mitra", MEMBERS)


def written(path, members, facts=FACTS_OF_IT):
    with path.open("wb") as file:
        writing = Writing(file, facts)
        for name, data in members.items():
            writing.add(name, data)
        writing.close()
    return path


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restored(backup, home):
    """Restore into a home; return its files, or why it was refused, when nothing at all may be left."""
    before = sorted(home.parent.iterdir())
    try:
        with unpacked_home(backup, home, database="sqlite", told=lambda _name: None):
            pass
    except InvalidInput as refusal:
        assert sorted(home.parent.iterdir()) == before
        return str(refusal)
    found = files_of(home)
    for path in sorted(home.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    home.rmdir()
    return found


def test_what_was_written_comes_back(backup, tmp_path):
    assert read_facts(backup) == FACTS_OF_IT
    assert restored(backup, tmp_path / "home") == MEMBERS


def test_a_file_is_taken_as_long_as_it_was(tmp_path):
    (tmp_path / "lines").write_bytes(b"whole\n")
    with (tmp_path / "b").open("wb") as out, (tmp_path / "lines").open("rb") as lines:
        writing = Writing(out, FACTS_OF_IT)
        writing.add_file("handed/lines", lines)
        with (tmp_path / "lines").open("ab") as more:
            more.write(b"later\n")
        writing.close()
    assert list(unpack(tmp_path / "b", tmp_path / "home")) == ["handed/lines"]
    assert files_of(tmp_path / "home") == {"handed/lines": b"whole\n"}


def test_a_file_that_breaks_off_anywhere_is_refused(backup, tmp_path):
    whole = backup.read_bytes()
    said = set()
    for end in range(0, whole.rindex(b'"node.toml"') + 1, 131):
        backup.write_bytes(whole[:end])
        said.add(restored(backup, tmp_path / "home"))
    assert said == {
        f"{backup} is no backup of a Mitra node: give a file that `mitra backup` wrote.",
        f"{backup} cannot be restored: it breaks off. Take an earlier backup.",
        f"{backup} cannot be restored: it breaks off, or something in it was changed. Take an earlier backup.",
    }


def test_a_flipped_bit_is_refused_or_changes_nothing(backup, tmp_path):
    """Between the members lies padding, where a bit says nothing."""
    whole = backup.read_bytes()
    refused = 0
    for at in range(0, len(whole), 37):
        backup.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        found = restored(backup, tmp_path / "home")
        assert found == MEMBERS or found.startswith(str(backup)), at
        refused += found != MEMBERS
    assert refused > 100


def test_a_flipped_bit_in_a_member_names_it(backup, tmp_path):
    data = backup.read_bytes()
    at = data.index(MEMBERS["mitra.sqlite3"]) + 1_000
    backup.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
    sentence = f"{backup} cannot be restored: mitra.sqlite3 is not what was written. Take an earlier backup."
    assert restored(backup, tmp_path / "home") == sentence


def test_facts_that_were_changed_are_refused(backup, tmp_path):
    data = backup.read_bytes()
    backup.write_bytes(data.replace(b'"seq": 7', b'"seq": 3'))
    assert read_facts(backup).seq == 3
    assert restored(backup, tmp_path / "home").startswith(f"{backup} cannot be restored: {FACTS} is not what")


@pytest.mark.parametrize("data", [b"", b"hello", b"{}", bytes(10_240)])
def test_what_is_no_backup_is_refused(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(InvalidInput, match="is no backup of a Mitra node: give a file that `mitra backup` wrote"):
        read_facts(tmp_path / "x")


def test_what_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read: No such file or directory"):
        read_facts(tmp_path / "x")
    with pytest.raises(InvalidInput, match="cannot be read: Is a directory"):
        read_facts(tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "keys/../../outside", "node.toml"])
def test_a_member_that_leaves_the_folder_or_comes_twice_is_refused(tmp_path, name):
    path = written(tmp_path / "b", MEMBERS)
    with tarfile.open(path, "a") as tar:
        info = tarfile.TarInfo(name)
        info.size = 2
        tar.addfile(info, io.BytesIO(b"no"))
    assert restored(path, tmp_path / "home").startswith(f"{path} ")
    assert not (tmp_path / "outside").exists()


def test_a_link_is_refused(tmp_path):
    path = written(tmp_path / "b", MEMBERS)
    with tarfile.open(path, "a") as tar:
        info = tarfile.TarInfo("keys/log")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    assert restored(path, tmp_path / "home").startswith(f"{path} ")


def test_a_home_that_holds_anything_is_not_written_over(backup, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "notes").write_text("ของสำคัญ")
    with (
        pytest.raises(Conflict, match="is not empty"),
        unpacked_home(backup, home, database="sqlite", told=lambda _name: None),
    ):
        pass
    assert files_of(home) == {"notes": "ของสำคัญ".encode()}


def test_an_empty_folder_becomes_the_home(backup, tmp_path):
    (tmp_path / "home").mkdir()
    assert restored(backup, tmp_path / "home") == MEMBERS


def test_another_database_is_refused(tmp_path, backup):
    with (
        pytest.raises(InvalidInput, match="is of a node on sqlite, and this one is set up for postgresql"),
        unpacked_home(backup, tmp_path / "home", database="postgresql", told=lambda _name: None),
    ):
        pass
    assert not (tmp_path / "home").exists()


def test_a_home_whose_database_was_not_filled_is_taken_away(backup, tmp_path):
    def fill():
        with unpacked_home(backup, tmp_path / "home", database="sqlite", told=lambda _name: None):
            assert not (tmp_path / "home" / "node.toml").exists(), "no node before its database is filled"
            raise Conflict("The database has tables already.")

    with pytest.raises(Conflict):
        fill()
    assert sorted(tmp_path.iterdir()) == [backup]


def test_the_digests_are_the_last_thing_in_it(backup):
    with tarfile.open(backup) as tar:
        assert tar.getnames() == [FACTS, *MEMBERS, DIGESTS]
