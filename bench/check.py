"""`mitra check` of a million records: everything at rest read and computed again.

The bare reference reads the bytes of the same records and digests them, and nothing else.

Run alone: `python bench/check.py`, with `--records N` on fewer.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from hashlib import sha256

import million
from figures import Figure, option, say

RECORDS = 1_000_000


def main():
    records = option("--records", RECORDS)
    home = million.opened(records)
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "mitra", "check", "--json"], env=os.environ, capture_output=True, text=True, check=False
    )
    ours = time.perf_counter() - began
    said = json.loads(done.stdout)
    assert said["faults"] == [], said["faults"][:3]
    began = time.perf_counter()
    with closing(sqlite3.connect(f"file:{home / 'mitra.sqlite3'}?mode=ro", uri=True)) as database:
        for digest, raw in database.execute("SELECT digest, raw FROM record"):
            assert sha256(raw).digest() == digest
    bare = time.perf_counter() - began
    say([Figure(f"check of {records:,} records", "s", [ours], [bare], "each record read, SHA-256", "check", records)])


if __name__ == "__main__":
    main()
