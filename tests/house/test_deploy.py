"""What is shipped for a machine to start a node by: systemd reads the unit, and the container has what it copies."""

import re
import shutil
import subprocess
import sys

import pytest

from house import ROOT

UNIT = ROOT / "deploy/mitra.service"
CONTAINER = ROOT / "deploy/Containerfile"
EXPOSED_AT_MOST = 3.0


@pytest.fixture
def unit(tmp_path):
    """The unit as it is shipped, whose program is one that this machine has."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd here")
    text = UNIT.read_text(encoding="utf-8")
    assert "ExecStart=/opt/mitra/.venv/bin/mitra serve\n" in text
    (tmp_path / "mitra.service").write_text(text.replace("/opt/mitra/.venv/bin/mitra", sys.executable))
    return tmp_path / "mitra.service"


def analyzed(*words):
    return subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True, check=False)


def test_systemd_has_nothing_to_say_about_the_unit(unit):
    ran = analyzed("verify", unit)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_the_unit_is_closed(unit):
    ran = analyzed("security", "--offline=true", unit)
    level = float(re.search(r"Overall exposure level for mitra\.service: ([\d.]+)", ran.stdout).group(1))
    assert level <= EXPOSED_AT_MOST


def test_the_container_copies_what_is_there_and_what_the_build_needs():
    text = CONTAINER.read_text(encoding="utf-8")
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", text, flags=re.MULTILINE) for name in line.split()}
    assert copied == {"requirements.lock", "pyproject.toml", "README.md", "LICENSE", "src"}
    assert all((ROOT / name).exists() for name in copied)
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    backend = re.search(r'^requires = \["(\w+)', project, flags=re.MULTILINE).group(1)
    assert re.search(rf"^{backend}==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), flags=re.MULTILINE)
