"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.community"
    label = "community"
