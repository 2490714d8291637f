"""Register what the board shares."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """The board, as Django knows it."""

    name = "board"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Let notices be known as things."""
        from board.facts import NOTICE
        from mitra.store.things.kinds import register

        register(NOTICE)
