"""Where the house keeps its things, for the tests in which it examines itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "mitra"
VENDOR = PACKAGE / "vendor"


def python_files(*folders: Path) -> Iterator[Path]:
    """Yield our own Python files, without what Django or others wrote."""
    for folder in folders or (PACKAGE,):
        for path in sorted(folder.rglob("*.py")):
            if "migrations" not in path.parts and VENDOR not in path.parents:
                yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def short(path: Path) -> str:
    """Return a path as a person would say it."""
    return str(path.relative_to(ROOT))
