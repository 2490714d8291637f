"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.exchange"
    label = "exchange"
