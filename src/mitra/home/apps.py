"""Django's name for this room, and what it tells the frame."""

from __future__ import annotations

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.home"
    label = "home"

    def ready(self) -> None:
        """Let the front desk tell what needs somebody."""
        from mitra.home.needs import needs_of_home  # noqa: PLC0415 -- models exist only now
        from mitra.web.ports import answer_needs  # noqa: PLC0415

        answer_needs("home", needs_of_home)
