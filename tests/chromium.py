"""A Chromium to look at pages with: the machine's own, or, for root on a Debian-like system, one that apt installs.

Playwright's own download is not used: it comes from a host that a fresh machine need not reach.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 600


def find_chromium():
    """Return the path of a Chromium, or None; several processes that look at once install it once."""
    found = on_path()
    if found or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return found
    with (Path(tempfile.gettempdir()) / "mitra-tests-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return on_path() or installed()


def on_path():
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def installed():
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "timeout": INSTALL_SECONDS}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "chromium"]):
        try:
            subprocess.run(command, check=False, env=environment, **quiet)
        except subprocess.TimeoutExpired:
            return None
    return on_path()


@contextmanager
def opened(path):
    """Give a browser.  Playwright's loop makes Django think that this thread is asynchronous, hence the variable."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with pytest.MonkeyPatch.context() as patch, sync_api.sync_playwright() as started:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = started.chromium.launch(executable_path=path, chromium_sandbox=False)
        yield browser
        browser.close()
