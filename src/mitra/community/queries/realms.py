"""Realms, for the centre, which makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mitra.community.facts import COMMUNITY_MANAGE, RealmFacts
from mitra.community.models import Realm
from mitra.core.errors import NotPermitted
from mitra.core.policy.facts import REAL_REALM

if TYPE_CHECKING:
    from mitra.community.facts import Actor


def list_realms(actor: Actor) -> tuple[RealmFacts, ...]:
    """Return the realms of exercises in the order in which they were made; raises NotPermitted to all but the centre.

    Who plays in one learns of no other.
    """
    actor.require(COMMUNITY_MANAGE)
    if not actor.is_centre or actor.viewer.realm != REAL_REALM:
        raise NotPermitted("Only the centre knows which exercises there are; ask its secretariat.")
    rows = Realm.objects.order_by("number")
    return tuple(RealmFacts(*row) for row in rows.values_list("number", "name", "made_at"))
