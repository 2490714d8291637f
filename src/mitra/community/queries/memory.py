"""The actors that asked last, and names, remembered in the process until anybody's rights change.

What is remembered hangs on the rights' epoch, which every decision of this room changes in its own transaction and
every request reads: so rights hold at once, on every process.  Only actors are kept; a refusal is found anew each time.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.community.facts import Actor

REMEMBERED = 2_048
"""Actors kept in memory; each takes one to three kilobytes."""

K = TypeVar("K")
V = TypeVar("V")
Key = bytes | int
"""A token's digest, or a person's row id."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An actor as it was under one epoch."""

    epoch: int
    actor: Actor
    expires_at: datetime | None = None
    """When its credential ends; None for a person."""


class ActorMemory:
    """Safe among threads; forgets who asked longest ago."""

    def __init__(self, size: int = REMEMBERED) -> None:
        self._size = size
        self._kept: OrderedDict[Key, Remembered] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Key, epoch: int) -> Remembered | None:
        """Return what is remembered under this epoch."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.epoch != epoch:
                return None
            self._kept.move_to_end(key)
            return kept

    def keep(self, key: Key, remembered: Remembered) -> None:
        """Remember it; its epoch was read before its rights were."""
        with self._lock:
            self._kept[key] = remembered
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)


class NameMemory(Generic[K, V]):
    """What organisations are called, under one epoch: every decision about an organisation changes that."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._epoch: int | None = None
        self._names: dict[K, V] = {}

    def under(self, epoch: int) -> dict[K, V]:
        """Return what is known under this epoch, to add to it what was read after it was."""
        with self._lock:
            if epoch != self._epoch:
                self._epoch, self._names = epoch, {}
            return self._names


actors = ActorMemory()
names: NameMemory[int, str] = NameMemory()
"""Names by row id."""
stix_ids: NameMemory[str, int] = NameMemory()
"""Row ids by STIX id: of all organisations or of none, for nearly every id that is asked about is nobody's here."""
