"""Bring Django up for a command, only when the command needs it, and find the node it works on."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from pathlib import Path


def choose_home(home: Path | None) -> None:
    """Let `--home` stand before `MITRA_HOME`; must come before `open_node`."""
    if home is not None:
        os.environ["MITRA_HOME"] = str(home.expanduser().resolve())


def set_up() -> None:
    """Load settings and rooms, whether or not the node was made.  Raises what to do when its database is of no use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mitra.config.settings")
    django.setup()
    from mitra.store.fitness import check_database

    check_database()


def open_node() -> datetime:
    """Set up, make sure that `mitra init` made a node here, and return the command's now."""
    from mitra.config.home import home
    from mitra.config.node import get_node

    get_node(home())
    set_up()
    return datetime.now(UTC)
