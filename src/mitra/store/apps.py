"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.store"
    label = "store"
