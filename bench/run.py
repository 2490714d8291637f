"""Run every bench on one node, print one table, and keep the figures in bench-results/ with what they were measured on.

The node is filled to 100,000 records by the first bench; the others ask it.  Whoever compares two files compares the
column “part”: it is what a busy machine leaves alone.
"""

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime

import node
from figures import COLUMNS, Figure

BENCHES = ("intake", "taxii_pages", "lookups")
RESULTS = node.ROOT / "bench-results"


def main():
    began, load = time.monotonic(), os.getloadavg()
    figures = []
    print(f"{machine()}; load {load[0]:.1f} when it began\n\n{COLUMNS}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mitra-bench-") as home:
        environment = {**os.environ, "MITRA_HOME": home}
        for name in BENCHES:
            command = [sys.executable, str(node.ROOT / "bench" / f"{name}.py"), "--json"]
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            for line in done.stdout.splitlines():
                figures.append(Figure(**json.loads(line)))
                print(figures[-1].line(), flush=True)
    print(f"\n{time.monotonic() - began:.0f} s; kept in {keep(figures, load)}")


def machine():
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {node.RECORDS:,} records"
    )


def keep(figures, load):
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    facts = {"machine": machine(), "load": load, "figures": [vars(figure) for figure in figures]}
    file.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    return file.relative_to(node.ROOT)


if __name__ == "__main__":
    main()
