"""The store under test, of the database that this session runs on; every promise of the protocol is asked of each."""

import pytest
from django.conf import settings
from django.db import connection

OF_POSTGRESQL = ["test_many_writers.py", "test_native_postgres.py"]
collect_ignore = ["test_upgrading.py"] if connection.vendor == "postgresql" else OF_POSTGRESQL
"""The first release knew SQLite only, and SQLite lets one writer in at a time."""


@pytest.fixture
def make_store():
    """How to make a store; for tests that need several, or connections of their own."""
    if connection.vendor == "postgresql":
        from mitra.store.postgres.store import PostgresStore

        made = PostgresStore
    else:
        from mitra.store.sqlite import SqliteStore

        made = SqliteStore
    return lambda: made(refs=settings.MITRA_SECRETS["refs"], atoms=settings.MITRA_SECRETS["atoms"])


@pytest.fixture
def store(make_store, db):
    """A store whose rows are rolled back."""
    return make_store()


@pytest.fixture
def committed_store(make_store, empty_store):
    """A store whose rows are committed, for tests with several connections."""
    return make_store()
