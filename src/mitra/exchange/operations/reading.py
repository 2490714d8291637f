"""Open what is for named persons only: the reading is written down before the words are shown, and logged by the hour.

The log shows count and pace to everybody, and an act for each opening would show when a RED record is read: so one act
an hour holds them all, in a tree with a branch for each organisation whose records were read.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson
from django.db import transaction

from mitra.core.ledger.act_tree import plant
from mitra.core.ledger.commitment import SALT_BYTES
from mitra.core.ledger.dates import micros
from mitra.core.policy.facts import Tlp
from mitra.exchange.models import RedReading
from mitra.ledger.operations import write_act
from mitra.store.doors import store

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.store.facts import Share

AT_ONCE = 5_000
"""Readings of one act."""


def open_red(actor: Actor, ref: str, *, now: datetime) -> Share:
    """Return a share for its words to be shown; of TLP:RED, this reading is a row first.

    Raises NotFound for whoever the share does not name; the door gives RED to no machine.
    """
    share = store().visible_to(actor.viewer, now=now).get(ref)
    if share.audience.tlp is not Tlp.RED or actor.person is None:
        return share
    RedReading.objects.create(
        person_id=actor.person,
        organisation_id=actor.organisation,
        share_ref=ref,
        shared_by_id=share.by,
        read_at=now,
    )
    return share


def log_readings(*, now: datetime) -> int:
    """Log the readings that no act holds yet, in one act; return how many.  Without any there is no act."""
    with transaction.atomic():
        readings = list(RedReading.objects.filter(act=None).order_by("pk")[:AT_ONCE])
        if not readings:
            return 0
        branches: dict[int, list[bytes]] = {}
        for reading in readings:
            branches.setdefault(reading.shared_by_id, []).append(line_of(reading))
        groups = [(orjson.dumps({"owner": owner}), lines) for owner, lines in branches.items()]
        tree = plant(secrets.token_bytes(SALT_BYTES), groups)
        written = write_act("exchange.red-read", None, {"readings": len(readings)}, now=now, tree=tree)
        RedReading.objects.filter(pk__in=[reading.pk for reading in readings]).update(act=written.act)
    return len(readings)


def line_of(reading: RedReading) -> bytes:
    """Return the digest that stands in the act's tree for one reading: who, for whom, of which share, when."""
    said = {
        "at": micros(reading.read_at),
        "organisation": reading.organisation_id,
        "person": reading.person_id,
        "share": reading.share_ref,
    }
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()
