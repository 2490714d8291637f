"""A client of a node's REST, for scripts and services: `Mitra` waits for answers, `AsyncMitra` awaits them."""

from __future__ import annotations

from mitra.client.asking import AsyncMitra, Mitra
from mitra.client.shapes import Answered, Import, Outcomes, Page, Problem, Record, WhoAmI

__all__ = ["Answered", "AsyncMitra", "Import", "Mitra", "Outcomes", "Page", "Problem", "Record", "WhoAmI"]
