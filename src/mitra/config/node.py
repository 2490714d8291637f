"""The node's own facts, written once by `mitra init` into `node.toml`: its name and when it was made."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

FILE = "node.toml"


@dataclass(frozen=True, slots=True)
class Node:
    """One installation.  `name` is fixed for ever: the ledger's origin is made from it."""

    name: str
    made_at: datetime
    is_demonstration: bool = False


def check_name(name: str) -> None:
    """Raise InvalidInput unless the name may stand in a ledger's origin (LOG2: no space, no plus sign)."""
    if not name or any(sign.isspace() or sign in '+"\\' or not sign.isprintable() for sign in name):
        message = f"The name {name!r} cannot be used: choose one without spaces, quotes or plus signs, as hub.example."
        raise InvalidInput(message, path="name", rule="node-name")


def write_node(home: Path, node: Node) -> None:
    """Write the node's file."""
    check_name(node.name)
    lines = (
        f'name = "{node.name}"',
        f"made_at = {node.made_at.isoformat()}",
        f"is_demonstration = {str(node.is_demonstration).lower()}",
    )
    text = "".join(f"{line}\n" for line in lines)
    (home / FILE).write_text(text, encoding="utf-8")


def get_node(home: Path) -> Node:
    """Return the node of a home; raises NotFound where there is none."""
    node = find_node(home)
    if node is None:
        message = f"There is no node in {home}: run `mitra init` first, or set MITRA_HOME."
        raise NotFound(message)
    return node


def find_node(home: Path) -> Node | None:
    """Return what `mitra init` wrote, or None where there is no node."""
    try:
        facts = tomllib.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Node(name=facts["name"], made_at=facts["made_at"], is_demonstration=facts["is_demonstration"])
