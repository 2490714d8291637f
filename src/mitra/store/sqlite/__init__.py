"""Records in SQLite: natively, on Django's own connection."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitra.store.audiences import AudienceBook
from mitra.store.keys import Keys
from mitra.store.networks import NetworkMemory
from mitra.store.places import ArrivalMemory
from mitra.store.protocol import silence
from mitra.store.readable import SightMemory
from mitra.store.refs import Refs
from mitra.store.sqlite.door import SqliteDoor
from mitra.store.sqlite.ending import Ender
from mitra.store.sqlite.growing import Grower
from mitra.store.sqlite.held import HeldRecords
from mitra.store.sqlite.pointing import PointingReader
from mitra.store.sqlite.raw import Raw
from mitra.store.sqlite.seeing import Seeing
from mitra.store.sqlite.ways import Counts
from mitra.store.sqlite.writing import Deed, Writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.facts import Cause, Ended, NewShare, Pointers, Receipt, State
    from mitra.store.protocol import Announce


@dataclass(frozen=True, slots=True)
class Parts:
    """What the store's pieces share: the connection, the keyed digests and names, what is remembered."""

    raw: Raw
    keys: Keys
    refs: Refs
    seeing: Seeing
    networks: NetworkMemory
    counts: Counts
    held: HeldRecords


class SqliteStore:
    """`protocol.Store` in SQLite.  One object serves all threads; each has its own connection."""

    def __init__(self, *, refs: bytes, atoms: bytes, alias: str = "default") -> None:
        """Take the node's secrets for public names and for keyed digests."""
        raw = Raw(alias)
        seeing = Seeing(raw, AudienceBook(), SightMemory(), ArrivalMemory())
        self._parts = Parts(raw, Keys(atoms), Refs(refs), seeing, NetworkMemory(), Counts(), HeldRecords(raw))
        self._writer = Writer(raw, self._parts.keys, self._parts.held, secrets.token_bytes)
        self._ender = Ender(raw, self._writer)
        self._pointing = PointingReader(raw, self._parts.keys)
        self._grower = Grower(raw, self._writer, seeing)

    def accept_batch(
        self, shares: Sequence[NewShare], *, kind: str, by: int, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Write the shares of one owner in one durable transaction, with one act."""
        return self._named(self._writer.accept(shares, Deed(kind, by, now, {}, announce)))

    def end_share(
        self, seq: int, *, to: State, by: int, cause: Cause, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Move a share of `by` and all that rests on it to an end state; raises WrongState, NotFound."""
        return self._named(self._ender.end(seq, to, Deed(cause.kind, by, now, {"to": str(to)}, announce, cause.aside)))

    def replace_share(
        self, seq: int, new: NewShare, *, by: int, cause: Cause, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Tighten a share of `by`: end it and all that rests on it, and make the new one, in one act."""
        return self._named(self._ender.replace(seq, new, Deed(cause.kind, by, now, {}, announce, cause.aside)))

    def visible_to(self, viewer: Viewer, *, now: datetime) -> SqliteDoor:
        """Return the door through which this viewer reads, as of now."""
        return SqliteDoor(self._parts, viewer, now)

    def ended_by(self, act: int) -> Ended | None:
        """Return the object of which an act tightened a share, or None."""
        return self._pointing.ended_by(act)

    def pointing_at(self, ended: Ended, *, after: int, limit: int) -> Pointers:
        """Return the live shares of the next records that refer to an object."""
        return self._pointing.pointing_at(ended, after=after, limit=limit)

    def rights_epoch(self) -> int:
        """Return the number that changes with every change of anybody's rights."""
        return self._grower.epoch()

    def raise_rights(self) -> None:
        """Change that number, in the transaction that changes rights."""
        self._grower.raise_rights()

    def replay_growth(self, before: Viewer, after: Viewer, *, now: datetime) -> int:
        """Write an arrival of what the organisation of `after` reads in feeds and, as `before`, did not."""
        return self._grower.replay(before, after, now)

    def lift_embargoes(self, *, now: datetime) -> int:
        """Write an arrival for everybody of each audience whose embargo has ended."""
        return self._grower.lift(now)

    def names_of(self, seqs: Sequence[int]) -> Sequence[str]:
        """Return the public name of each of these shares."""
        return self._parts.refs.names(seqs)

    def _named(self, receipt: Receipt) -> Receipt:
        """Return the receipt with the public name of each share that it numbers."""
        return receipt.named(self._parts.refs.names)
