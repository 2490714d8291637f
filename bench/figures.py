"""What a bench says: rates of the program and of a bare reference, measured in the same run, by turns.

A reference is the least that any program must do for the same answer, written here in a few lines.  It tells how much
of a figure is the machine and how much is ours; on a busy machine both fall, their ratio hardly.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median

COLUMNS = f"{'':40} {'unit':10} {'Mitra':>10} {'from':>10} {'to':>10} {'bare':>10} {'from':>10} {'to':>10} {'part':>6}"
TIMES = 10
"""From here on a part is written as how many times."""
LESS_IS_BETTER = frozenset({"s", "ms", "µs", "MB", "queries", "handles"})


@dataclass(frozen=True)
class Figure:
    """One question: the rate of each round, ours and the reference's."""

    name: str
    unit: str
    ours: list[float]
    bare: list[float]
    bare_is: str
    series: str = ""
    """The question without the size, where it is asked at several sizes: a plot has a line for each."""
    size: int = 0
    """How many records there were."""

    @property
    def part(self):
        """Return what part of the reference ours reaches, the more the better, or None."""
        if not self.bare or not median(self.bare) or not median(self.ours):
            return None
        part = median(self.ours) / median(self.bare)
        return 1 / part if self.unit in LESS_IS_BETTER else part

    def line(self):
        """Return the figure as a row of the table: medians and spread, and what part of the reference ours is."""
        part = "" if self.part is None else f"{self.part:.0%}" if self.part < TIMES else f"{self.part:.0f}×"
        return f"{self.name:40} {self.unit:10} {spread(self.ours)} {spread(self.bare)} {part:>6}"


def spread(rates):
    """Return median, lowest and highest."""
    if not rates:
        return " " * 32
    return " ".join(f"{written(rate):>10}" for rate in (median(rates), min(rates), max(rates)))


def written(number):
    """Return a number with three digits that count, or all before the point."""
    digits = 0 if number == int(number) or abs(number) >= 100 else 1 if abs(number) >= 10 else 2
    return f"{number:,.{digits}f}"


def by_turns(ours, bare, rounds):
    """Call both in turn and return their rates; each returns how many things it did."""
    rates = [], []
    for _ in range(rounds):
        for does, found in zip((ours, bare), rates, strict=True):
            began = time.perf_counter()
            done = does()
            found.append(done / (time.perf_counter() - began))
    return rates


def option(name, otherwise):
    """Return the number that follows an option on the command line."""
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


def say(figures):
    """Print a table for people, or with `--json` a line for each figure."""
    if "--json" in sys.argv:
        for figure in figures:
            print(json.dumps(asdict(figure)), flush=True)
        return
    print(COLUMNS)
    for figure in figures:
        print(figure.line(), flush=True)
