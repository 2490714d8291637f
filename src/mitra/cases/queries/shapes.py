"""What the page of a case says, as values: the case as one actor sees it, what stands on its time line, who is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mitra.cases.clocks import Clock
    from mitra.cases.facts import Case
    from mitra.cases.queries.looks import Seen
    from mitra.cases.queries.tasks import TaskLine
    from mitra.cases.rules import Lead
    from mitra.community.facts import OrganisationFacts
    from mitra.core.policy.facts import Audience, Tlp
    from mitra.core.steps import Folded
    from mitra.store.files.keeping import FileFacts
    from mitra.store.things.reading import Told

INSIDE: Final = frozenset({"leads", "active", "acknowledged", "watching"})


class Said(NamedTuple):
    """What stands on the time line: an entry, a step, a message, a task's step, a record that was shared."""

    at: datetime
    by: str
    is_ours: bool
    tlp: Tlp
    kind: str
    """Of an entry; else `step`, `message`, `task` or `share`."""
    words: str
    """Of an entry what was written, of a step its word, of a message how far it came, of a record its title."""
    number: str = ""
    is_own: bool = False
    """Whether nobody outside the actor's organisation reads it."""
    author: str = ""
    """Of an entry, its organisation by its STIX id."""
    of: str = ""
    """The number of the merged case that an entry was written to; `''` for this one."""
    happened_at: datetime | None = None
    corrects: str = ""
    corrected_by: str = ""
    """The number of the entry that stands in its place."""
    stix_id: str = ""
    """Of an entry."""
    files: tuple[FileFacts, ...] = ()
    url: str = ""
    """Of what stands elsewhere: a record that was shared with the case, a task."""
    seen_by: tuple[tuple[str, datetime], ...] = ()
    """Of an entry of ours that goes to all: who has seen it since when; of others nothing is known."""
    said: Mapping[str, object] = {}
    """What a step carries; of a task its `heading`."""


class Part(NamedTuple):
    """How one organisation takes part in a case."""

    organisation: OrganisationFacts
    part: str
    since: datetime | None = None
    """Since when it is asked, or when it declined."""
    number: str = ""
    """Its own number for the case."""
    read: int = 0
    """How many of our entries, of those shown, it has read."""
    saw: tuple[str, ...] = ()
    """Of who is not in it any more: the numbers of those of the entries shown that it had seen, to be recalled."""

    @property
    def is_in(self) -> bool:
        """Whether it reads the case."""
        return self.part in INSIDE


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as one actor sees it."""

    stix_id: str
    facts: Case
    audience: Audience
    opened_at: datetime
    owner: str
    """The name of the organisation that opened it."""
    author: str
    """The same by its STIX id."""
    stands: Folded[Lead]
    lead: str
    """The name of who leads it now."""
    offered: str
    """The name of whom the lead is offered to, or nothing."""
    said: tuple[Said, ...]
    entries: int
    """How many entries the actor may read; the newest are shown."""
    parts: tuple[Part, ...]
    circle: int
    is_host: bool
    """Whether the actor's organisation asks others in."""
    into: Told | None
    """The case into which it is, or is to be, merged, as far as the actor reads it."""
    merged: tuple[str, ...]
    """The numbers of the cases that are merged into it and that the actor reads."""
    steps: tuple[str, ...]
    """What the actor's organisation could do now."""
    severity: int
    """As its lead judged it, else as the sum has it."""
    clocks: tuple[tuple[Clock, bool], ...]
    """Those of the actor's organisation and those of the lead, and whether each is its own."""
    tasks: tuple[TaskLine, ...]
    written: int
    """How many of the entries shown are of the actor's organisation and go to all."""
    unseen: tuple[Seen, ...]
    """What of it the actor's organisation is shown for the first time."""
    in_hand: str
    """The name of who of the actor's organisation has it in hand, or nothing."""
    before: Told | None
    """The case that it goes on with, as far as the actor reads it."""
