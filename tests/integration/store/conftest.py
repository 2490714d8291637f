"""The store under test, one a database; every promise of the protocol is asked of each."""

import pytest
from django.conf import settings
from django.db import connection

from mitra.store.sqlite import SqliteStore


def sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("the default database is not SQLite")
    return SqliteStore(refs=settings.MITRA_SECRETS["refs"], atoms=settings.MITRA_SECRETS["atoms"])


@pytest.fixture(params=[sqlite], ids=["sqlite"])
def make_store(request):
    """How to make a store; for tests that need several, or connections of their own."""
    return request.param


@pytest.fixture
def store(make_store, db):
    """A store whose rows are rolled back."""
    return make_store()


@pytest.fixture
def committed_store(make_store, empty_store):
    """A store whose rows are committed, for tests with several connections."""
    return make_store()
