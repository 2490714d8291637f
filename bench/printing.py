"""Print a page: a sheet, ten, and the first one of a process, which makes the compiler ready.

Run alone: `python bench/printing.py`.
"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from figures import Figure, say

ROUNDS = 7
SHEET = ("ธนาคารเตือนภัยมิจฉาชีพ " * 20, "ទណ្ឌកម្ម " * 30, "Ngân hàng cảnh báo lừa đảo " * 20, "ທະນາຄານ " * 30)
FIRST = """
import os, time
began = time.perf_counter()
import django; django.setup()
import printing
began = time.perf_counter()
printing.one(1)
print((time.perf_counter() - began) * 1_000)
"""


def main():
    with tempfile.TemporaryDirectory(prefix="mitra-bench-print-") as folder:
        os.environ["MITRA_HOME"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
        import django

        django.setup()
        one(1)
        first = [first_of_a_process() for _ in range(3)]
        say(
            [
                Figure("a sheet, the first of a process", "ms", first, [], ""),
                Figure("a sheet", "ms", [timed(1, nth) for nth in range(ROUNDS)], [], ""),
                Figure("ten sheets", "ms", [timed(10, nth) for nth in range(ROUNDS)], [], ""),
            ]
        )


def one(sheets, nth=0):
    from mitra.core.policy.facts import Tlp
    from mitra.web.printing.document import Attached, Paper, Text
    from mitra.web.printing.typesetting import print_pdf

    blocks = tuple(Text(f"{nth} {words}") for _ in range(3 * sheets) for words in SHEET)
    attached = Attached("r.json", "application/json", b"{}")
    at = datetime(2026, 11, 26, 3, nth % 60, tzinfo=UTC)
    return print_pdf(Paper("A record", Tlp.AMBER, blocks, at, "ThaiCERT", "hub.example", attached=attached))


def timed(sheets, nth):
    began = time.perf_counter()
    one(sheets, nth)
    return (time.perf_counter() - began) * 1_000


def first_of_a_process():
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent)}
    done = subprocess.run([sys.executable, "-c", FIRST], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


if __name__ == "__main__":
    main()
