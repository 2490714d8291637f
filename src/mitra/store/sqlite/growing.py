"""Write arrivals: where shares that became readable later are replayed to those who page on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from mitra.core.ledger.dates import micros
from mitra.ledger.operations import hold_counter, take_replay
from mitra.store.places import listed as written_down
from mitra.store.readable import gained
from mitra.store.sqlite.asking import listed
from mitra.store.sqlite.writing import RIGHTS, SIGHTS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.sqlite.raw import Raw
    from mitra.store.sqlite.seeing import Seeing
    from mitra.store.sqlite.writing import Writer

_EPOCH = "SELECT value FROM mark WHERE id = 2"
_EVER = """
SELECT audience, sum(ever) FROM tally
WHERE audience IN (SELECT value FROM json_each(:audiences)) AND (:by IS NULL OR by = :by) GROUP BY audience
"""
_ARRIVE = "INSERT INTO arrival (first_seq, n, viewer, by, audiences, at) VALUES (?, ?, ?, ?, ?, ?)"
_ENDED = "SELECT id FROM store_audience WHERE embargo_until <= ? AND lifted_at IS NULL ORDER BY embargo_until, id"
_LIFT = "UPDATE store_audience SET lifted_at = ? WHERE id = ? AND lifted_at IS NULL RETURNING id"


class Grower:
    """Writes what grows, for one database."""

    def __init__(self, raw: Raw, writer: Writer, seeing: Seeing) -> None:
        self._raw = raw
        self._writer = writer
        self._seeing = seeing

    def epoch(self) -> int:
        """Return the number that changes with everybody's rights."""
        ((value,),) = self._raw.ask(_EPOCH)
        return int(value)

    def raise_rights(self) -> None:
        """Change it, in the caller's transaction."""
        self._writer.mark(RIGHTS)

    def replay(self, before: Viewer, after: Viewer, now: datetime) -> int:
        """Write what feeds replay to the organisation of `after`, in the caller's transaction."""
        top = hold_counter()
        was, is_now = (self._seeing.look(viewer, top, now).feeds for viewer in (before, after))
        others, of_sponsor = gained(was, is_now)
        organisation = after.organisation
        replayed = self._arrive(set(others), organisation, None, now)
        return replayed + self._arrive(set(of_sponsor), organisation, is_now.sponsor, now)

    def lift(self, now: datetime) -> int:
        """Write an arrival for everybody of each audience whose embargo has ended, and return of how many."""
        lifted = 0
        for (audience,) in self._raw.ask(_ENDED, [micros(now)]):
            with transaction.atomic(using=self._raw.alias, durable=True):
                if self._raw.ask(_LIFT, [micros(now), audience]):
                    self._arrive({audience}, None, None, now)
                    lifted += 1
        return lifted

    def _arrive(self, audiences: Collection[int], viewer: int | None, by: int | None, now: datetime) -> int:
        """Write one arrival of the shares that these audiences ever had, whose are `by`'s if given."""
        if not audiences:
            return 0
        ever: dict[int, int] = dict(self._raw.ask(_EVER, {"audiences": listed(audiences), "by": by}))
        n = sum(ever.values())
        if n:
            first_seq, at = take_replay(n, now=now)
            self._raw.put(_ARRIVE, [(first_seq, n, viewer, by, written_down(sorted(ever)), at)])
            self._writer.mark(SIGHTS)
        return n
