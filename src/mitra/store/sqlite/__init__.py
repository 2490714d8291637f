"""Records in SQLite: natively, on Django's own connection."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mitra.store.keys import Keys
from mitra.store.readable import ReachMemory
from mitra.store.refs import Refs
from mitra.store.sqlite.door import SqliteDoor
from mitra.store.sqlite.ending import Ender
from mitra.store.sqlite.raw import Raw
from mitra.store.sqlite.writing import Deed, Writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.facts import NewShare, Receipt, State


@dataclass(frozen=True, slots=True)
class Parts:
    """What the store's pieces share: the connection, the keyed digests and names, the remembered sets."""

    raw: Raw
    keys: Keys
    refs: Refs
    memory: ReachMemory


class SqliteStore:
    """`protocol.Store` in SQLite.  One object serves all threads; each has its own connection."""

    def __init__(self, *, refs: bytes, atoms: bytes, alias: str = "default") -> None:
        """Take the node's secrets for public names and for keyed digests."""
        raw = Raw(alias)
        self._parts = Parts(raw, Keys(atoms), Refs(refs), ReachMemory())
        self._writer = Writer(raw, self._parts.keys, secrets.token_bytes)
        self._ender = Ender(raw, self._writer)

    def accept_batch(self, shares: Sequence[NewShare], *, kind: str, by: int, now: datetime) -> Receipt:
        """Write the shares of one owner in one durable transaction, with one act."""
        return self._named(self._writer.accept(shares, Deed(kind, by, now, {})))

    def end_share(self, seq: int, *, to: State, by: int, kind: str, reason: str, now: datetime) -> Receipt:
        """Move a share of `by` and all that rests on it to an end state; raises WrongState, NotFound."""
        return self._named(self._ender.end(seq, to, Deed(kind, by, now, {"reason": reason, "to": str(to)})))

    def replace_share(self, seq: int, new: NewShare, *, by: int, kind: str, reason: str, now: datetime) -> Receipt:
        """Tighten a share of `by`: end it and all that rests on it, and make the new one, in one act."""
        return self._named(self._ender.replace(seq, new, Deed(kind, by, now, {"reason": reason})))

    def visible_to(self, viewer: Viewer, *, now: datetime) -> SqliteDoor:
        """Return the door through which this viewer reads, as of now."""
        return SqliteDoor(self._parts, viewer, now)

    def _named(self, receipt: Receipt) -> Receipt:
        """Return the receipt with the public name of each share that it numbers."""
        names = iter(self._parts.refs.names([line.seq for line in receipt.lines if line.seq is not None]))
        lines = tuple(line if line.seq is None else replace(line, ref=next(names)) for line in receipt.lines)
        return replace(receipt, lines=lines)
