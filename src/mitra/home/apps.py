"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.home"
    label = "home"
