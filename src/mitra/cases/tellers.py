"""What messages of this room are about, read again by whoever is told: a case that one is in, or one's invitation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mitra.cases.facts import CASES_READ
from mitra.cases.operations.telling import ASKED, DUE, NEWS, OFFERED, OVERDUE, SILENT
from mitra.cases.queries import describe
from mitra.messages.ports import Teller

TELLERS = tuple(
    Teller(code, CASES_READ, heading, describe)
    for code, heading in (
        (ASKED, _("You are asked into a case")),
        (DUE, _("Half of your time is over")),
        (OVERDUE, _("Your time is over")),
        (SILENT, _("Somebody has not answered")),
        (OFFERED, _("The lead of a case is offered to you")),
        (NEWS, _("Something new in a case")),
    )
)
