"""A small community with a machine credential each."""

import pytest

from exchange_node import make_node


@pytest.fixture
def node(db):
    """The community, rolled back after each test."""
    return make_node()


@pytest.fixture
def served_node(empty_store):
    """The community, for a live server, which reads by connections of its own."""
    return make_node()
