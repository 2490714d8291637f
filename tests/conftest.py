"""What every integration test may stand on."""

import pytest
from django.db import connection

from mitra.store.sqlite.schema import EMPTY


@pytest.fixture
def empty_store(transactional_db):
    """Tables of machine scale, which Django does not know and so never empties, empty before and after.

    Only for tests that need several connections; `db` rolls back everything.
    """
    empty_tables()
    yield
    empty_tables()


def empty_tables():
    with connection.cursor() as cursor:
        for statement in EMPTY:
            cursor.execute(statement)
