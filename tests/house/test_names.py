"""Words that a duty officer would say: a name that says nothing is refused."""

import ast

from house import PACKAGE, python_files, short

EMPTY = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "service",
    "services",
    "handler",
    "handlers",
    "base",
}
ENDINGS = ("Manager", "Service", "Handler", "Base", "Helper", "Utils")


def test_modules_and_packages_say_what_they_hold():
    bad = [short(path) for path in python_files() if path.stem in EMPTY or path.parent.name in EMPTY]
    assert bad == []


def test_classes_are_plain_nouns():
    bad = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and node.name.endswith(ENDINGS)
    ]
    assert bad == []


def test_every_file_opens_with_a_sentence():
    bad = [
        short(path)
        for path in python_files(PACKAGE)
        if not (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").strip()
    ]
    assert bad == []
