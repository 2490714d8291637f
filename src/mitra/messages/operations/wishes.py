"""Keep how a person wants to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.core.errors import NotPermitted
from mitra.messages.models import Wish

if TYPE_CHECKING:
    from mitra.community.facts import Actor
    from mitra.messages.facts import Wishes


def keep_wish(wishes: Wishes, *, by: Actor) -> None:
    """Keep how the acting person wants to be told; raises NotPermitted for a machine."""
    if by.person is None:
        raise NotPermitted("A machine is told nothing by mail; sign in as a person.")
    start, end = wishes.quiet or (None, None)
    kept = {
        "owner": by.organisation,
        "by_mail": wishes.by_mail,
        "quiet_from": start,
        "quiet_to": end,
        "wakes_from": wishes.wakes_from,
    }
    Wish.objects.update_or_create(person=by.person, defaults=kept)
