"""A node's home: the folder that holds its database, keys and files (`MITRA_HOME`, default `~/.mitra`)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def home() -> Path:
    """Return the node's home; it need not exist yet."""
    return Path(os.environ.get("MITRA_HOME") or Path.home() / ".mitra")


def folder(name: str) -> Path:
    """Return a folder of the home that only the node itself enters, made on first use."""
    path = home() / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def secret(name: str) -> bytes:
    """Return a 32-byte secret from `keys/<name>` (mode 0600), made on first use."""
    path = home() / "keys" / name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        folder("keys")
    made = secrets.token_bytes(32)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    return made
