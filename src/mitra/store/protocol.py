"""What a database module of the store must do; `sqlite` and `postgres` do it, each natively.

Promises of every implementation, kept by `tests/integration/store/`:

* a batch is one transaction and either wholly durable or not there;
* `seq` is dense and ascending in commit order: who has seen N never later finds a smaller one;
* nothing is read but through `Door`, which knows one viewer's readable audiences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from mitra.store.facts import RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.ledger.facts import Written
    from mitra.store.facts import (
        Bytes,
        Cause,
        Ended,
        FeedPage,
        FeedRow,
        Filter,
        Findings,
        Found,
        Hit,
        Holding,
        NewShare,
        Page,
        Pointers,
        Receipt,
        Share,
        Spot,
        State,
        WhyReadable,
    )
    from mitra.store.readable import Reach


Announce = Callable[["Written"], None]


def silence(_written: Written) -> None:
    """Announce nothing."""


class Store(Protocol):
    """Writing, and the one door to reading."""

    def accept_batch(
        self, shares: Sequence[NewShare], *, kind: str, by: int, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Write the shares of one owner in one durable transaction, with one act; must not be called inside another.

        `announce` is called in that transaction, once the shares are written, with what the act took: an event is
        emitted there.

        Inside, against `by`'s own live shares only: the same bytes to the same audience are a duplicate; the same id
        and modified with other bytes is refused (`version-rewritten`) for a type with `modified`, and supersedes the
        older share for one without.  A share whose `under` is no longer live is refused (`under-ended`).
        """
        ...

    def end_share(
        self, seq: int, *, to: State, by: int, cause: Cause, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Move a live share of `by` and all that rests on it to an end state; raises WrongState, NotFound."""
        ...

    def replace_share(
        self, seq: int, new: NewShare, *, by: int, cause: Cause, now: datetime, announce: Announce = silence
    ) -> Receipt:
        """Tighten a live share of `by`: end it and all that rests on it, and make the new one, in one act.

        When the new one is refused or a duplicate, as its line says, nothing changes and there is no act.  Raises
        WrongState, NotFound.
        """
        ...

    def visible_to(self, viewer: Viewer, *, now: datetime) -> Door:
        """Return the door through which this viewer reads, as of now."""
        ...

    def names_of(self, seqs: Sequence[int]) -> Sequence[str]:
        """Return the public name of each of these shares: what a reader is given instead of its number."""
        ...

    def rights_epoch(self) -> int:
        """Return the number that changes with every change of anybody's rights: one read of one row."""
        ...

    def raise_rights(self) -> None:
        """Change that number, in the transaction that changes rights: who remembers an actor or a viewer forgets it.

        Called first: whoever else decides about rights waits from here until commit, and shares may go on.
        """
        ...

    def replay_growth(self, before: Viewer, after: Viewer, *, now: datetime) -> int:
        """Write an arrival of what the organisation of `after` reads in feeds and, as `before`, did not.

        Called inside the transaction that changes its rights, after its act.  Both viewers are of one organisation
        and one realm, as a machine with every room.  Returns how many shares are replayed; nothing new writes nothing.
        """
        ...

    def ended_by(self, act: int) -> Ended | None:
        """Return the object of which an act tightened a share, or None where it did not, or its bytes are erased.

        For the node's own reaction, as `pointing_at`: no viewer reads by either.
        """
        ...

    def pointing_at(self, ended: Ended, *, after: int, limit: int) -> Pointers:
        """Return the live shares, whoever made them, of the next `limit` records that refer to an object.

        `after` is the last record looked at.  Who an object's author is and how it is marked is no reference.
        """
        ...

    def lift_embargoes(self, *, now: datetime) -> int:
        """Write an arrival for everybody of each audience whose embargo has ended, each in a transaction of its own.

        Until then feeds treat the embargo as running, so nobody's cursor has passed what it opens.  Returns how many.
        """
        ...


class Door(Protocol):
    """Everything one viewer may read, and nothing else.  RED is here only for persons that its circles name.

    Records are those of the room RECORDS, CLEAR ones too, unless another room is named; of other rooms the door tells
    the reach (`reach_in`).
    """

    def feed(self, *, after: int = 0, limit: int, only: Filter, is_named: bool = True) -> FeedPage:
        """Return objects in ascending positions after a position, the same bytes once, at their lowest readable place.

        A share stands at the last arrival that replays it to this viewer, for its owner always at its number, else at
        its number (`mitra.store.places`).  Who polls for ever, by any cursor, holds exactly what it may read.

        Among the shares that the filter's levels, circles and owners leave; `last` and `first` are versions that no
        later or earlier one by the same author or sharer, of a voice as near to the author, replaces.  A page that is
        not `is_named` may leave each object's id and version empty: who serves bytes alone is spared them.
        """
        ...

    def latest(self, *, before: int | None = None, limit: int, only: Filter) -> Page:
        """Return shares, newest first, the same bytes once, for pages that people read."""
        ...

    def count(self, only: Filter, *, up_to: int = 1_000) -> int:
        """Return how many shares pass the filter, counted exactly up to a bound (then the bound itself + 1)."""
        ...

    def search(self, only: Filter, *, after: Spot | None = None, limit: int) -> Findings:
        """Return what has the filter's words, of every room that the viewer holds; without RED.

        What was shared within the last seconds may not be findable yet (`mitra.store.words`).
        """
        ...

    def tallies(self) -> Mapping[tuple[str, int], int]:
        """Return counts of readable shares by (type, tlp)."""
        ...

    def reach_in(self, room: str) -> Reach:
        """Return the audiences of a room that the viewer reads on pages: by them rows are read that rest on shares."""
        ...

    def get(self, ref: str) -> Share:
        """Return the share under a public ref; raises NotFound."""
        ...

    def explain(self, share: Share) -> WhyReadable:
        """Return the decision by which this share is readable."""
        ...

    def variants(self, stix_id: str, *, limit: int = 100) -> Sequence[Share]:
        """Return all readable shares of an id, the one to show first first.

        The creator's come first, else what is shipped, and of those the latest version, else the most shared, else
        the earliest.
        """
        ...

    def whole(self, rows: Sequence[FeedRow]) -> Sequence[Share]:
        """Return the whole shares of a feed's rows, in their order; what ended meanwhile is left out."""
        ...

    def with_bytes_of(self, share: Share) -> Sequence[Share]:
        """Return the readable shares of the same bytes, itself among them, in ascending seq."""
        ...

    def holdings(self, records: Iterable[Bytes]) -> Mapping[bytes, Sequence[Holding]]:
        """Return, by digest, the readable shares of exactly these bytes, in ascending seq; most have none."""
        ...

    def referring_to(self, stix_id: str, *, room: str = RECORDS, limit: int = 100) -> Sequence[Share]:
        """Return readable shares of objects that refer to an id (relationships, sightings, reports, groupings)."""
        ...

    def strictest_of(self, stix_ids: Iterable[str], *, room: str = RECORDS) -> Mapping[str, Audience]:
        """For each id of which something is readable, return the audience of the loosest readable share."""
        ...

    def look_up(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Found]:
        """Yield what is known of each value as typed: exact, containing network, parent domain, host of a URL."""
        ...

    def known(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Sequence[tuple[str, Hit]]]:
        """Yield, for each value in turn, the same as pairs (how, hit): what machines are told, never of RED."""
        ...
