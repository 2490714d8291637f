"""Where the real data for tests lies: beside the checkout, never part of the program."""

from pathlib import Path

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
