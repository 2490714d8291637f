"""Keep a file of 2 GB and read it again, sealed on the way in and proved on the way out; how much memory that takes.

The reference is openssl on the same machine in the same run, doing what we do and nothing more: `dgst -sha256` over
the same file on the way in, and `speed` of aes-256-gcm in pieces as long as ours on both.  On the way in alone, the
reference also writes the same bytes to the disk and waits for it, as we do: on most machines that takes the time.
Memory is the highest of the process less what it held before, not less its highest before.

Run alone: `python bench/files.py`, with `--mb N` on a smaller one.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from figures import Figure, option, say

MB = 2_048
PIECE = 1 << 18


def main():
    with tempfile.TemporaryDirectory(prefix="mitra-bench-files-") as folder:
        os.environ["MITRA_HOME"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        say(list(figures(Path(folder), option("--mb", MB))))


def figures(folder, megabytes):
    """Measure in and out, with openssl between."""
    from mitra.store.files import keeping
    from mitra.store.files.keeping import Sender, attach, keep, read
    from mitra.store.files.models import File

    plain = folder / "plain"
    block = os.urandom(1 << 20)
    with plain.open("wb") as made:
        for _ in range(megabytes):
            made.write(block)
    size = plain.stat().st_size
    into, out, both, bare, durable, opened, memory = [], [], [], [], [], [], []
    for _ in range(3):
        gcm, sha256 = size / openssl_gcm(), openssl_sha256(plain)
        bare.append(2 * megabytes / (sha256 + 2 * gcm))
        durable.append(megabytes / (sha256 + gcm + copied(plain)))
        opened.append(megabytes / gcm)
        before = held_kilobytes()
        began = time.perf_counter()
        with plain.open("rb") as source:
            kept = keep(iter(lambda: source.read(PIECE), b""), Sender(1, 0, "bench.bin"), now=datetime.now(UTC))
        into.append(megabytes / (time.perf_counter() - began))
        attach([kept.id], "bench", by=1)
        began = time.perf_counter()
        for _piece in read(type("Row", (), {"stix_id": "bench"}), kept.id)[1]:
            pass
        out.append(megabytes / (time.perf_counter() - began))
        both.append(2 * megabytes / (megabytes / into[-1] + megabytes / out[-1]))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        keeping.path_of(kept.id).unlink()
        File.objects.filter(pk=kept.id).delete()
        memory.append(grown)
    yield Figure(f"memory for a file of {megabytes:,} MB", "MB", [max(memory)], [], "")
    what = "openssl: sha256, then aes-256-gcm"
    yield Figure(f"a file of {megabytes:,} MB in and out", "MB/s", both, bare, f"{what} twice")
    yield Figure(f"its way in, {megabytes:,} MB", "MB/s", into, durable, f"{what}, then a copy to the disk")
    yield Figure(f"its way out, {megabytes:,} MB", "MB/s", out, opened, "openssl: aes-256-gcm")


def held_kilobytes():
    """Return how much memory the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // 1024


def copied(path):
    """Return how many seconds it takes to write the same bytes, durably."""
    target = path.with_name("copy")
    began = time.perf_counter()
    subprocess.run(["dd", f"if={path}", f"of={target}", "bs=1M", "conv=fsync"], check=True, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds


def openssl_sha256(path):
    """Return how many seconds openssl takes to hash a file."""
    began = time.perf_counter()
    subprocess.run(["openssl", "dgst", "-sha256", str(path)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def openssl_gcm():
    """Return how many bytes a second openssl seals."""
    command = ["openssl", "speed", "-evp", "aes-256-gcm", "-bytes", "1048576", "-seconds", "2"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"AES-256-GCM\s+([\d.]+)k", said, re.IGNORECASE)
    if found is None:
        sys.exit(f"openssl said nothing to read: {said}")
    return float(found[1]) * 1_000


if __name__ == "__main__":
    main()
