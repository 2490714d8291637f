"""The values that go into the store and come out of it; no database here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Decision, Pap, Tlp
    from mitra.core.stix.facts import Atom, Network


class State(StrEnum):
    """Where a share stands; `mitra.store.states` says which step leads where."""

    LIVE = "live"
    TIGHTENED = "tightened"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    RECALLED = "recalled"
    ERASED = "erased"


class Voice(IntEnum):
    """How near to the object's author its sharer is, the nearest first: of several variants, pages show the nearest."""

    CREATOR = 0
    SHIPPED = 1
    """As a maintained package ships it (ATT&CK)."""
    OTHER = 2


class NewRecord(NamedTuple):
    """One version of one object, read and printed, ready to be inserted."""

    stix_id: str
    type: str
    modified: str
    """The object's `modified`, else `created`, else `''`; exactly as written."""
    created_by: str
    """The object's `created_by_ref`, or `''`."""
    digest: bytes
    """SHA-256 over `raw`.  The bytes hold id and version, so the digest alone tells records apart."""
    raw: bytes
    marking_at: int
    title: str = ""
    """A few words for lists: name, else pattern, else value; at most 200 characters."""
    atoms: tuple[Atom, ...] = ()
    networks: tuple[Network, ...] = ()
    refs: tuple[str, ...] = ()
    """STIX ids that this object refers to (source_ref, object_refs, created_by_ref…), for edges."""


class NewShare(NamedTuple):
    """One line of an act: this record to this audience.  `under` is the seq of the share it rests on."""

    record: NewRecord
    audience: Audience
    under: int | None = None
    pap: Pap | None = None
    condition: str = ""
    voice: Voice = Voice.OTHER


class Outcome(StrEnum):
    """How one object of a batch ended."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    HELD = "held"
    REFUSED = "refused"


class Line(NamedTuple):
    """What became of one NewShare, in the order given.  `seq` is set when accepted or duplicate."""

    outcome: Outcome
    seq: int | None = None
    reason: str = ""
    ref: str = ""
    """The share's public name, set with `seq`."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an acknowledged batch leaves in its sender's hands: the act's leaf, its commitment, a line each share."""

    act: int | None
    """None when every line was a duplicate or refused: nothing was decided, so no act."""
    leaf: int | None
    commitment: bytes
    lines: tuple[Line, ...]

    def named(self, names: Callable[[Sequence[int]], Sequence[str]]) -> Receipt:
        """Return it with the public name of each share that it numbers."""
        found = iter(names([line.seq for line in self.lines if line.seq is not None]))
        lines = [
            line if line.seq is None else Line(line.outcome, line.seq, line.reason, next(found)) for line in self.lines
        ]
        return Receipt(self.act, self.leaf, self.commitment, tuple(lines))


@dataclass(frozen=True, slots=True)
class Share:
    """One share as its reader meets it: the act's line and the record's bytes.  `seq` is never shown; `ref` is."""

    seq: int
    ref: str
    record: int
    stix_id: str
    type: str
    modified: str
    created_by: str
    digest: bytes
    raw: bytes = field(repr=False)
    marking_at: int
    title: str
    audience_id: int
    audience: Audience
    tlp: Tlp
    """The level to serve these bytes at: the loosest of all the shares of them that this viewer may read."""
    by: int
    at: datetime
    """The TAXII date_added: unique and ascending with seq, microseconds, UTC."""
    act: int
    under: int | None
    pap: Pap | None
    condition: str
    state: State
    voice: Voice
    accepted_at: datetime


RECORDS: Final = "exchange"
"""The room whose records everybody's tools read; what other rooms keep is read as rows, by who holds the room."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader narrows by; empty means no narrowing.  Values of one field are alternatives."""

    types: frozenset[str] = frozenset()
    stix_ids: frozenset[str] = frozenset()
    tlps: frozenset[int] = frozenset()
    by: frozenset[int] = frozenset()
    circles: frozenset[int] = frozenset()
    """Shares whose audience names one of these circles."""
    versions: str = "all"
    """`all`, `last`, `first`, or an exact `modified`."""
    added_after: datetime | None = None
    words: str = ""
    """Words that all stand somewhere in the record, in any order, case and with or without diacritics."""
    without_types: frozenset[str] = frozenset()
    """Types left out.  RED stays whatever its type, because its lines do not tell one."""
    embargo_ends_by: datetime | None = None
    """Shares whose audience has an embargo that ends by then."""


class FeedRow(NamedTuple):
    """One object as a feed gives it: no more than what machines are served, for a page has a thousand."""

    position: int
    """Where it stands for this viewer, never shown: its share's number, or a number of the arrival that replays it."""
    at: int
    """The TAXII date_added at that position: microseconds since 1970, unique and ascending."""
    seq: int
    """The share's number, never shown: what delivery memory notes."""
    stix_id: str
    modified: str
    raw: bytes
    marking_at: int
    tlp: int
    """The level to serve these bytes at: the loosest of all the shares of them that this viewer may read."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A bounded run of a feed, in ascending positions, and whether more follow."""

    rows: Sequence[FeedRow]
    more: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """Older shares that became readable later: for one organisation or, where `viewer` is None, for everybody.

    It replays the shares of its audiences (where `by` is set, of that sharer only) below `first_seq`, in the order of
    their numbers and whatever their state, at the positions `first_seq` to `first_seq + n - 1`.  That set never
    changes, so a position means one share for ever, and what was withdrawn meanwhile leaves a hole.
    """

    first_seq: int
    n: int
    viewer: int | None
    by: int | None
    audiences: frozenset[int]
    at: int
    """From where its dates count, microseconds since 1970; see `mitra.core.ledger.dates.replay_date`."""


class Cause(NamedTuple):
    """Why a share ends or is replaced: the kind of act, and words that its sender's organisation alone is told."""

    kind: str
    reason: str
    code: str = ""
    """What the program itself knows of why, told to nobody but its sender."""

    @property
    def aside(self) -> bytes:
        """What the act commits to beside its body."""
        return orjson.dumps({"code": self.code, "reason": self.reason}, option=orjson.OPT_SORT_KEYS)


class Bytes(Protocol):
    """What names one wording of one version: both NewRecord and Share have it."""

    @property
    def stix_id(self) -> str:
        """The object's id."""

    @property
    def type(self) -> str:
        """The object's type."""

    @property
    def modified(self) -> str:
        """The object's version as written."""

    @property
    def digest(self) -> bytes:
        """SHA-256 over the record's bytes."""


class Holding(NamedTuple):
    """A readable share of given bytes, without them: what intake asks of each object it is sent."""

    seq: int
    by: int
    under: int | None
    audience: Audience
    pap: Pap | None
    condition: str


@dataclass(frozen=True, slots=True)
class Page:
    """A bounded run of shares, and whether more follow."""

    shares: tuple[Share, ...]
    more: bool


class Spot(NamedTuple):
    """Where the answer to a search goes on: behind this share among those that answer equally well."""

    nearness: int
    """0 where the title has the words, then where the record has them as written, then without diacritics."""
    seq: int


@dataclass(frozen=True, slots=True)
class Findings:
    """A bounded run of what answers a search, the nearest first and then the newest; and how many answer."""

    shares: tuple[Share, ...]
    next: Spot | None
    count: int
    is_exact: bool
    """Whether the count is all: counting stops at a bound."""


@dataclass(frozen=True, slots=True)
class Found:
    """A share that speaks about a looked-up value, and how: exact, network, parent-domain, url-host."""

    value: str
    how: str
    share: Share


class Hit(NamedTuple):
    """A readable share that speaks about a looked-up value, without its record's bytes: what machines are told."""

    seq: int
    """The share's number, never shown."""
    stix_id: str
    type: str
    by: int
    at: int
    """Its date, microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class WhyReadable:
    """Why one viewer reads one share."""

    share: Share
    decision: Decision


@dataclass(frozen=True, slots=True)
class Ended:
    """What an act tightened: one object, by whom its share and those that rested on it were, and to whom they went."""

    act: int
    stix_id: str
    shares: tuple[tuple[int, Audience], ...]


@dataclass(frozen=True, slots=True)
class Pointing:
    """A live share of an object that refers to another one, with what its replacement needs."""

    seq: int
    by: int
    act: int
    audience: Audience
    under: int | None
    pap: Pap | None
    condition: str
    voice: Voice
    digest: bytes
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pointers:
    """A bounded run of them, the last record looked at, and whether more follow."""

    shares: tuple[Pointing, ...]
    up_to: int
    more: bool
