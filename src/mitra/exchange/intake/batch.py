"""The values that travel through intake; each object ends in exactly one Result or NewShare."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from mitra.core.stix.atoms import NOTHING
from mitra.exchange import words
from mitra.exchange.facts import Result
from mitra.store.facts import Outcome, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Audience, Pap
    from mitra.core.policy.reshare import CircleFacts
    from mitra.core.stix.atoms import Atoms
    from mitra.core.stix.shape import Shape
    from mitra.exchange.facts import Terms
    from mitra.store.protocol import Door

BATCH_OBJECTS = 500
"""How many objects share one transaction: large enough to be cheap, small enough to stay within 10 ms inside."""

Stix = dict[str, Any]


class Piece(NamedTuple):
    """One object as decoded: where it stood in the input, and what it says."""

    path: str
    """JSON pointer to the object (`/objects/3`), `''` for a lone one."""
    line: int | None
    obj: Stix
    shape: Shape | None = None
    """What reading saw of the object, where it is as it was read."""
    data: bytes | None = None
    """The bytes that it was read from, where it is as it was read."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Which safeguard stops an object, and what it saw."""

    safeguard: str
    why: Mapping[str, str]


# Not frozen: one is made for each object, and a copy at each step would cost more than the steps.
@dataclass(slots=True)
class Item:
    """One object on its way: what it is as bytes, and what each step found; only the run that carries it changes it."""

    path: str
    line: int | None
    stix_id: str
    type: str
    modified: str
    created_by: str
    """The object's `created_by_ref`, or `''`."""
    digest: bytes
    raw: bytes
    marking_at: int
    has_empty_markings: bool
    """Whether its list of markings is there and empty: no valid object's is, and no record shows it."""
    audience: Audience
    """To whom it goes; nobody but its owner until `mark` says it."""
    source: Piece | bytes | None = None
    """What was decoded, or the bytes to read it from again, until it has been looked into."""
    pap: Pap | None = None
    condition: str = ""
    title: str = ""
    said: Atoms = NOTHING
    """The values and networks that it speaks about."""
    refs: tuple[str, ...] = ()
    would_block: bool = False
    """Whether it is an indicator that its readers may well block by."""
    hold: Hold | None = None
    under: int | None = None
    voice: Voice = Voice.OTHER
    repeats: int | None = None
    """The number of its sender's live share of these bytes with this audience: it ends as that one's duplicate."""

    def stopped(self, outcome: Outcome, code: str, *, at: str = "", sentence: str = "") -> Result:
        """Return the result of an object that goes no further; `at` is the pointer within the object."""
        return Result(
            outcome=outcome,
            id=self.stix_id,
            line=self.line,
            reason=sentence or words.reason(code),
            rule=code,
            path=self.path + at,
            version=self.modified,
        )

    def refused(self, code: str, *, at: str = "") -> Result:
        """Return the refusal of this object by a rule that `words` knows."""
        return self.stopped(Outcome.REFUSED, code, at=at)


@dataclass(frozen=True, slots=True)
class Circles:
    """What the laws ask about circles: those named in the terms, and whom GREEN reaches."""

    facts: Mapping[int, CircleFacts] = field(default_factory=dict)
    community: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who shares, on which terms, through which door: what every later step asks."""

    actor: Actor
    terms: Terms
    now: datetime
    door: Door
    named: int | None = None
    """The nameless circle of the persons chosen."""
    circles: Circles = field(default_factory=Circles)
