"""What the board tells the rest of the program: who opens it, what it shares, where it stands on the rail."""

from django.apps import AppConfig


class BoardConfig(AppConfig):
    """The board, as Django knows it."""

    name = "board"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        """Open the room."""
        from board.facts import NOTICE, REPLY, STEP
        from board.views import find_notices
        from mitra.community.rooms import Room, Scope, open_room
        from mitra.store.things.kinds import register
        from mitra.web.ports import Verb, add_verb, answer_finds, answer_machines

        scopes = (Scope("board:read", "read the board"), Scope("board:write", "write on the board", reads=False))
        both = ("board:read", "board:write")
        open_room(Room("board", scopes, {"analyst": both, "duty-officer": both, "legal": ("board:read",)}))
        for kind in (NOTICE, REPLY, STEP):
            register(kind)
        add_verb(Verb("Board", "board:notices", order=45, starts=("/board/",), scope="board:read"))
        answer_finds("board", find_notices)
        answer_machines("board.views.router")
