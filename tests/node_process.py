"""A node as a person has it: a home of its own, commands as processes, `mitra serve` on a free port, ended by pid."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 120
STOP_SECONDS = 60

PEOPLE = """
import json, sys
from datetime import UTC, datetime
import django
django.setup()
from mitra.community import operations, queries
from mitra.community.facts import NewPerson
for email, slug, password in json.load(sys.stdin):
    new = NewPerson(email, email.partition("@")[0], ("analyst", "administrator"), password=password)
    operations.add_person(new, by=queries.actor_of_operator(slug), now=datetime.now(UTC))
"""


class Node:
    """The commands of one home."""

    def __init__(self, home):
        self.home = home
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        self.environment = {**inherited, "MITRA_HOME": str(home), "PYTHONPATH": str(ROOT / "src"), "COLUMNS": "200"}

    def start(self, *words, **how):
        """Start a command and return its process."""
        command = [sys.executable, "-m", "mitra", *map(str, words)]
        return subprocess.Popen(command, env=self.environment, text=True, **how)

    def run(self, *words, given=None):
        """Run a command to its end; return its exit code and what it said."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = self.start(*words, **pipes)
        try:
            out, err = process.communicate(given, timeout=START_SECONDS)
        finally:
            process.terminate()
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def ask(self, *words, given=None):
        """Run a command that must end well, and return the JSON values that it said."""
        done = self.run(*words, "--json", given=given)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def token(self, slug):
        """Return the token of a new credential that reads and shares."""
        (said,) = self.ask("token", "new", "--org", slug, "--scope", "exchange:read", "--scope", "exchange:share")
        return said["credentials"][0]["token"]

    def add_people(self, *people):
        """Give organisations their first people: (e-mail, slug, password) each.  No command does this."""
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "mitra.config.settings"}
        command = [sys.executable, "-c", PEOPLE]
        subprocess.run(command, input=json.dumps(people), env=environment, text=True, check=True, capture_output=True)

    @contextmanager
    def served(self):
        """Give the address of this node while `mitra serve` runs; it must stop cleanly and leave no child."""
        with (self.home / "serve.log").open("w+") as log:
            port = free_port()
            process = self.start("serve", "--port", port, stdout=log, stderr=log)
            try:
                wait_for(f"http://127.0.0.1:{port}/healthz", process)
                yield f"http://127.0.0.1:{port}"
            finally:
                children = children_of(process.pid)
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise
        assert process.returncode == 0, (self.home / "serve.log").read_text()
        assert children, "it served without workers"
        assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children_of(pid):
    """The processes below one, as Linux lists them."""
    return [int(child) for task in Path(f"/proc/{pid}/task").glob("*/children") for child in task.read_text().split()]


def wait_for(address, process):
    """Return once an address answers; raise when the process that should answer ends first."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(address, timeout=5).status_code == 200:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError(f"nothing serves {address}")
