"""A throw-away node: an invented region, real indicators with their source, a story that checks itself."""

from __future__ import annotations

from mitra.demo.loading import Loaded, load

__all__ = ["Loaded", "load"]
