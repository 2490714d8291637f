"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.upkeep"
    label = "upkeep"

    def ready(self) -> None:
        """Let its jobs be known."""
        from mitra.upkeep import reactions  # noqa: F401, PLC0415 - apps are ready only now
