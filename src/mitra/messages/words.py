"""This room's codes in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from mitra.messages.facts import Channel, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mitra.web.ports import Words

STATES: Mapping[State, Words] = {
    State.QUEUED: _("waits to be sent"),
    State.SENT: _("sent"),
    State.DELIVERED: _("arrived"),
    State.DEFERRED: _("tried again later"),
    State.BOUNCED: _("did not arrive"),
    State.FALLBACK: _("did not arrive; others were told"),
    State.ESCALATED: _("nobody answered; others were told"),
    State.ACKNOWLEDGED: _("answered"),
}
SIGNS: Mapping[State, str] = {
    State.QUEUED: "ring",
    State.SENT: "half",
    State.DELIVERED: "dot",
    State.DEFERRED: "half",
    State.BOUNCED: "cross",
    State.FALLBACK: "warning",
    State.ESCALATED: "warning",
    State.ACKNOWLEDGED: "check",
}
CHANNELS: Mapping[Channel, Words] = {
    Channel.MAIL: _("mail"),
    Channel.WEBHOOK: _("webhook"),
    Channel.PUSH: _("browser"),
}
HOOKS: Mapping[str, Words] = {"works": _("works"), "fails": _("does not answer"), "gone": _("wants no more")}
LETTERS: Mapping[str, Words] = {
    "human": _("a letter"),
    "auto-reply": _("an automatic answer"),
    "report": _("a mail server's report"),
    "list": _("from a list"),
    "encrypted": _("encrypted"),
}
