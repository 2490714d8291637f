"""What goes into a share and what comes back: the request and its report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Pap, Tlp


@dataclass(frozen=True, slots=True)
class Terms:
    """How a sender wants a batch to be read: what its form, command line or TAXII collection says."""

    tlp: Tlp | None = None
    """None: as each object is marked; unmarked content is then AMBER+STRICT to the owner's own organisation."""
    circles: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()
    """For RED: the persons who read it; the author is always among them."""
    pap: Pap | None = None
    condition: str = ""
    embargo_until: datetime | None = None
    room: str = "exchange"
    is_inbox: bool = False
    """TAXII inbox: GREEN and CLEAR as marked, all else to one's own organisation only."""


@dataclass(frozen=True, slots=True)
class Result:
    """How one input object ended."""

    outcome: Outcome
    id: str
    """The object's STIX id, or `''` when it has none."""
    line: int | None = None
    """1-based line of the input, where the format has lines."""
    reason: str = ""
    """One sentence."""
    rule: str = ""
    """The rule's kebab-case code."""
    path: str = ""
    """JSON pointer into the input (`/objects/3/pattern`), or a column's name."""
    ref: str = ""
    """The public ref of the share, when accepted."""
    version: str = ""


@dataclass(slots=True)
class Report:
    """What a batch came to.  `results` holds what was not accepted (bounded by `keep`), `totals` counts everything."""

    totals: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    results: list[Result] = field(default_factory=list)
    accepted: list[Result] = field(default_factory=list)
    """What was accepted, likewise bounded, with the refs under which it is now found."""
    notes: list[str] = field(default_factory=list)
    """Sentences about the input as a whole: columns that were not understood, text that was left out."""
    acts: list[int] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many objects were recognised at all."""
        return sum(self.totals.values())
