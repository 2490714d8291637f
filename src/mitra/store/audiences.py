"""Every audience of the store, remembered by its process, and sets of them that a database tests a byte at a time.

An audience row never goes and its meaning never changes, so a process learns each once.  Which of them a viewer reads
is asked of policy by *groups*: an audience is open to a viewer by its room, realm and level alone, or by one of its
circles, so policy is asked about each (kind) and each (kind, circle) that reaches the viewer, never about each
audience.  An embargo only ever refuses, until it ends: it is set against the answer afterwards.

Budget: 5 ms for a viewer of 200,000 audiences in 2,000 circles; measured by `bench/readable_sets.py`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from mitra.core.ledger.dates import instant, micros
from mitra.core.policy.decide import may_read, own, readable
from mitra.core.policy.facts import Audience, Tlp

if TYPE_CHECKING:
    from mitra.core.policy.facts import Viewer

HELD = 10_000
"""Audiences that are kept as values; the others are made again when asked for."""
_NEVER_ENDS = datetime.max.replace(tzinfo=UTC)
DIGITS = {int(tlp): ord(str(int(tlp))) for tlp in Tlp}
_SOME = 0xFF
_WHERE_NONE = bytes([_SOME]) + bytes(255)
_IN_IT = re.compile(b"[^\0]")


class AudienceSet:
    """A set of audiences: the byte at an id, counted from 1, is its level's digit, or nought when it is not in it."""

    def __init__(self, levels: bytes = b"") -> None:
        self.levels = levels

    @classmethod
    def of(cls, ids: Collection[int]) -> AudienceSet:
        """Return a set that knows no levels: to take from another one, or to meet it."""
        levels = bytearray(max(ids, default=0))
        for audience in ids:
            levels[audience - 1] = _SOME
        return cls(bytes(levels))

    @cached_property
    def _count(self) -> int:
        return len(self.levels.translate(None, b"\0"))

    def __len__(self) -> int:
        """Return how many are in it."""
        return self._count

    def __bool__(self) -> bool:
        """Return whether any is in it."""
        return self._is_some

    @cached_property
    def _is_some(self) -> bool:
        return _as_int(self.levels) > 0

    def __contains__(self, audience: object) -> bool:
        """Return whether an id is in it."""
        return isinstance(audience, int) and 0 < audience <= len(self.levels) and self.levels[audience - 1] != 0

    def __iter__(self) -> Iterator[int]:
        """Yield the ids, ascending."""
        return (found.end() for found in _IN_IT.finditer(self.levels))

    def __eq__(self, other: object) -> bool:
        """Return whether both hold the same ids."""
        return isinstance(other, AudienceSet) and set(self) == set(other)

    def __hash__(self) -> int:
        """Return the same number for equal sets."""
        return hash(frozenset(self))

    def __repr__(self) -> str:
        """Return the ids."""
        return f"AudienceSet({list(self)})"

    def __or__(self, other: AudienceSet) -> AudienceSet:
        """Return what is in either."""
        if not other or not self:
            return self or other
        return _from_int(_as_int(self.levels) | _as_int(other.levels), max(len(self.levels), len(other.levels)))

    def __sub__(self, other: AudienceSet) -> AudienceSet:
        """Return what is not in the other one."""
        if not other or not self:
            return self
        kept = other.levels[: len(self.levels)].translate(_WHERE_NONE).ljust(len(self.levels), b"\xff")
        return _from_int(_as_int(self.levels) & _as_int(kept), len(self.levels))

    def __and__(self, other: AudienceSet) -> AudienceSet:
        """Return what is in both."""
        return self - (self - other)

    def meets(self, ids: Collection[int]) -> bool:
        """Return whether one of some ids is in it."""
        levels, size = self.levels, len(self.levels)
        return any(audience <= size and levels[audience - 1] for audience in ids)

    def without(self, ids: Collection[int]) -> AudienceSet:
        """Return what is not among some ids; itself when none of them is in it."""
        if not self.meets(ids):
            return self
        levels = bytearray(self.levels)
        size = len(levels)
        for audience in ids:
            if audience <= size:
                levels[audience - 1] = 0
        return AudienceSet(bytes(levels))

    def among(self, ids: Collection[int]) -> AudienceSet:
        """Return what is among some ids."""
        levels, size = self.levels, len(self.levels)
        kept = bytearray(min(size, max(ids, default=0)))
        for audience in ids:
            if audience <= size:
                kept[audience - 1] = levels[audience - 1]
        return AudienceSet(bytes(kept))

    def at(self, tlps: Iterable[int]) -> AudienceSet:
        """Return those of these levels; numbers that stand for none leave nothing."""
        kept = bytearray(256)
        for digit in (DIGITS[tlp] for tlp in map(int, tlps) if tlp in DIGITS):
            kept[digit] = digit
        return AudienceSet(self.levels.translate(kept))


NO_AUDIENCES = AudienceSet()


def _as_int(levels: bytes) -> int:
    return int.from_bytes(levels, "little")


def _from_int(number: int, size: int) -> AudienceSet:
    return AudienceSet(number.to_bytes(size, "little"))


@dataclass(frozen=True, eq=False)
class Kind:
    """What an audience is beside its circles and its embargo; one value of each, told apart by identity."""

    realm: int
    room: str
    tlp: Tlp

    @cached_property
    def digit(self) -> int:
        """The byte that stands for its level."""
        return DIGITS[self.tlp]


class Open(NamedTuple):
    """The audiences that policy opens to a viewer, embargoes left aside."""

    others: AudienceSet
    """Whoever shared."""
    of_sponsor: AudienceSet
    """Beyond those, when its sponsor shared."""


class AudienceBook(Mapping[int, Audience]):
    """All audiences by row id, and in which groups they are.  Safe among threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._levels = bytearray()
        self._kind_of: dict[tuple[int, str, int], Kind] = {}
        self._kinds: list[Kind | None] = [None]
        self._circles: list[str] = [""]
        self._ends: dict[int, int] = {}
        self._by_end: list[tuple[int, int]] = []
        self._lifted: frozenset[int] = frozenset()
        self._unlifted: frozenset[int] | None = None
        self._of_kind: dict[Kind, bytearray] = {}
        self._of_circle: defaultdict[int, dict[Kind, array[int]]] = defaultdict(dict)
        self._example = lru_cache(maxsize=HELD)(_example)
        self._made = lru_cache(maxsize=HELD)(self._make)

    # ── As a mapping

    def __getitem__(self, audience: int) -> Audience:
        """Return an audience by its row id."""
        return self._made(audience)

    def __iter__(self) -> Iterator[int]:
        """Yield every id."""
        return iter(self.all)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.all)

    @property
    def last(self) -> int:
        """The highest id learnt so far."""
        return len(self._levels)

    @property
    def all(self) -> AudienceSet:
        """Every audience."""
        return AudienceSet(bytes(self._levels))

    def _make(self, audience: int) -> Audience:
        kind, circles, end = self._kind(audience), self._circles[audience], self._ends.get(audience)
        return Audience(
            kind.tlp, _numbers(circles), kind.room, kind.realm, embargo_until=None if end is None else instant(end)
        )

    def _kind(self, audience: int) -> Kind:
        kind = self._kinds[audience] if 0 < audience < len(self._kinds) else None
        if kind is None:
            raise KeyError(audience)
        return kind

    # ── Learning

    def learn(self, rows: Iterable[tuple[int, str, int, int, str, int | None]]) -> None:
        """Take in rows (id, room, realm, tlp, circles, embargo_until in microseconds); known ones are passed over."""
        with self._lock:
            for audience, room, realm, tlp, circles, end in rows:
                if audience < len(self._kinds) and self._kinds[audience] is not None:
                    continue
                kind = self._kind_of.get((realm, room, tlp))
                if kind is None:
                    kind = self._kind_of[realm, room, tlp] = Kind(realm, room, Tlp(tlp))
                    self._of_kind[kind] = bytearray()
                self._learn(audience, kind, circles, end)

    def _learn(self, audience: int, kind: Kind, circles: str, end: int | None) -> None:
        missing = audience + 1 - len(self._kinds)
        self._kinds.extend([None] * missing)
        self._circles.extend([""] * missing)
        self._kinds[audience] = kind
        self._circles[audience] = circles
        if end is not None:
            self._ends[audience] = end
            insort(self._by_end, (end, audience))
            self._unlifted = None
        for circle in circles.split(",") if circles else ():
            of_circle = self._of_circle[int(circle)]
            if kind not in of_circle:
                of_circle[kind] = array("q")
            of_circle[kind].append(audience)
        for levels in (self._levels, self._of_kind[kind]):
            if len(levels) < audience:
                levels.extend(bytes(audience - len(levels)))
            levels[audience - 1] = kind.digit

    # ── Asking policy

    def open_to(self, viewer: Viewer, circles: Iterable[int], now: datetime) -> Open:
        """Return what policy opens to a viewer whom these circles could reach, embargoes left aside."""
        with self._lock:
            kinds = [(kind, None) for kind in self._of_kind if kind.realm == viewer.realm]
            at_once = readable(viewer, dict(enumerate(self._example(*group) for group in kinds)), now)
            to_all = {kinds[n][0] for n in at_once.others}
            reaching = [
                (kind, circle)
                for circle in circles
                for kind in self._of_circle.get(circle, ())
                if kind.realm == viewer.realm and kind not in to_all
            ]
            by_circle = readable(viewer, dict(enumerate(self._example(*group) for group in reaching)), now)
            others = [kinds[n] for n in at_once.others] + [reaching[n] for n in by_circle.others]
            of_sponsor = [kinds[n] for n in at_once.of_sponsor] + [reaching[n] for n in by_circle.of_sponsor]
            opened = self._gathered(others)
            return Open(opened, self._gathered(of_sponsor) - opened)

    def own(self, viewer: Viewer, used: Iterable[int], opened: AudienceSet, now: datetime) -> AudienceSet:
        """Return which of the audiences that its organisation used the viewer reads of its own shares.

        Those that policy opens to an owner, embargo or not, and those that are `opened` to it whoever shared.
        """
        if viewer.organisation is None:
            return NO_AUDIENCES
        kinds = list({self._kind(audience) for audience in used})
        held = own(viewer, {n: self._example(kind, None, forever=True) for n, kind in enumerate(kinds)}, now)
        to_owner = {kinds[n] for n in held.audiences}
        found = bytearray(len(self._levels))
        for audience in used:
            kind = self._kind(audience)
            if kind in to_owner or audience in opened or self._names(viewer, audience, now):
                found[audience - 1] = kind.digit
        return AudienceSet(bytes(found))

    def _names(self, viewer: Viewer, audience: int, now: datetime) -> bool:
        """Return whether policy opens RED to the viewer as one of its owner's named persons."""
        if self._kind(audience).tlp is not Tlp.RED or viewer.organisation is None:
            return False
        said = self[audience]
        for_ever = Audience(said.tlp, said.circles, said.room, said.realm, _NEVER_ENDS)
        return may_read(viewer, viewer.organisation, for_ever, now=now).allowed

    def _gathered(self, groups: Iterable[tuple[Kind, int | None]]) -> AudienceSet:
        """Return every audience of these groups."""
        groups = list(groups)
        if not groups:
            return NO_AUDIENCES
        found = 0
        for kind, circle in groups:
            if circle is None:
                found |= _as_int(bytes(self._of_kind[kind]))
        levels = bytearray(found.to_bytes(len(self._levels), "little"))
        for kind, circle in groups:
            if circle is not None:
                digit = kind.digit
                for audience in self._of_circle[circle][kind]:
                    levels[audience - 1] = digit
        return AudienceSet(bytes(levels))

    # ── Embargoes and circles

    def running(self, now: datetime) -> Iterator[tuple[int, int]]:
        """Yield (end, id) of each audience whose embargo runs still, the first to end first."""
        with self._lock:
            return iter(self._by_end[bisect_right(self._by_end, (micros(now), self.last)) :])

    def unlifted(self, lifted: frozenset[int]) -> frozenset[int]:
        """Return the audiences with an embargo that is not among those lifted."""
        with self._lock:
            if self._unlifted is None or self._lifted is not lifted:
                self._lifted, self._unlifted = lifted, frozenset(self._ends.keys() - lifted)
            return self._unlifted

    def ending_by(self, until: datetime) -> list[int]:
        """Return the audiences whose embargo ends by then."""
        with self._lock:
            return [key for _, key in self._by_end[: bisect_right(self._by_end, (micros(until), self.last))]]

    def is_all_in(self, room: str) -> bool:
        """Return whether no audience is of another room."""
        with self._lock:
            return all(kind.room == room for kind in self._of_kind)

    def of_room(self, room: str) -> AudienceSet:
        """Return the audiences of one room, in every realm."""
        with self._lock:
            return self._gathered((kind, None) for kind in self._of_kind if kind.room == room)

    def naming(self, circles: Iterable[int]) -> set[int]:
        """Return the audiences that name one of these circles."""
        with self._lock:
            found: set[int] = set()
            for circle in circles:
                found.update(*self._of_circle.get(circle, {}).values())
            return found


def _numbers(circles: str) -> frozenset[int]:
    return frozenset(map(int, circles.split(","))) if circles else frozenset()


def _example(kind: Kind, circle: int | None, *, forever: bool = False) -> Audience:
    """Return an audience of a group, without an embargo or under one that never ends."""
    circles = frozenset[int]() if circle is None else frozenset({circle})
    return Audience(kind.tlp, circles, kind.room, kind.realm, embargo_until=_NEVER_ENDS if forever else None)
