"""What each figure must reach, as the project promised it: by bench and by how the figure's name begins."""

from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Target:
    """A bound on the part of the reference that is reached, or on the figure itself."""

    bench: str
    begins: str
    words: str
    part: float = 0
    least: float = 0
    most: float = 0

    def is_for(self, bench, figure):
        return bench == self.bench and figure.name.startswith(self.begins)

    def is_met(self, figure):
        ours = median(figure.ours)
        reaches = not self.part or (figure.part is not None and figure.part >= self.part)
        return reaches and ours >= self.least and (not self.most or ours <= self.most)


TARGETS = (
    Target("intake", "intake up to", "≥ 35 %", part=0.35),
    Target("intake", "processor up to", "≤ 50 µs", most=50),
    Target("intake", "sent again", "≥ 3×", part=3),
    Target("intake", "intake of a file", "≤ 300 MB", most=300),
    Target("taxii_pages", "all of", "≥ 50 %", part=0.5),
    Target("taxii_pages", "half of", "≥ 50 %", part=0.5),
    Target("taxii_pages", "5 % of", "≥ 50 %", part=0.5),
    Target("taxii_pages", "0.1 % of", "≥ 50 %", part=0.5),
    Target("lookups", "look-up: 10,000", "≥ 100,000/s", least=100_000),
    Target("lookups", "look-up: one a request", "≥ 1,500/s", least=1_500),
    Target("readable_sets", "cold", "≥ 50/s (20 ms)", least=50),
    Target("readable_sets", "warm", "≥ 20,000/s (50 µs)", least=20_000),
    Target("deliveries", "deliveries, each", "≥ 500/s", least=500),
    Target("deliveries", "deliveries, all", "≥ 500/s", least=500),
    Target("deliveries", "signal to reaction", "p99 ≤ 1,000 ms", most=1_000),
    Target("ledger", "a proof", "≥ 50/s (20 ms)", least=50),
    Target("ledger", "all tiles and the root", "≥ 16,700/s (1 M in 60 s)", least=16_667),
    Target("portal_pages", "most queries", "≤ 12", most=12),
    Target("portal_pages", "", "≤ 15 ms", most=15),
    Target("check", "", "≤ 120 s", most=120),
    Target("restore", "restore to first page", "≤ 120 s", most=120),
    Target("files", "a file of", "≥ 50 %", part=0.5),
    Target("files", "memory for", "≤ 64 MB", most=64),
    Target("searching", "p95, sqlite, of all", "≤ 50 ms", most=50),
    Target("searching", "p95, postgresql, of all", "≤ 50 ms", most=50),
    Target("things", "release of a row: processor", "≤ 5 ms", most=5),
    Target("things", "a fold", "≤ 50 ms", most=50),
    Target("things", "a list of 50 of 100,000 rows: s", "≤ 20", most=20),
    Target("things", "a list", "≤ 15 ms", most=15),
    Target("things", "a sheet of 2,000 answers: s", "≤ 20", most=20),
    Target("things", "a sheet", "≤ 40 ms", most=40),
    Target("messages", "overall", "≥ 150/s", least=150),
    Target("messages", "a case for 50: until all are told", "≤ 10 s", most=10),
    Target("clocks", "late, the worst", "≤ 30 s", most=30),
    Target("situation", "the page", "≤ 40 ms", most=40),
    Target("printing", "a sheet", "≤ 500 ms", most=500),
    Target("memory", "a serving process", "≤ 200 MB", most=200),
    Target("memory", "its growth", "≤ 10 MB", most=10),
    Target("peers", "", "≥ 15×", part=15),
)


def target_of(bench, figure):
    """Return what a figure must reach, or None."""
    return next((target for target in TARGETS if target.is_for(bench, figure)), None)
