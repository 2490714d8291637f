"""What can happen in the demonstration: somebody shares, corrects, shares on, takes back, is suspended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from mitra.core.policy.facts import Pap, Tlp
    from mitra.demo.contents import Pen


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing is shared.  Bodies and circles are named by slug, people by e-mail address."""

    key: str
    by: str
    hours_ago: float
    content: Callable[[Pen], bytes]
    tlp: Tlp | None
    readers: frozenset[str]
    """Which bodies' machines and people read it, at the end of the story."""
    circles: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    """At RED: who reads it beside its author."""
    author: str = ""
    """Who shares it; without one, a machine of the organisation."""
    pap: Pap | None = None
    condition: str = ""
    embargo_hours: int = 0
    filename: str = ""
    is_reviewed: bool = False
    """A report in prose, all that was found in it confirmed."""
    held: int = 0
    refused: int = 0
    repeated: int = 0
    """How many of its objects say what is built in or was shared before."""
    words: str = ""
    """What stands on a page for those who read it, and for nobody else."""
    value: str = ""
    """A value that is known to those who read it, and to nobody else."""


@dataclass(frozen=True, slots=True)
class Correction:
    """An author writes the next version of an object."""

    of: str
    by: str
    hours_ago: float
    type: str
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Passing:
    """Somebody shares on what it read."""

    of: str
    by: str
    hours_ago: float
    tlp: Tlp
    circles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """An owner takes back everything that it shared in a scene."""

    of: str
    by: str
    hours_ago: float
    reason: str


@dataclass(frozen=True, slots=True)
class Suspension:
    """The centre suspends a body."""

    organisation: str
    hours_ago: float
    reason: str


Step = Scene | Correction | Passing | Withdrawal | Suspension
