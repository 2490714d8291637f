"""Open what is for named persons only: the reading is written down before the words are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from mitra.core.policy.facts import Tlp
from mitra.exchange.models import RedReading
from mitra.ledger.operations import write_act
from mitra.store.doors import store

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.store.facts import Share


def open_red(actor: Actor, ref: str, *, now: datetime) -> Share:
    """Return a share for its words to be shown; of TLP:RED, this reading is a row and a leaf first.

    Raises NotFound for whoever the share does not name; the door gives RED to no machine.
    """
    share = store().visible_to(actor.viewer, now=now).get(ref)
    if share.audience.tlp is not Tlp.RED or actor.person is None:
        return share
    with transaction.atomic():
        RedReading.objects.create(
            person_id=actor.person,
            organisation_id=actor.organisation,
            share_ref=ref,
            shared_by_id=share.by,
            read_at=now,
        )
        write_act("exchange.red-read", actor.organisation, {"person": actor.person, "share": ref}, now=now)
    return share
