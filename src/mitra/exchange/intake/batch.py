"""The values that travel through intake, one a stage; each object ends in exactly one Result or NewShare."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mitra.exchange import words
from mitra.exchange.facts import Result
from mitra.store.facts import Outcome, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Audience, Pap
    from mitra.core.policy.reshare import CircleFacts
    from mitra.exchange.facts import Terms
    from mitra.store.facts import NewRecord
    from mitra.store.protocol import Door

BATCH_OBJECTS = 500
"""How many objects share one transaction: large enough to be cheap, small enough to stay within 10 ms inside."""

Stix = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One object as decoded: where it stood in the input, and what it says."""

    path: str
    """JSON pointer to the object (`/objects/3`), `''` for a lone one."""
    line: int | None
    obj: Stix


@dataclass(frozen=True, slots=True)
class Item:
    """One valid object with the record that it becomes."""

    path: str
    line: int | None
    obj: Stix
    record: NewRecord

    def stopped(self, outcome: Outcome, code: str, *, at: str = "", sentence: str = "") -> Result:
        """Return the result of an object that goes no further; `at` is the pointer within the object."""
        return Result(
            outcome=outcome,
            id=self.record.stix_id,
            line=self.line,
            reason=sentence or words.reason(code),
            rule=code,
            path=self.path + at,
            version=self.record.modified,
        )

    def refused(self, code: str, *, at: str = "") -> Result:
        """Return the refusal of this object by a rule that `words` knows."""
        return self.stopped(Outcome.REFUSED, code, at=at)


@dataclass(frozen=True, slots=True)
class Hold:
    """Which safeguard stops an object, and what it saw."""

    safeguard: str
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Aimed:
    """An item with the audience that it goes to, what holds it, and what it rests on."""

    item: Item
    audience: Audience
    pap: Pap | None = None
    condition: str = ""
    hold: Hold | None = None
    under: int | None = None
    voice: Voice = Voice.OTHER


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
