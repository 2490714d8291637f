"""A node in use is backed up, restored elsewhere and goes on: nothing before the backup is missing, old proofs hold."""

import io
import json
import re
import subprocess
import sys
import tarfile
import threading
import time
from hashlib import sha256

import orjson
import pytest
import requests

from exchange_node import TAXII, indicator
from mitra.core.ledger.checkpoint import read_checkpoint
from mitra.core.ledger.note import read_note
from mitra.upkeep.archive import DIGESTS, FACTS, Writing, read_facts

AT_ONCE = 5
PROOF = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import django
django.setup()
from mitra.community import queries as community
from mitra.exchange import queries
from mitra.ledger.queries import count_published
now, viewer = datetime.now(UTC), community.actor_of_operator("cert-th").viewer
record = Path(sys.argv[1]).read_bytes()
from mitra.core.stix.printing import print_record
import orjson
obj = orjson.loads(record)
ref = queries.find_ref_of(viewer, obj["id"], print_record(obj).digest, now=now)
file = queries.get_proof_file(viewer, ref, "shared", now=now)
Path(sys.argv[2]).write_bytes(file.data)
print(file.name)
"""


class Writer(threading.Thread):
    """A member's machine that shares without pause, and remembers what was acknowledged."""

    def __init__(self, url, token):
        super().__init__()
        self.inbox = f"{url}/taxii2/mitra/collections/inbox/objects/"
        self.headers = {"Authorization": f"Bearer {token}", "Accept": TAXII, "Content-Type": TAXII}
        self.sent, self.acknowledged = set(), set()
        self.done = threading.Event()

    def run(self):
        number = 1_000
        with requests.Session() as session:
            while not self.done.is_set():
                objects = [indicator(n) for n in range(number, number + AT_ONCE)]
                number += AT_ONCE
                self.sent |= {one["id"] for one in objects}
                answer = session.post(self.inbox, json={"objects": objects}, headers=self.headers, timeout=60)
                assert (answer.status_code, answer.json()["success_count"]) == (202, AT_ONCE)
                self.acknowledged |= {one["id"] for one in objects}

    def wait_for(self, count):
        deadline = time.monotonic() + 120
        while len(self.acknowledged) < count and self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.acknowledged) >= count


def exported(node):
    done = node.run("export", "--as", "cert-th")
    assert done.returncode == 0, done.stderr
    return {one["id"] for one in json.loads(done.stdout)["objects"] if one["type"] == "indicator"}


def take_proof(node, record, path):
    """Take the proof of a record as its member does once it is published; wait until it is."""
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "mitra.config.settings"}
    command = [sys.executable, "-c", PROOF, str(record), str(path)]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        if done.stdout.strip().endswith(".tlog-proof"):
            return
        time.sleep(0.5)
    raise AssertionError("no checkpoint came")


def size_of(url):
    return read_checkpoint(read_note(requests.get(f"{url}/ledger/checkpoint", timeout=30).content).text).size


def test_a_backup_beside_a_writer_is_restored_and_goes_on(node, new_node, tmp_path):
    record, proof, policy = tmp_path / "one.json", tmp_path / "one.tlog-proof", tmp_path / "policy"
    record.write_text(json.dumps(indicator(1)))
    with node.served() as url:
        writer = Writer(url, node.token("cert-th"))
        node.ask("share", "--as", "cert-th", "--tlp", "green", record)
        take_proof(node, record, proof)
        policy.write_bytes(requests.get(f"{url}/ledger/policy", timeout=30).content)
        writer.start()
        writer.wait_for(4 * AT_ONCE)
        before = set(writer.acknowledged)
        (said,) = node.ask("backup", tmp_path / "hub.mitra")
        after = set(writer.sent)
        assert node.ask("check")[0]["faults"] == [], "what moves on meanwhile is no fault"
        writer.wait_for(len(writer.acknowledged) + AT_ONCE)
        writer.done.set()
        writer.join()
    assert read_facts(tmp_path / "hub.mitra").seq == said["seq"]

    restored = new_node("restored")
    (told,) = restored.ask("restore", tmp_path / "hub.mitra")
    assert {name: told[name] for name in ("seq", "leaf", "made_at")} == {
        name: said[name] for name in ("seq", "leaf", "made_at")
    }
    (report,) = restored.ask("check")
    assert (report["faults"], report["checked"]["shares"]) == ([], said["seq"])
    there = exported(restored) - {indicator(1)["id"]}
    assert before <= there <= after
    assert len(there) + 1 == said["seq"]
    assert len(there) % AT_ONCE == 0, "a POST is in it whole or not at all"

    verified = restored.run("verify", proof, record, "--policy", policy)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    new = tmp_path / "new.json"
    new.write_text(json.dumps(indicator(2)))
    with restored.served() as url:
        size = size_of(url) if (restored.home / "ledger/checkpoint").exists() else 0
        restored.ask("share", "--as", "cert-th", "--tlp", "green", new)
        take_proof(restored, new, tmp_path / "new.tlog-proof")
        assert size_of(url) > size
        feed = requests.get(
            f"{url}/taxii2/mitra/collections/all/objects/?limit=10", headers=writer.headers, timeout=30
        ).json()
        assert indicator(1)["id"] in {one["id"] for one in feed["objects"]}, "old tokens open the restored node"
    for pair in ((tmp_path / "new.tlog-proof", new), (proof, record)):
        verified = restored.run("verify", *pair, "--policy", policy)
        assert verified.returncode == 0, verified.stdout + verified.stderr
    (report,) = restored.ask("check")
    assert (report["faults"], report["checked"]["shares"]) == ([], said["seq"] + 1)


def refused(node, *words):
    """Run a restore that must be refused in one sentence, leaving nothing behind; return the sentence."""
    before = sorted(path.name for path in node.home.parent.iterdir())
    done = node.run("restore", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"mitra: [^\n]+\n", done.stderr), done.stderr
    assert sorted(path.name for path in node.home.parent.iterdir()) == before
    return done.stderr.removeprefix("mitra: ").rstrip("\n")


def rewritten(path, into, **facts):
    """Write a backup again with other facts, as another version would have written it."""
    import dataclasses

    changed = dataclasses.replace(read_facts(path), **facts)
    with tarfile.open(path) as tar, into.open("wb") as file:
        writing = Writing(file, changed)
        for member in tar:
            if member.name not in {FACTS, DIGESTS}:
                writing.add(member.name, tar.extractfile(member).read())
        writing.close()
    return into


def odd_files(whole):
    """What is a tar and no backup: members, and how the sentence about it goes on."""
    with tarfile.open(whole) as tar:
        facts = tar.extractfile(tar.next()).read()

    def member(name, data=b"x", kind=tarfile.REGTYPE):
        info = tarfile.TarInfo(name)
        info.type, info.size = kind, len(data) if kind == tarfile.REGTYPE else 0
        return info, data if kind == tarfile.REGTYPE else b""

    def digests(*names):
        said = {FACTS: sha256(facts).hexdigest(), **{name: sha256(b"x").hexdigest() for name in names}}
        return member(DIGESTS, orjson.dumps(said))

    first = member(FACTS, facts)
    return {
        "nothing": ([], "is no backup"),
        "foreign": ([member("README")], "is no backup"),
        "without-a-node": ([first, member("mitra.sqlite3"), digests("mitra.sqlite3")], "is no backup"),
        "above": ([first, member("../escaped"), digests("../escaped")], "is no backup"),
        "absolute": ([first, member("/tmp/escaped"), digests("/tmp/escaped")], "is no backup"),
        "a-link": ([first, member("node.toml", kind=tarfile.SYMTYPE), digests()], "is no backup"),
        "a-file-as-a-folder": (
            [first, member("node.toml"), member("node.toml/x"), digests("node.toml", "node.toml/x")],
            "cannot be restored",
        ),
        "twice": ([first, member("node.toml"), member("node.toml"), digests("node.toml")], "cannot be restored"),
        "odd-digests": ([first, member("node.toml"), member(DIGESTS, b"[1]")], "cannot be restored"),
    }


def test_what_cannot_be_restored_is_refused_and_leaves_nothing(node, new_node, tmp_path):
    whole = tmp_path / "hub.mitra"
    node.ask("backup", whole)
    assert whole.stat().st_mode & 0o777 == 0o600
    assert node.run("backup", whole).stderr == f"mitra: {whole} is there already: give a backup a name of its own.\n"
    empty = new_node("empty")
    assert refused(empty, tmp_path / "none") == f"{tmp_path / 'none'} cannot be read: No such file or directory."
    cut = tmp_path / "cut.mitra"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert refused(empty, cut).startswith(f"{cut} cannot be restored: it breaks off")
    for name, (members, sentence) in odd_files(whole).items():
        odd = tmp_path / f"{name}.mitra"
        with tarfile.open(odd, "w") as tar:
            for info, data in members:
                tar.addfile(info, io.BytesIO(data))
        assert refused(empty, odd).startswith(f"{odd} {sentence}"), name
        assert not empty.home.exists() or list(empty.home.iterdir()) == []
    newer = rewritten(whole, tmp_path / "newer.mitra", migrations={"store": "0999_from_the_future"})
    assert refused(empty, newer) == (
        "This backup is of a newer version of Mitra (store 0999_from_the_future): install that version first."
    )
    is_sqlite = read_facts(whole).database == "sqlite"
    there, other = ("sqlite", "postgresql") if is_sqlite else ("postgresql", "sqlite")
    assert refused(empty, rewritten(whole, tmp_path / "other.mitra", database=other)) == (
        f"This backup is of a node on {other}, and this one is set up for {there}: see MITRA_DATABASE_URL."
    )
    assert refused(node, whole).startswith(f"{node.home} is not empty (")
    assert node.ask("check")[0]["faults"] == []
    empty.ask("restore", whole)
    assert empty.ask("check")[0]["faults"] == []


# SQLite's database is in the home, which must be empty.
@pytest.mark.parametrize("new_node", ["postgresql"], indirect=True)
def test_a_database_that_holds_anything_is_not_written_over(node, new_node, tmp_path):
    node.ask("backup", tmp_path / "hub.mitra")
    other = new_node("other")
    other.environment["MITRA_DATABASE_URL"] = node.environment["MITRA_DATABASE_URL"]
    assert refused(other, tmp_path / "hub.mitra") == (
        "The database has tables already: a backup is restored into an empty one."
    )
    assert node.ask("check")[0]["faults"] == []


# SQLite's database is in the home, which must be empty.
@pytest.mark.parametrize("new_node", ["postgresql"], indirect=True)
def test_a_restore_that_fails_half_way_leaves_the_database_empty(node, new_node, tmp_path, postgres):
    node.ask("backup", tmp_path / "hub.mitra")
    broken = tmp_path / "broken.mitra"
    with tarfile.open(tmp_path / "hub.mitra") as tar, broken.open("wb") as file:
        writing = Writing(file, read_facts(tmp_path / "hub.mitra"))
        for member in tar:
            if member.name not in {FACTS, DIGESTS}:
                data = tar.extractfile(member).read()
                writing.add(member.name, data[:-9] if member.name == "tables/store_audience" else data)
        writing.close()
    other = new_node("other")
    assert other.run("restore", broken).returncode == 1
    assert not other.home.exists()
    other.ask("restore", tmp_path / "hub.mitra")
    assert other.ask("check")[0]["faults"] == []
