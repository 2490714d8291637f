"""`mitra demo` as a process: one line when it answers, doors that open, an end that leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from mitra.core.errors import Conflict
from mitra.demo import run
from mitra.demo.visitor import Visitor

WORDS = {"email", "password", "organisation", "role"}
MACHINE_WORDS = {"organisation", "standing", "token", "scopes"}


def demo(home, *options):
    """Start the command as from a shell, without the test's own settings; its home is made in a folder of ours."""
    ours = {name: text for name, text in os.environ.items() if not name.startswith(("DJANGO", "MITRA", "PYTEST"))}
    command = [sys.executable, "-m", "mitra", "demo", *options]
    environment = {**ours, "TMPDIR": str(home)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_it_says_where_it_is_and_leaves_nothing(tmp_path):
    port = run.free_port()
    started = demo(tmp_path, "--port", str(port), "--json")
    try:
        said = json.loads(started.stdout.readline())
        assert said["url"] == f"http://127.0.0.1:{port}/"
        assert Path(said["home"], "node.toml").is_file()
        assert {frozenset(person) for person in said["people"]} == {frozenset(WORDS)}
        assert {frozenset(one) for one in said["credentials"]} == {frozenset(MACHINE_WORDS)}
        person = said["people"][0]
        with closing(Visitor(port)) as visitor:
            assert visitor.sign_in(person["email"], person["password"])
        token = next(one["token"] for one in said["credentials"] if one["standing"] == "suspended")
        with closing(Visitor(port, token)) as machine:
            assert machine.collections() >= {"all", "inbox"}
    finally:
        started.terminate()
        rest, errors = started.communicate(timeout=60)
    assert (started.returncode, rest) == (0, "")
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []
    assert not run.answers(port)


def test_it_can_be_stopped_while_it_loads(tmp_path):
    started = demo(tmp_path, "--port", str(run.free_port()), "--json")
    until = time.monotonic() + 30
    while not list(tmp_path.glob("mitra-demo-*/mitra.sqlite3")) and time.monotonic() < until:
        time.sleep(0.05)
    started.send_signal(signal.SIGINT)
    said, errors = started.communicate(timeout=60)
    assert (started.returncode, said, errors) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Conflict, match=f"^Port {port} cannot be used .*: give another one, as --port 8010.$"):
            run.refuse_taken(port)
        started = demo(tmp_path, "--port", str(port))
        said, errors = started.communicate(timeout=60)
    assert (started.returncode, said) == (1, "")
    assert errors.startswith(f"mitra: Port {port} cannot be used")
    assert errors.count("\n") == 1
