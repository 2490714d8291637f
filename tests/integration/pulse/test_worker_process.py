"""The worker beside `mitra serve`: one a home, started again when it dies, gone when nobody needs it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from node_process import Node, children_of, free_port, wait_for

WAIT_SECONDS = 60
WORK = [sys.executable, "-m", "mitra.cli.work"]
IS_ALIVE = """
from datetime import UTC, datetime
import django
django.setup()
from mitra.pulse import queries
print(queries.health(datetime.now(UTC)).alive_since is not None)
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def node(tmp_path):
    made = Node(tmp_path / "home")
    done = made.run("init", "--name", "hub.example")
    assert done.returncode == 0, done.stderr
    return made


@contextmanager
def serving(node):
    """The process of `mitra serve`, once it answers; its children are gone at the end, however it ended."""
    port = free_port()
    with (node.home / "serve.log").open("w") as log:
        server = node.start("serve", "--port", port, stdout=log, stderr=log)
    children = []
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server)
        children = children_of(server.pid)
        yield server
    finally:
        server.kill()
        server.wait()
        for pid in children:
            if not is_gone(pid):
                os.kill(pid, signal.SIGKILL)


def in_the_end(find):
    """What a search finds once it does; a process takes a moment to be what it will be."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (one := find()):
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.05)
    return one


def worker_of(server, *, but=0):
    def find():
        return next((pid for pid in children_of(server.pid) if pid != but and is_worker(pid)), None)

    return in_the_end(find)


def is_worker(pid):
    try:
        return b"mitra.cli.work" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def says_that_it_lives(node):
    environment = {**node.environment, "DJANGO_SETTINGS_MODULE": "mitra.config.settings"}
    command = [sys.executable, "-c", IS_ALIVE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout == "True\n"


def test_one_that_dies_is_followed_by_another_and_both_end_with_the_server(node):
    with serving(node) as server:
        first = worker_of(server)
        in_the_end(lambda: says_that_it_lives(node))
        os.kill(first, signal.SIGKILL)
        second = worker_of(server, but=first)
        server.send_signal(signal.SIGTERM)
        assert server.wait(WAIT_SECONDS) == 0
        assert is_gone(first)
        assert is_gone(second)


def test_a_second_worker_on_a_home_is_refused(node):
    with serving(node) as server:
        worker_of(server)
        in_the_end(lambda: says_that_it_lives(node))
        again = subprocess.run(WORK, env=node.environment, capture_output=True, text=True, check=False)
    said = f"mitra worker: Another worker runs on {node.home}: it belongs to another `mitra serve`.\n"
    assert (again.returncode, again.stderr) == (1, said)


def test_a_worker_whose_server_was_killed_ends_by_itself(node):
    with serving(node) as server:
        worker = worker_of(server)
        in_the_end(lambda: says_that_it_lives(node))
        server.kill()
        server.wait()
        in_the_end(lambda: is_gone(worker))
    assert not says_that_it_lives(node)


def test_it_ends_by_sigterm_and_says_that_it_does(node):
    with serving(node):  # makes the database
        pass
    worker = subprocess.Popen(WORK, env=node.environment)
    try:
        in_the_end(lambda: says_that_it_lives(node))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WAIT_SECONDS) == 0
    finally:
        worker.kill()
    assert not says_that_it_lives(node)
