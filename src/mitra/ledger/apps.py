"""Django's name for this room."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.ledger"
    label = "ledger"
