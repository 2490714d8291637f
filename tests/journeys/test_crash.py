"""A node is killed in the middle of its work, and nothing acknowledged is lost; `make crash` does it for longer."""

import pytest

import crash


@pytest.fixture(params=["sqlite", "postgresql"])
def node(request, tmp_path):
    with crash.new_node(tmp_path, request.param) as made:
        yield made


def test_what_was_acknowledged_survives_being_killed(node):
    found = crash.crash(node, kills=3, seed=20_261_126)
    assert found["acknowledged"] > 0
    assert found["shares"] >= found["acknowledged"]
