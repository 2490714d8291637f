"""The story, loaded once for all tests that only read it."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from store_world import rolled_back


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demonstration, rolled back after the module; a session without any other database test has no tables yet."""
    from mitra.demo import load

    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        with rolled_back():
            yield load(datetime.now(UTC))
