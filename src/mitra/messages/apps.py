"""Django's name for this room, what it does by itself, and its place in the frame."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    """The room as Django installs it; Django's own messages have the shorter label."""

    name = "mitra.messages"
    label = "mitra_messages"

    def ready(self) -> None:
        """Let its jobs be known, and put the inbox on the rail."""
        from mitra.messages import reactions  # noqa: F401, PLC0415 - apps are ready only now
        from mitra.messages.needs import list_needs  # noqa: PLC0415
        from mitra.web.ports import Verb, add_verb, answer_needs  # noqa: PLC0415

        add_verb(Verb(_("Inbox"), "messages:inbox", order=85, starts=("/inbox/",), is_quiet=True))
        answer_needs("messages", list_needs)
