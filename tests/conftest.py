"""What every test may stand on, and the house's rule about tests that could not run.

`-ra` names what was skipped in the closing lines.  With MITRA_TESTS_MUST_ALL_RUN=1 a skipped test fails the run, so
that a machine that lacks a browser or a database cannot pass for one that has looked.
"""

import os
import sys

import pytest
from django.db import connection

from chromium import find_chromium, opened

MUST_ALL_RUN = "MITRA_TESTS_MUST_ALL_RUN"


def could_not_run(config):
    """Return the reports of what was skipped; workers of xdist have none, their controller has all."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if reporter else []


def pytest_sessionfinish(session):
    if (
        os.environ.get(MUST_ALL_RUN) == "1"
        and session.exitstatus == pytest.ExitCode.OK
        and could_not_run(session.config)
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    left_out = could_not_run(config)
    if left_out and os.environ.get(MUST_ALL_RUN) == "1":
        terminalreporter.write_line(f"{len(left_out)} tests could not run, and {MUST_ALL_RUN}=1: that is a failure.")


@pytest.fixture(scope="session")
def chromium():
    """Where Chromium is; a test that asks on a machine without one is skipped, and says so."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: none on PATH, and apt-get could not install it")
    return path


@pytest.fixture(scope="module")
def browser(chromium):
    """A browser for the tests of one file."""
    with opened(chromium) as started:
        yield started


@pytest.fixture(autouse=True)
def new_process():
    """A process that remembers and noted nothing of its database: the last test's rows had the same numbers."""
    doors = sys.modules.get("mitra.store.doors")
    if doors is not None:
        doors.store.cache_clear()
    noting = sys.modules.get("mitra.store.handed.noting")
    if noting is not None:
        noting.notes.close()
        for noted in noting.folder_of_notes().iterdir():
            noted.unlink()


@pytest.fixture
def empty_store(transactional_db):
    """Tables of machine scale, which Django does not know and so never empties, empty before and after.

    Only for tests that need several connections; `db` rolls back everything.
    """
    empty_tables()
    yield
    empty_tables()


def empty_tables():
    from mitra.store.schema import SCHEMAS

    with connection.cursor() as cursor:
        for statement in (
            *SCHEMAS[connection.vendor].empty,
            "UPDATE ledger_counter SET seq = 0, leaf = 0, last_at = 0",
        ):
            cursor.execute(statement)
