"""A test that could not run is named in the closing lines, and fails the run where everything must run."""

import os
import subprocess
import sys

import pytest

from house import ROOT

FILES = {
    "passing": "def test_it(): pass",
    "skipped": "import pytest\ndef test_it(): pytest.skip('no such thing here')\ndef test_other(): pass",
    "unread": "import pytest\npytest.importorskip('no_such_package')",
}


@pytest.mark.parametrize(
    ("name", "must_all_run", "status"),
    [("passing", "1", 0), ("skipped", "", 0), ("skipped", "1", 1), ("unread", "1", 1)],
)
def test_what_could_not_run_is_told(tmp_path, name, must_all_run, status):
    (tmp_path / f"test_{name}.py").write_text(FILES[name])
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    environment = {**os.environ, "MITRA_TESTS_MUST_ALL_RUN": must_all_run, "PYTHONPATH": str(ROOT / "tests")}
    command = [sys.executable, "-m", "pytest", "-qra", "-p", "no:cacheprovider", "-p", "no:django", "--rootdir", "."]
    done = subprocess.run([*command, "."], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    is_left_out = name != "passing"
    assert "could not run" in done.stdout or not (is_left_out and must_all_run)
    assert ("SKIPPED" in done.stdout) is is_left_out
    # Where not a single test was found, pytest has a status of its own: 5.
    assert bool(done.returncode) is bool(status), done.stdout + done.stderr
