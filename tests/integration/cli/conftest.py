"""The program as its own process would run it, without the process: words in, exit code and lines out."""

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from exchange_node import make_node
from mitra.cli import main
from mitra.config.node import Node, write_node


@dataclass
class Said:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def values(self):
        """The JSON values on standard output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def no_node(db, monkeypatch, tmp_path):
    """An empty home, and the database of the tests."""
    monkeypatch.setenv("MITRA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def home(no_node):
    """A home in which a node was made: a centre, four bodies, one circle."""
    no_node.mkdir()
    write_node(no_node, Node(name="hub.example", made_at=datetime.now(UTC)))
    make_node()
    return no_node


@pytest.fixture
def mitra(no_node, monkeypatch, capsys):
    """Run a command."""

    def run(*words, given=b""):
        monkeypatch.setattr(sys, "argv", ["mitra", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Said(ended.value.code, out, err)

    return run


@pytest.fixture
def ask(mitra):
    """Run a command that must end well; return the JSON values that it says."""

    def run(*words, given=b""):
        said = mitra(*words, "--json", given=given)
        assert (said.code, said.err) == (0, "")
        return said.values

    return run
