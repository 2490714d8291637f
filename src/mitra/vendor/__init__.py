"""Other people's data and browser assets, each named in vendor.toml."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable


def vendor_path(name: str) -> Traversable:
    """Return the folder or file of that name below this package; a `/` separates folders."""
    return files(__name__).joinpath(*name.split("/"))
