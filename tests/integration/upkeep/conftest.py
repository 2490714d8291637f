"""A node as its operator has it, on either database: each test asks both."""

import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

import postgres_node
from node_process import Node

DURABLE = ("max_connections = 60", "synchronous_commit = on")


class Server:
    """A PostgreSQL of its own, that may go away and come back."""

    def __init__(self, folder):
        self.server = postgres_node.start(folder, DURABLE)
        self._names = count()

    def new_url(self):
        """The address of a new, empty database."""
        name = f"node_{next(self._names)}"
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        host = self.server.get_uri().partition("?host=")[2]
        return f"postgres://postgres@/{name}?host={host}"

    @contextmanager
    def away(self):
        """Nothing answers while inside."""
        self.server.stop()
        try:
            yield
        finally:
            self.server.start()


@pytest.fixture(scope="session")
def postgres():
    with tempfile.TemporaryDirectory(prefix="mitra-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the server runs as a user of its own
        server = Server(f"{folder}/data")
        yield server
        server.server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_node(request, tmp_path):
    """Make nodes on one of the databases: a home, and an empty database for it."""

    def make(name):
        node = Node(tmp_path / name)
        if request.param == "postgresql":
            node.environment["MITRA_DATABASE_URL"] = request.getfixturevalue("postgres").new_url()
        return node

    return make


@pytest.fixture
def node(new_node):
    """A node with the region's members."""
    made = new_node("node")
    made.ask("init", "--preset", "asean", "--name", "hub.example")
    return made
