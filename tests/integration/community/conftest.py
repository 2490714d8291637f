"""The community that these tests are about."""

import pytest
from small_community import make_world


@pytest.fixture
def world(db):
    return make_world()
