"""Django's name for this room, and where it looks for what others tell and hear."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig, apps
from django.utils.module_loading import module_has_submodule


class PulseConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.pulse"
    label = "pulse"

    def ready(self) -> None:
        """Read each room's `events` and `reactions`: a room has no more to do to be heard and to hear."""
        import mitra.pulse.forgetting  # noqa: F401, PLC0415 - models exist only now

        for config in apps.get_app_configs():
            for part in ("events", "reactions"):
                if config.name.startswith("mitra.") and config != self and module_has_submodule(config.module, part):
                    import_module(f"{config.name}.{part}")
