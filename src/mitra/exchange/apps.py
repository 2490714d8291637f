"""Django's name for this room, and what it tells the frame."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Put Share and Analyse on the rail, and tell the front desk what waits, and answer machines."""
        from mitra.exchange.needs import list_needs  # noqa: PLC0415 - models exist only now
        from mitra.web.ports import Verb, add_verb, answer_machines, answer_needs  # noqa: PLC0415

        add_verb(Verb(_("Share"), "exchange:records", order=10, starts=("/exchange/",)))
        add_verb(Verb(_("Analyse"), "exchange:lookup", order=40, starts=("/exchange/lookup",)))
        answer_needs("exchange", list_needs)
        answer_machines("mitra.exchange.views.rest.router")
