"""What of the inbox needs somebody: letters that belong nowhere yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mitra.messages import queries
from mitra.web.ports import Need

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mitra.community.facts import Actor

SHOWN: Final = 3
TIMELY_DAYS: Final = 3


def list_needs(actor: Actor, *, now: datetime) -> Iterator[Need]:
    """Yield the letters of people that came within three days."""
    for letter in queries.list_letters(actor, limit=SHOWN):
        if letter.kind == "human" and (now - letter.received_at).days < TIMELY_DAYS:
            yield Need(
                kind=_("a letter"),
                title=letter.subject or str(_("without a subject")),
                body=_("It came by mail. Read it and put it where it belongs."),
                url=reverse("messages:letter", args=[letter.ref]),
                act=_("Read the letter"),
                since=letter.received_at,
                sign="file",
            )
