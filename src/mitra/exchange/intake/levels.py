"""What the first pass over a file learns for the second: its markings, its containers' members, each object's level.

A report may stand last in a gigabyte, so what it says of its members is known only when everything has been read once.
Memory does not follow the file's text: an object costs eight bytes here, a membership eight (sixteen in a container
without a marking), and only marking-definitions that say TLP are kept by name.  An id is kept as 60 bits of its keyed
hash beside four bits of level, in a sorted array.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left, bisect_right
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Tlp
from mitra.core.policy.reshare import effective_tlp
from mitra.core.stix.markings import LEVEL_OF_ID, LEVELS, own_tlp, tlp_of_definition
from mitra.core.stix.references import CONTAINER_TYPES, container_members, references_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mitra.exchange.intake.batch import Stix

UNMOVED: Final = frozenset({"identity", "marking-definition"})
"""Types that a container's marking does not reach."""

MITRE: Final = "identity--c78cb6e5-0c4b-4611-8297-d1b8b55e40b5"
"""The author of ATT&CK, whose objects keep their own level in whatever report they are named."""

_HOLDERS: Final = CONTAINER_TYPES | {"observed-data"}

NESTED: Final = 8
"""How many containers within containers are followed."""

TLP_OF_LABEL: Final[Mapping[str, Tlp]] = MappingProxyType({label: Tlp(at) for at, label in enumerate(LEVELS)})

_BITS: Final = 15
_OWN: Final = 8
_LEVEL: Final = 7
_UNSAID: Final = 5
"""Stands for a level that nothing in the file or the terms says."""

_RUN: Final = 65_536


def _key(stix_id: str) -> int:
    """Return 60 bits of the id's keyed hash, with room for a level below.  The key is this process's own."""
    return hash(stix_id) & 0xFFFF_FFFF_FFFF_FFF0


class Levels:
    """Learns objects, is settled once, then answers.  `given` is the level that came with the share.

    `later` learns them when the first question comes that needs it, where nothing need be known before.
    """

    def __init__(self, given: Tlp | None) -> None:
        self.given = given
        self.known: dict[str, str] = dict(LEVEL_OF_ID)
        """Marking ids and the level that each says: the well-known ones and the file's own."""
        self.unknown: set[str] = set()
        """Marking ids that say TLP and name no level."""
        self.later: Callable[[], None] | None = None
        self._bits_of: dict[tuple[Tlp | None, tuple[Tlp, ...]], int] = {}
        self._levels: array[int] = array("Q")
        self._members: array[int] = array("Q")
        self._unmarked: array[int] = array("Q")
        """Pairs of a container without a marking and a member."""

    def learn_definition(self, obj: Stix) -> None:
        """Take in an object that may be a marking-definition and say TLP."""
        stix_id = obj.get("id")
        if obj.get("type") != "marking-definition" or not isinstance(stix_id, str):
            return
        try:
            level = tlp_of_definition(obj)
        except InvalidInput:
            self.unknown.add(stix_id)
            return
        if level is not None:
            self.known[stix_id] = level

    @property
    def has_own_definitions(self) -> bool:
        """Whether the file says TLP by markings of its own."""
        return bool(self.unknown) or len(self.known) > len(LEVEL_OF_ID)

    def forget_objects(self) -> None:
        """Keep the markings and begin again with the objects."""
        self._levels, self._members, self._unmarked = array("Q"), array("Q"), array("Q")

    def learn(self, obj: Stix) -> None:
        """Take in one object, whatever it holds; what is broken is refused in the second pass."""
        stix_id = obj.get("id")
        if not isinstance(stix_id, str) or not isinstance(obj.get("type"), str):
            return
        try:
            own, granular = self.marked(obj)
        except InvalidInput:
            return
        key = _key(stix_id)
        self._levels.append(key | self._bits(own, granular))
        if obj["type"] not in _HOLDERS:
            return
        for member in container_members(obj):
            if own is None:
                self._unmarked.extend((key, _key(member)))
            else:
                self._members.append(_key(member) | own)
        if own is None and obj["type"] == "observed-data":
            # It marks nothing itself, but hands down what its own container says of it.
            for member in references_of(obj):
                self._unmarked.extend((key, _key(member)))

    def settle(self) -> None:
        """Order what was learnt, and follow containers within containers."""
        self._levels = _ordered(self._levels)
        self._members = _ordered(self._members)
        pairs = self._unmarked
        for _ in range(NESTED):
            passed = array("Q")
            for at in range(0, len(pairs), 2):
                level = _strictest(self._members, pairs[at])
                if level is not None:
                    passed.append(pairs[at + 1] | level)
            before = len(self._members)
            self._members = _ordered(self._members + passed)
            if len(self._members) == before:
                return

    def marked(self, obj: Stix) -> tuple[Tlp | None, tuple[Tlp, ...]]:
        """Return the object's own level and those of its parts; raises InvalidInput (`unknown-tlp`)."""
        granular = obj.get("granular_markings")
        if granular is None:
            return self._level(obj), ()
        whole = {name: value for name, value in obj.items() if name != "granular_markings"}
        part = self._level({"granular_markings": granular})
        return self._level(whole), () if part is None else (part,)

    def of_container(self, obj: Stix) -> Tlp | None:
        """Return the strictest level of the containers that hold the object; None where none reaches it."""
        if not self._members or obj.get("type") in UNMOVED or obj.get("created_by_ref") == MITRE:
            return None
        return _strictest(self._members, _key(str(obj.get("id"))))

    def level_of(self, stix_id: str) -> Tlp | None:
        """Return the loosest level at which this file shares an id, or None when it does not hold it."""
        later, self.later = self.later, None
        if later is not None:
            later()
        key = _key(stix_id)
        at = bisect_left(self._levels, key)
        levels: list[Tlp] = []
        while at < len(self._levels) and self._levels[at] & ~_BITS == key:
            levels.append(self._effective(key, self._levels[at]))
            at += 1
        return min(levels, default=None)

    def _bits(self, own: Tlp | None, granular: tuple[Tlp, ...]) -> int:
        said = (own, granular)
        bits = self._bits_of.get(said)
        if bits is None:
            bits = self._bits_of[said] = self._worked_out(own, granular)
        return bits

    def _worked_out(self, own: Tlp | None, granular: tuple[Tlp, ...]) -> int:
        if own is not None:
            return _OWN | effective_tlp(self.given, own, granular, None)
        if self.given is None and not granular:
            return _UNSAID
        return effective_tlp(self.given, None, granular, None)

    def _effective(self, key: int, entry: int) -> Tlp:
        container = None if entry & _OWN else _strictest(self._members, key)
        said = None if entry & _LEVEL == _UNSAID else Tlp(entry & _LEVEL)
        return effective_tlp(said, None, (), container)

    def _level(self, obj: Stix) -> Tlp | None:
        label = own_tlp(obj, known=self.known)
        return None if label is None else TLP_OF_LABEL[label]


def _strictest(table: array[int], key: int) -> Tlp | None:
    at = bisect_right(table, key | _BITS) - 1
    if at < 0 or table[at] & ~_BITS != key:
        return None
    return Tlp(table[at] & _LEVEL)


def _ordered(values: array[int]) -> array[int]:
    """Return the values ascending, each once; sorted in runs and merged, so that no list of them all is made."""
    runs = [array("Q", sorted(values[at : at + _RUN])) for at in range(0, len(values), _RUN)]
    ordered = array("Q")
    last = -1
    for value in heapq.merge(*runs):
        if value != last:
            ordered.append(value)
            last = value
    return ordered
