"""What the browser's tests stand on: the demonstration, served, and people who have signed in to it."""

from pathlib import Path

import pytest
from visiting import Visits

from demo_node import demonstration


def pytest_addoption(parser):
    parser.addoption("--screenshots", metavar="DIR", help="take every picture of every page into this folder")


@pytest.fixture(scope="session")
def demo(tmp_path_factory, worker_id):
    """The demonstration; workers of xdist load it once and serve a copy each."""
    own = tmp_path_factory.mktemp("demonstration") / "home"
    shared = tmp_path_factory.getbasetemp()
    with demonstration(shared if worker_id == "master" else shared.parent, own) as served:
        yield served


@pytest.fixture(scope="module")
def visits(browser, demo):
    """Whoever comes to the demonstration with a browser."""
    return Visits(browser, demo)


@pytest.fixture
def visit(visits):
    """Open a window as somebody; it closes with the test, and whatever its browser complained of fails the test."""
    windows = []

    def opened(role="", **options):
        window = visits.window(role, **options)
        windows.append(window)
        return window

    yield opened
    for window in windows:
        window.context.close()
    assert [problem for window in windows for problem in window.problems] == []


@pytest.fixture
def pictures(request, tmp_path):
    """The folder for pictures."""
    chosen = request.config.getoption("--screenshots", default=None)
    folder = Path(chosen).resolve() if chosen else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    return folder
