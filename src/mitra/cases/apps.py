"""Django's name for this room, who opens it, what it shares, and what it tells the frame."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """The room as Django installs it."""

    name = "mitra.cases"
    label = "cases"

    def ready(self) -> None:
        """Open the room, and put Respond on the rail."""
        from mitra.cases import reactions  # noqa: F401, PLC0415 - models exist only now
        from mitra.cases.facts import CASE, CASES_READ, CASES_WRITE, ENTRY, ROOM, STEP, TASK, TASK_STEP  # noqa: PLC0415
        from mitra.cases.needs import list_needs  # noqa: PLC0415
        from mitra.cases.queries import find_cases, timed_invitations  # noqa: PLC0415
        from mitra.cases.tellers import TELLERS  # noqa: PLC0415
        from mitra.community.facts import COMMUNITY_MANAGE  # noqa: PLC0415
        from mitra.community.rooms import Room, Scope, open_room, time_invitations  # noqa: PLC0415
        from mitra.messages.ports import add_teller  # noqa: PLC0415
        from mitra.store.things.kinds import register  # noqa: PLC0415
        from mitra.web import ports  # noqa: PLC0415

        scopes = (
            Scope(CASES_READ, _("read the cases that you are in")),
            Scope(CASES_WRITE, _("open cases, and write in those that you are in"), reads=False),
        )
        both = (CASES_READ, CASES_WRITE)
        open_room(Room(ROOM, scopes, {"analyst": both, "duty-officer": both, "legal": (CASES_READ,)}))
        for kind in (CASE, ENTRY, STEP, TASK, TASK_STEP):
            register(kind)
        for teller in TELLERS:
            add_teller(teller)
        ports.add_verb(ports.Verb(_("Respond"), "cases:cases", order=20, starts=("/cases/",), scope=CASES_READ))
        ports.answer_needs("cases", list_needs)
        for of in ("record", "letter"):
            ports.offer_going_on(ports.GoOn(of, _("Open a case from it"), "cases:new", CASES_WRITE))
        ports.offer_going_on(ports.GoOn("organisation", _("When we work"), "cases:calendar", COMMUNITY_MANAGE))
        time_invitations(timed_invitations)
        ports.answer_finds("cases", find_cases)
        ports.answer_machines("mitra.cases.views.rest.router")
