"""The values that go into the store and come out of it; no database here."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class NewRecord:
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


@dataclass(frozen=True, slots=True)
class NewShare:
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


@dataclass(frozen=True, slots=True)
class Line:
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
    """A case-insensitive part of the title."""
    without_types: frozenset[str] = frozenset()
    """Types left out.  RED stays whatever its type, because its lines do not tell one."""
    embargo_ends_by: datetime | None = None
    """Shares whose audience has an embargo that ends by then."""


@dataclass(frozen=True, slots=True)
class Page:
    """A bounded run of shares, and whether more follow."""

    shares: tuple[Share, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A share that speaks about a looked-up value, and how: exact, network, parent-domain, url-host."""

    value: str
    how: str
    share: Share


@dataclass(frozen=True, slots=True)
class WhyReadable:
    """Why one viewer reads one share."""

    share: Share
    decision: Decision
