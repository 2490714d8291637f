"""Arrivals: write down that older shares became readable, so that who pages by position meets them.

The counter's row is taken first: whoever is sharing commits before or gets higher numbers, so what an arrival replays
is counted as it will ever be.  After the counter comes the mark, here as everywhere (`writing`).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.db import transaction

from mitra.core.ledger.dates import micros
from mitra.ledger.operations import hold_counter, take_replay
from mitra.store.places import listed
from mitra.store.postgres.raw import numbers
from mitra.store.postgres.sight import fresh_sight
from mitra.store.readable import gained

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.postgres.store import Parts

_EPOCH = "SELECT value FROM mark WHERE id = 2"
_CHANGE = "UPDATE mark SET value = %s WHERE id = %s"
_EVER = """
SELECT audience, sum(ever)::int8 FROM tally
WHERE audience = ANY(%s::int8[]) AND by = coalesce(%s, by) GROUP BY audience HAVING sum(ever) > 0
"""
_ARRIVE = "INSERT INTO arrival (first_seq, n, viewer, by, audiences, at) VALUES (%s, %s, %s, %s, %s, %s)"
_ENDED = """
SELECT id FROM store_audience a WHERE embargo_until <= %s AND lifted_at IS NULL
ORDER BY embargo_until, (SELECT min(seq) FROM share WHERE audience = a.id), id
"""
_LIFT = "UPDATE store_audience SET lifted_at = %s WHERE id = %s AND lifted_at IS NULL RETURNING id"
AUDIENCES, RIGHTS = 1, 2
"""The marks: of what is remembered of audiences, and of everybody's rights."""


class Growth:
    """Rights that grow, in one database."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._raw = parts.raw

    def epoch(self) -> int:
        """Return the number that changes with every change of anybody's rights."""
        ((value,),) = self._raw.ask(_EPOCH)
        return int(value)

    def raise_rights(self) -> None:
        """Change that number, in the caller's transaction: its row is held until commit, before the counter is."""
        self._change(RIGHTS)

    def replay(self, before: Viewer, after: Viewer, now: datetime) -> int:
        """Write what feeds replay to an organisation whose rights grew, in the caller's transaction."""
        top = hold_counter()
        was, will = (fresh_sight(self._parts, viewer, top, now).feeds for viewer in (before, after))
        others, of_sponsor = gained(was, will)
        replayed = self._arrive(others, after.organisation, None, now)
        return replayed + self._arrive(of_sponsor, after.organisation, will.sponsor, now)

    def lift(self, now: datetime) -> int:
        """Write an arrival for everybody of each audience whose embargo has ended."""
        lifted = 0
        for (audience,) in self._raw.ask(_ENDED, [micros(now)]):
            with transaction.atomic(using=self._raw.alias, durable=True):
                hold_counter()
                if self._raw.ask(_LIFT, [micros(now), audience]):
                    self._arrive([audience], None, None, now)
                    lifted += 1
        return lifted

    def _arrive(self, audiences: Iterable[int], viewer: int | None, by: int | None, now: datetime) -> int:
        """Write one arrival of those of the audiences that have any shares; the counter is held."""
        counted: dict[int, int] = dict(self._raw.ask(_EVER, [numbers(audiences), by]))
        n = sum(counted.values())
        if n:
            first_seq, at = take_replay(n, now=now)
            self._raw.ask(_ARRIVE, [first_seq, n, viewer, by, listed(sorted(counted)), at])
            self._change(AUDIENCES)
        return n

    def _change(self, mark: int) -> None:
        self._raw.ask(_CHANGE, [int.from_bytes(secrets.token_bytes(8), "big", signed=True), mark])
