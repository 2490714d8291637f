"""`protocol.Store` in PostgreSQL: its parts, put together."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.store.audiences import AudienceBook
from mitra.store.keys import Keys
from mitra.store.networks import NetworkMemory
from mitra.store.places import ArrivalMemory
from mitra.store.postgres.door import PostgresDoor
from mitra.store.postgres.ending import Ender
from mitra.store.postgres.growing import Growth
from mitra.store.postgres.pointing import PointingReader
from mitra.store.postgres.raw import Raw
from mitra.store.postgres.writing import Deed, Writer
from mitra.store.protocol import silence
from mitra.store.readable import SightMemory
from mitra.store.refs import Refs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.facts import Cause, Ended, NewShare, Pointers, Receipt, State
    from mitra.store.protocol import Announce


@dataclass(frozen=True, slots=True)
class Parts:
    """What the store's pieces share: the connection, the keyed digests and names, what a process remembers."""

    raw: Raw
    keys: Keys
    refs: Refs
    book: AudienceBook
    memory: SightMemory
    arrivals: ArrivalMemory
    networks: NetworkMemory


class PostgresStore:
    """`protocol.Store` in PostgreSQL.  One object serves all threads; each has its own connection."""

    def __init__(self, *, refs: bytes, atoms: bytes, alias: str = "default") -> None:
        """Take the node's secrets for public names and for keyed digests."""
        remembered = AudienceBook(), SightMemory(), ArrivalMemory(), NetworkMemory()
        self._parts = Parts(Raw(alias), Keys(atoms), Refs(refs), *remembered)
        self._writer = Writer(self._parts.raw, self._parts.keys, secrets.token_bytes)
        self._ender = Ender(self._parts.raw, self._writer)
        self._growth = Growth(self._parts)
        self._pointing = PointingReader(self._parts.raw, self._parts.keys)

    def accept_batch(
        self, shares: Sequence[NewShare], *, kind: str, by: int, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Write the shares of one owner in one durable transaction, with one act."""
        return self._named(self._writer.accept(shares, Deed(kind, by, now, {}, announce)))

    def end_share(
        self, seq: int, *, to: State, by: int, cause: Cause, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Move a share of `by` and all that rests on it to an end state; raises WrongState, NotFound."""
        deed = Deed(cause.kind, by, now, {"to": str(to)}, announce, cause.aside)
        return self._named(self._ender.end(seq, to, deed))

    def replace_share(
        self, seq: int, new: NewShare, *, by: int, cause: Cause, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Tighten a share of `by`: end it and all that rests on it, and make the new one, in one act."""
        return self._named(self._ender.replace(seq, new, Deed(cause.kind, by, now, {}, announce, cause.aside)))

    def visible_to(self, viewer: Viewer, *, now: datetime) -> PostgresDoor:
        """Return the door through which this viewer reads, as of now."""
        return PostgresDoor(self._parts, viewer, now)

    def ended_by(self, act: int) -> Ended | None:
        """Return the object of which an act tightened a share, or None."""
        return self._pointing.ended_by(act)

    def pointing_at(self, ended: Ended, *, after: int, limit: int) -> Pointers:
        """Return the live shares of the next records that refer to an object."""
        return self._pointing.pointing_at(ended, after=after, limit=limit)

    def rights_epoch(self) -> int:
        """Return the number that changes with every change of anybody's rights."""
        return self._growth.epoch()

    def raise_rights(self) -> None:
        """Change that number, in the transaction that changes rights."""
        self._growth.raise_rights()

    def replay_growth(self, before: Viewer, after: Viewer, *, now: datetime) -> int:
        """Write an arrival of what the organisation of `after` reads in feeds and, as `before`, did not."""
        return self._growth.replay(before, after, now)

    def lift_embargoes(self, *, now: datetime) -> int:
        """Write an arrival for everybody of each audience whose embargo has ended; return of how many."""
        return self._growth.lift(now)

    def names_of(self, seqs: Sequence[int]) -> Sequence[str]:
        """Return the public name of each of these shares."""
        return self._parts.refs.names(seqs)

    def _named(self, receipt: Receipt) -> Receipt:
        """Return the receipt with the public name of each share that it numbers."""
        return receipt.named(self._parts.refs.names)
