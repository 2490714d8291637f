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


@dataclass(frozen=True)
class Figure:
    """One question: the rate of each round, ours and the reference's."""

    name: str
    unit: str
    ours: list[float]
    bare: list[float]
    bare_is: str

    def line(self):
        """Return the figure as a row of the table: medians and spread, and what part of the reference ours is."""
        part = f"{median(self.ours) / median(self.bare):6.0%}" if self.bare else " " * 6
        return f"{self.name:40} {self.unit:10} {spread(self.ours)} {spread(self.bare)} {part}"


def spread(rates):
    """Return median, lowest and highest."""
    if not rates:
        return " " * 32
    return " ".join(f"{rate:10,.0f}" for rate in (median(rates), min(rates), max(rates)))


def by_turns(ours, bare, rounds):
    """Call both in turn and return their rates; each returns how many things it did."""
    rates = [], []
    for _ in range(rounds):
        for does, found in zip((ours, bare), rates, strict=True):
            began = time.perf_counter()
            done = does()
            found.append(done / (time.perf_counter() - began))
    return rates


def say(figures):
    """Print a table for people, or with `--json` a line for each figure."""
    if "--json" in sys.argv:
        for figure in figures:
            print(json.dumps(asdict(figure)), flush=True)
        return
    print(COLUMNS)
    for figure in figures:
        print(figure.line(), flush=True)
