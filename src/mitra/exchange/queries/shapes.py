"""What the questions of this room answer with: plain values, named for people, without positions or row numbers.

A record at TLP:RED is told apart everywhere: its line carries label, room and hour, nothing else, because its words are
shown only where their reading is logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from mitra.core.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Pap, Tlp
    from mitra.exchange.plain import Source, Statement
    from mitra.ledger.facts import ActReceipt

    Hand = Callable[[Iterable[int]], None]
    """Told the numbers of shares before they are handed out (`operations.hand_to`)."""


class RedUnopened(Conflict):
    """The words of a RED record are wanted, and its reading was not written down first."""

    code = "red-unopened"

    def __init__(self, ref: str) -> None:
        super().__init__("This is for named persons only: open it, and that you read it is written down.")
        self.ref = ref


@dataclass(frozen=True, slots=True)
class Count:
    """How many; above a bound only that there are more than `value`."""

    value: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One share in a list.  Of RED only `ref`, `tlp`, `room` and `at` are filled."""

    ref: str
    tlp: Tlp
    room: str
    at: datetime
    """When it was shared."""
    is_red: bool = False
    id: str = ""
    title: str = ""
    type: str = ""
    type_label: str = ""
    by: int = 0
    by_name: str = ""
    circle_names: tuple[str, ...] = ()
    """Those of its circles that this viewer is in; all of them on its own organisation's shares."""
    modified: str = ""
    embargo_until: datetime | None = None
    is_revoked: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A run of lines, newest first; `next` goes on behind the last one, None at the end."""

    items: tuple[RecordLine, ...]
    next: str | None
    total: Count


@dataclass(frozen=True, slots=True)
class ValueLine:
    """One value that a record speaks about."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why this viewer reads it: the rule's code, and the circles through which it was allowed."""

    reason: str
    circle_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelationLine:
    """One tie to something else: `how` is a relationship's type or a property's name."""

    how: str
    is_outgoing: bool
    other_id: str
    other: RecordLine | None
    """None when this viewer reads nothing of it."""
    via: RecordLine | None
    """The relationship or sighting that says so; None when the record itself does."""


@dataclass(frozen=True, slots=True)
class Relations:
    """The ties that are shown, and whether there are more."""

    items: tuple[RelationLine, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record as one viewer reads it."""

    line: RecordLine
    object: dict[str, Any]
    """As served, TLP marking included."""
    raw: bytes
    """The served bytes."""
    digest: str
    statements: tuple[Statement, ...]
    sources: tuple[Source, ...]
    values: tuple[ValueLine, ...]
    pap: Pap | None
    condition: str
    why: Why
    versions: tuple[RecordLine, ...]
    """Every readable share of this id, the one to show first first, this one among them."""
    corroborated_by: tuple[RecordLine, ...]
    """Other organisations' shares of the very same bytes."""
    relations: Relations
    receipt: ActReceipt
    """The act's place in the log, and what it commits to."""
    is_own: bool
    is_shared_on: bool
    """Whether its sharer is not its owner but passes it on."""
    accepted_at: datetime
    """When its bytes were first shared here, as far as this viewer reads: who else had them before is not told."""
    is_author: bool
    """Whether its sharer wrote it."""
    author_name: str
    """Who else of this node wrote it, `''` for somebody whom this node does not know."""


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """One record that speaks about a looked-up value, and how: exact, network, parent-domain or url-host.

    Of RED only `ref`, `tlp` and `since` are filled.
    """

    ref: str
    tlp: Tlp
    since: datetime
    how: str
    id: str = ""
    type: str = ""
    title: str = ""
    shared_by: str = ""
    modified: str = ""
    is_revoked: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one value as it was typed."""

    value: str
    kind: str
    """What it was recognised as, `''` when it is nothing that is looked up."""
    records: tuple[KnownRecord, ...]

    @property
    def known(self) -> bool:
        """Whether anything that this viewer may read speaks about it."""
        return bool(self.records)


class BriefRecord(TypedDict):
    """One record and one of its sharers, as machines are told: since when this organisation shares it."""

    id: str
    type: str
    shared_by: str
    since: datetime


class Brief(TypedDict):
    """What machines are told of one value as it was typed, ready to be written as JSON."""

    value: str
    known: bool
    records: Sequence[BriefRecord]
