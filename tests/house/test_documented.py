"""What people meet is written down: commands, settings, errors, dependencies; made pages are current."""

import re
import subprocess
import sys
import tomllib

from house import PACKAGE, ROOT, python_files

DOCS = ROOT / "docs"


def test_made_pages_are_current():
    ran = subprocess.run(
        [sys.executable, "docs/make.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_each_dependency_has_its_reason():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    named = [
        *project["project"]["dependencies"],
        *(line for group in groups.values() for line in group if isinstance(line, str)),
    ]
    wanted = {re.split(r"[\[<>=~ ]", line)[0] for line in named}
    rows = re.findall(
        r"^\| ([^|]+) \|", (DOCS / "reference" / "dependencies.md").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    given = {name.strip() for row in rows for name in row.split(",")} - {"package", "---"}
    assert given == wanted


def test_each_setting_of_the_environment_is_documented():
    used = {
        name
        for path in python_files()
        for name in re.findall(r"\bMITRA_[A-Z_]+\b", path.read_text(encoding="utf-8"))
        if f'"{name}"' in path.read_text(encoding="utf-8")
    }
    internal = {
        name
        for name in used
        if re.search(
            rf"^{name} = ", (PACKAGE / "config" / "settings.py").read_text(encoding="utf-8"), flags=re.MULTILINE
        )
    }
    written = set(re.findall(r"`(MITRA_[A-Z_]+)`", (DOCS / "reference" / "settings.md").read_text(encoding="utf-8")))
    assert used - internal - written == set()
