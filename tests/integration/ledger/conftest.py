"""Logs for the tests of this room: one whose rows are rolled back, one whose rows are committed."""

import pytest

from ledger_world import World, make_home


@pytest.fixture
def home(tmp_path, settings):
    """The home of the node under test."""
    make_home(tmp_path / "node", settings)
    return tmp_path / "node"


def opened(home):
    world = World(home)
    yield world
    world.sequencer.give_up()


@pytest.fixture
def log(db, home):
    """A log whose rows are rolled back."""
    yield from opened(home)


@pytest.fixture
def committed_log(empty_store, home):
    """A log whose rows are committed, for tests with several connections."""
    yield from opened(home)
