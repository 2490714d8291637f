"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class StoreConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.store"
    label = "store"

    def ready(self) -> None:
        """Let each new connection be taught what the store's statements use."""
        from mitra.store.sqlite.raw import teach  # noqa: PLC0415 - apps are ready only now

        connection_created.connect(teach, dispatch_uid="mitra.store")
