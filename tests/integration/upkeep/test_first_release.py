"""A node of the first release upgrades by being started: it answers as before, and every act of it is provable.

`tests/first_release` holds one as its SQLite dumped it, with what it answered to four members over TAXII and by
`mitra lookup`: versions, twins, a circle's records, an embargo, a withdrawal, a tightened share, a held one.
"""

import json
import sqlite3
import time
from datetime import UTC, datetime

import pytest
import requests

from exchange_node import TAXII
from mitra.upkeep.archive import Backup, Writing
from node_process import ROOT, Node

FOLDER = ROOT / "tests/first_release"
KEPT = json.loads((FOLDER / "answers.json").read_text(encoding="utf-8"))


def make_home(home):
    (home / "keys").mkdir(parents=True, mode=0o700)
    for name, key in KEPT["keys"].items():
        (home / "keys" / name).write_bytes(bytes.fromhex(key))
    (home / "node.toml").write_text(KEPT["node"], encoding="utf-8")
    with sqlite3.connect(home / "mitra.sqlite3") as database:
        database.executescript((FOLDER / "node.sql").read_text(encoding="utf-8"))
        database.execute("PRAGMA journal_mode = WAL")
    database.close()


@pytest.fixture
def old(tmp_path):
    """A node as the first release left it."""
    node = Node(tmp_path / "old")
    make_home(node.home)
    return node


def asked(node, url, slug):
    """What a member's machine reads, and what a look-up says to it."""
    headers = {"Authorization": f"Bearer {node.token(slug)}", "Accept": TAXII}
    root = f"{url}/taxii2/mitra/collections/all"
    found = {
        what: requests.get(f"{root}/{what}/", headers=headers, timeout=30).json() for what in ("manifest", "objects")
    }
    found["lookup"] = node.ask("lookup", *KEPT["values"], "--as", slug)
    return found


def all_answers(node, url):
    return {slug: asked(node, url, slug) for slug in KEPT["answers"]}


def test_it_is_upgraded_by_being_served(old):
    with old.served() as url:
        assert all_answers(old, url) == KEPT["answers"]
        wait_until_ready(url)
    (report,) = old.ask("check")
    assert report["faults"] == []
    assert {what: report["checked"][what] for what in ("records", "shares")} == {"records": 20, "shares": 22}
    assert report["checked"]["log entries"] >= 31, "acts of the first release are in the log too"


def test_its_acts_prove_themselves_and_no_record(old):
    (organisation,) = list(KEPT["answers"])[:1]
    with old.served() as url:
        wait_until_ready(url)
        (first, *_) = all_answers(old, url)[organisation]["objects"]["objects"]
    (old.home.parent / "record.json").write_text(json.dumps(first))
    said = old.run("verify", old.home.parent / "record.json", "--as", organisation)
    assert (said.returncode, "refuted" in said.stdout) == (2, False), said.stdout


def wait_until_ready(url):
    """Wait until the worker runs, and a checkpoint covers everything that there is."""
    deadline = time.monotonic() + 60
    while (answer := requests.get(f"{url}/readyz", timeout=30)).status_code != 200:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


def test_a_backup_of_it_is_restored_by_a_newer_version(old, tmp_path):
    with sqlite3.connect(old.home / "mitra.sqlite3") as database:
        migrations = dict(database.execute("SELECT app, name FROM django_migrations ORDER BY id"))
        seq, leaf = database.execute("SELECT seq, leaf FROM ledger_counter").fetchone()
    database.close()
    facts = Backup("hub.example", datetime(2026, 11, 26, tzinfo=UTC), "0.0.1", "sqlite", seq, leaf, migrations)
    with (tmp_path / "old.mitra").open("wb") as file:
        writing = Writing(file, facts)
        for path in sorted(path for path in old.home.rglob("*") if path.is_file()):
            writing.add(path.relative_to(old.home).as_posix(), path.read_bytes())
        writing.close()
    new = Node(tmp_path / "new")
    new.ask("restore", tmp_path / "old.mitra")
    (report,) = new.ask("check")
    assert (report["faults"], report["checked"]["shares"]) == ([], seq)
    with new.served() as url:
        assert all_answers(new, url) == KEPT["answers"]
