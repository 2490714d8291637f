"""What a builder leaves behind is not part of a house."""

import re
import subprocess

from house import ROOT, VENDOR, python_files, short

LEFT_BEHIND = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
THIS_MACHINE = re.compile("/(work" + "/main|work" + "/shared|root" + r"/\.pyenv)")
REGISTRY = re.compile(
    "|".join(("pypi" + r"\.org", "python" + r"hosted\.org", "registry\\." + "npmjs", "deb" + r"\.debian\.org"))
)


def tracked_text():
    """Yield (path, text) of every tracked text file that is ours."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if not path.exists() or VENDOR in path.parents or "/static/vendor/" in name:
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def found(pattern):
    return [f"{short(path)}: {match.group(0)}" for path, text in tracked_text() if (match := pattern.search(text))]


def test_no_notes_to_ourselves():
    assert found(LEFT_BEHIND) == []


def test_no_path_of_a_machine():
    assert found(THIS_MACHINE) == []


def test_no_host_of_a_package_registry():
    assert found(REGISTRY) == []


def test_broad_excepts_stand_at_the_edge_only():
    allowed = {"src/mitra/web/middleware.py", "src/mitra/pulse/attempt.py"}
    broad = {
        short(path)
        for path in python_files()
        if re.search(r"except (Exception|BaseException)\b", path.read_text(encoding="utf-8"))
    }
    assert broad - allowed == set()
