"""A backup holds files as they are sealed; where it is restored they are read through what holds them."""

import subprocess
import sys

KEEP = """
import sys, django
django.setup()
from datetime import UTC, datetime
from mitra.store.files.keeping import Sender, attach, keep
kept = keep([b"secret words" * 100_000], Sender(1, 0, "a.bin"), now=datetime.now(UTC))
attach([kept.id], "thing--1", by=1)
print(kept.id, kept.sha256)
"""
READ = """
import sys, hashlib, django
django.setup()
from types import SimpleNamespace
from mitra.store.files.keeping import read
print(hashlib.sha256(b"".join(read(SimpleNamespace(stix_id="thing--1"), sys.argv[1])[1])).hexdigest())
"""


def script(node, text, *words):
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "mitra.config.settings"}
    command = [sys.executable, "-c", text, *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_restored_node_reads_what_was_kept(node, new_node, tmp_path):
    file_id, digest = script(node, KEEP)
    backup = tmp_path / "node.mitra"
    node.ask("backup", backup)
    assert b"secret words" not in backup.read_bytes()
    restored = new_node("restored")
    restored.ask("restore", backup)
    assert script(restored, READ, file_id) == [digest]
    assert restored.ask("check")[0]["faults"] == []
    (sealed,) = (restored.home / "files").glob("*/*")
    sealed.write_bytes(sealed.read_bytes()[:-1])
    broken = restored.run("check", "--json")
    assert broken.returncode == 1
    assert file_id in broken.stdout
