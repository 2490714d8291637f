"""What others made is named, versioned, licensed and unchanged."""

import hashlib
import tomllib

from house import PACKAGE, VENDOR

ITEMS = tomllib.loads((VENDOR / "vendor.toml").read_text(encoding="utf-8"))["item"]


def test_each_item_says_what_it_is():
    incomplete = [
        item.get("name")
        for item in ITEMS
        if not all(item.get(key) for key in ("name", "version", "licence", "source", "folder", "files"))
    ]
    assert incomplete == []


def test_each_file_is_what_its_hash_says():
    wrong = [
        f"{item['folder']}/{name}"
        for item in ITEMS
        for name, expected in item["files"].items()
        if hashlib.sha256((PACKAGE / item["folder"] / name).read_bytes()).hexdigest() != expected
    ]
    assert wrong == []


def test_no_file_is_unnamed():
    named = {PACKAGE / item["folder"] / name for item in ITEMS for name in item["files"]}
    folders = {VENDOR, PACKAGE / "web" / "static" / "vendor"}
    ours = {VENDOR / "vendor.toml", VENDOR / "__init__.py"}
    there = {
        path
        for folder in folders
        if folder.exists()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sorted(str(path) for path in there - named - ours) == []
