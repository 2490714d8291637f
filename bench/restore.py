"""A backup of a million records, its restore into an empty home, and how long until that home serves a page.

What comes after the backup is lost with the node, and only that.  The bare reference copies the database's file and
waits for the disk: what an operator would do who stops the node and checks nothing.

Run alone: `python bench/restore.py`, with `--records N` on fewer.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

import million
from figures import Figure, option, say
from watching import serving

RECORDS = 1_000_000
PAGE = "/taxii2/mitra/collections/all/objects/?limit=1000"
REFERENCE = "the database's file copied, fsync"


def main():
    records = option("--records", RECORDS)
    home = million.opened(records)
    token = json.loads((home / "tokens.json").read_bytes())["cert-kh"]
    with tempfile.TemporaryDirectory(prefix="mitra-bench-") as folder:
        file, restored = Path(folder, "node.mitra"), Path(folder, "restored")
        bare = timed(lambda: copy(home / "mitra.sqlite3", Path(folder, "copy")))
        Path(folder, "copy").unlink()
        backup = timed(lambda: mitra("backup", file, home=home))
        size = file.stat().st_size / 1e6
        began = time.perf_counter()
        mitra("restore", file, home=restored)
        restore = time.perf_counter() - began
        with serving(restored) as (port, _):
            first_page(port, token)
            served = time.perf_counter() - began
    what = f"of {records:,} records"
    say(
        [
            Figure(f"backup {what} ({size:,.0f} MB)", "s", [backup], [bare], REFERENCE, "backup", records),
            Figure(f"restore {what}", "s", [restore], [bare], REFERENCE, "restore", records),
            Figure(f"restore to first page {what}", "s", [served], [bare], REFERENCE, "to first page", records),
        ]
    )


def mitra(*words, home):
    environment = {**os.environ, "MITRA_HOME": str(home)}
    command = [sys.executable, "-m", "mitra", *map(str, words), "--json"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def copy(source, target):
    shutil.copyfile(source, target)
    with target.open("rb") as made:
        os.fsync(made.fileno())


def first_page(port, token):
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/taxii+json;version=2.1"}
    connection.request("GET", PAGE, headers=headers)
    answer = connection.getresponse()
    assert (answer.status, len(json.loads(answer.read())["objects"])) == (200, 1_000)


def timed(does):
    began = time.perf_counter()
    does()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
