"""The facts that release policy decides on: levels, viewers, audiences, decisions.

Organisations, circles and persons are small integers here (the node's own row ids); names are put on at the edge.
Every value is immutable and hashable, so a readable set can be remembered under its viewer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

REAL_REALM = 0


class Tlp(IntEnum):
    """Traffic Light Protocol 2.0, ordered from loose to strict."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def label(self) -> str:
        """The words of FIRST's TLP 2.0, as `TLP:AMBER+STRICT`."""
        return "TLP:" + self.name.replace("_", "+")


class Pap(IntEnum):
    """Permissible Actions Protocol, ordered from loose to strict: what a reader may do with it."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    RED = 3

    @property
    def label(self) -> str:
        """The level as `PAP:GREEN`."""
        return f"PAP:{self.name}"


class Standing(StrEnum):
    """How far an organisation is trusted (the Trusted Introducer ladder)."""

    PROPOSED = "proposed"
    LISTED = "listed"
    ACCREDITED = "accredited"
    SUSPENDED = "suspended"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Audience:
    """To whom: the few distinct values that many shares point to.  `embargo_until` is an aware UTC instant."""

    tlp: Tlp
    circles: frozenset[int] = frozenset()
    room: str = "exchange"
    realm: int = REAL_REALM
    embargo_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sponsor:
    """The organisation that a client stands under, as far as it matters for what the client reads."""

    organisation: int
    standing: Standing
    in_community: bool
    circles: frozenset[int] = frozenset()
    opened: frozenset[int] = frozenset()
    """Circles that the sponsor opened to this client; effective only while the sponsor is a member."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is asking.  `organisation is None` means the public."""

    organisation: int | None = None
    standing: Standing | None = None
    in_community: bool = False
    standing_circles: frozenset[int] = frozenset()
    """Standing circles that this viewer is in, by its organisation, role or person."""
    working_circles: frozenset[int] = frozenset()
    person: int | None = None
    person_circles: frozenset[int] = frozenset()
    """Circles that name this person, itself or by its role: the only ones that open RED."""
    rooms: frozenset[str] = frozenset()
    is_machine: bool = False
    """A credential, feed or export: never reads RED, never in a circle of persons."""
    realm: int = REAL_REALM
    sponsor: Sponsor | None = field(default=None)


PUBLIC = Viewer()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether, and by which rule.  `reason` is a kebab-case code; `words.py` of a room puts it into a sentence."""

    allowed: bool
    reason: str
    circles: frozenset[int] = frozenset()
    """The circles through which it was allowed, where the reason is about circles."""

    @classmethod
    def allow(cls, reason: str, circles: frozenset[int] = frozenset()) -> Decision:
        """Return a yes, by the named rule."""
        return cls(allowed=True, reason=reason, circles=circles)

    @classmethod
    def refuse(cls, reason: str) -> Decision:
        """Return a no, by the named rule."""
        return cls(allowed=False, reason=reason)
