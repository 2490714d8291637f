"""`mitra init`: one node a home, a name that the ledger can carry, a disk that keeps its word."""

import os
import subprocess
import sys

import pytest

from mitra.cli.node import refuse_network_file_system
from mitra.config.home import home as chosen_home
from mitra.config.node import find_node
from mitra.core.errors import InvalidInput

ONE_LINE = 1


def test_init_says_who_may_sign_in(no_node, ask):
    (said,) = ask("init", "--preset", "asean", "--name", "hub.example")

    (person,) = said.pop("people")
    assert said == {"url": None, "home": str(no_node), "credentials": []}
    assert len(person.pop("password")) >= 12
    assert person == {"email": "administrator@hub.example", "organisation": "centre", "role": "administrator"}
    assert find_node(no_node).name == "hub.example"
    assert len(ask("org", "list")) == 12


def test_init_says_the_same_to_a_person(no_node, mitra):
    said = mitra("init")

    assert (said.code, said.err) == (0, "")
    assert str(no_node) in said.out
    assert "administrator@hub.example" in said.out
    assert said.out.splitlines()[-1] == "Next: mitra serve"


def test_home_stands_before_the_environment(no_node, mitra, tmp_path, monkeypatch):
    other = tmp_path / "other" / "deeper"
    assert mitra("init", "--home", other, "--json").values[0]["home"] == str(other)
    assert find_node(other) is not None
    assert not no_node.exists()
    assert (other.stat().st_mode & 0o777) == 0o700
    assert chosen_home() == other
    monkeypatch.setenv("MITRA_HOME", os.environ["MITRA_HOME"])


def test_what_a_node_keeps_is_for_its_own_account_even_in_a_folder_that_was_there(no_node, tmp_path):
    no_node.mkdir(mode=0o755)
    where = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "mitra", "init", "--home", str(no_node)]
    subprocess.run(command, env=where, cwd=tmp_path, check=True, capture_output=True)
    kept = {path.name: path.stat().st_mode & 0o077 for path in no_node.rglob("*")}
    assert kept["mitra.sqlite3"] == 0
    assert {name for name, open_to_others in kept.items() if open_to_others} == set()


def test_a_second_init_changes_nothing(home, mitra):
    before = (home / "node.toml").read_bytes()
    said = mitra("init", "--name", "other.example")

    assert (said.code, said.out) == (1, "")
    assert said.err == f"mitra: There is a node in {home} already; give --home another folder.\n"
    assert (home / "node.toml").read_bytes() == before


@pytest.mark.parametrize("name", ["hub example", "hub+example", "", "hub\texample", 'hub"example', "hub\\example"])
def test_a_name_that_the_ledger_cannot_carry_is_refused(no_node, mitra, name):
    said = mitra("init", "--name", name)

    assert (said.code, said.out) == (1, "")
    assert len(said.err.splitlines()) == ONE_LINE
    assert "without spaces" in said.err
    assert not no_node.exists()


def test_an_unknown_preset_is_refused(no_node, mitra):
    said = mitra("init", "--preset", "mars")

    assert (said.code, said.out) == (1, "")
    assert said.err == "mitra: There is no preset 'mars': choose asean.\n"
    assert find_node(no_node) is None


@pytest.mark.parametrize(
    ("mounts", "is_refused"),
    [
        ("/dev/sda1 / ext4 rw 0 0\n", False),
        ("/dev/sda1 / ext4 rw 0 0\nserver:/export {} nfs4 rw 0 0\n", True),
        ("server:/export / nfs rw 0 0\n", True),
        ("server:/export / nfs rw 0 0\n/dev/sdb1 {} xfs rw 0 0\n", False),
        ("/dev/sda1 / ext4 rw 0 0\nserver:/export {}other cifs rw 0 0\n", False),
        ("host {} fuse.sshfs rw 0 0\n", True),
        ("", False),
    ],
)
def test_a_network_file_system_is_refused(tmp_path, mounts, is_refused):
    folder, table = tmp_path / "home", tmp_path / "mounts"
    table.write_text(mounts.format(folder))
    if is_refused:
        with pytest.raises(InvalidInput, match="on a network file system") as refusal:
            refuse_network_file_system(folder, table)
        assert refusal.value.rule == "network-file-system"
    else:
        refuse_network_file_system(folder, table)


def test_without_a_list_of_mounts_nothing_is_refused(tmp_path):
    refuse_network_file_system(tmp_path, tmp_path / "nothing")


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("share", "-", "--as", "cert-th"),
        ("lookup", "example.com"),
        ("export", "--as", "cert-th"),
        ("org", "list"),
        ("circle", "list"),
        ("token", "list", "--org", "cert-th"),
        ("check",),
    ],
)
def test_without_a_node_every_command_says_how_to_make_one(no_node, mitra, words):
    said = mitra(*words)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"mitra: There is no node in {no_node}: run `mitra init` first, or set MITRA_HOME.\n"


@pytest.mark.parametrize("words", [("share", "-"), ("export",), ("nothing",), ("lookup", "--nothing")])
def test_a_command_line_that_is_wrong_is_exit_code_2(no_node, mitra, words):
    assert mitra(*words).code == 2
