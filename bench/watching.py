"""Run `mitra serve` and look at its processes as Linux shows them: memory, open files."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import node


@contextmanager
def serving(home):
    """Serve a home on a free port; give the port and the process."""
    from node_process import free_port, wait_for

    port = free_port()
    environment = {**os.environ, "MITRA_HOME": str(home), "PYTHONPATH": str(node.ROOT / "src")}
    command = [sys.executable, "-m", "mitra", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=sys.stderr)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield port, process
    finally:
        process.terminate()
        process.wait(60)


def family(pid):
    """Return the process and all below it, by what each is: the parent, the web's and the worker."""
    from node_process import children_of

    found = {"parent": pid}
    for child in children_of(pid):
        words = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"mitra.cli.work" in words:
            found["worker"] = child
        elif b"resource_tracker" not in words:
            found[f"web {sum(name.startswith('web') for name in found) + 1}"] = child
    return found


def memory(pid):
    """Return megabytes: all that is in memory, and without pages of files, which the machine takes back at will."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    sizes = {words[0]: int(words[1]) / 1024 for words in lines if words and words[0] in {"VmRSS:", "RssAnon:"}}
    return sizes["VmRSS:"], sizes["RssAnon:"]


def handles(pid):
    """Return how many files, sockets and pipes a process holds open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
