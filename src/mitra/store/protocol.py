"""What a database module of the store must do; `sqlite.py` does it for SQLite, one module a vendor, natively.

Promises of every implementation, kept by `tests/integration/store/`:

* a batch is one transaction and either wholly durable or not there;
* `seq` is dense and ascending in commit order: who has seen N never later finds a smaller one;
* nothing is read but through `Door`, which knows one viewer's readable audiences.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.store.facts import Filter, Found, NewShare, Page, Receipt, Share, State, WhyReadable


class Store(Protocol):
    """Writing, and the one door to reading."""

    def accept_batch(self, shares: Sequence[NewShare], *, kind: str, by: int, now: datetime) -> Receipt:
        """Write the shares of one owner in one durable transaction, with one act; must not be called inside another.

        Inside, against `by`'s own live shares only: the same bytes to the same audience are a duplicate; the same id
        and modified with other bytes is refused (`version-rewritten`) for a type with `modified`, and supersedes the
        older share for one without.  A share whose `under` is no longer live is refused (`under-ended`).
        """
        ...

    def end_share(self, seq: int, *, to: State, by: int, kind: str, reason: str, now: datetime) -> Receipt:
        """Move a live share of `by` and all that rests on it to an end state; raises WrongState, NotFound."""
        ...

    def replace_share(self, seq: int, new: NewShare, *, by: int, kind: str, reason: str, now: datetime) -> Receipt:
        """Tighten a live share of `by`: end it and all that rests on it, and make the new one, in one act.

        When the new one is refused or a duplicate, as its line says, nothing changes and there is no act.  Raises
        WrongState, NotFound.
        """
        ...

    def visible_to(self, viewer: Viewer, *, now: datetime) -> Door:
        """Return the door through which this viewer reads, as of now."""
        ...


class Door(Protocol):
    """Everything one viewer may read, and nothing else.  RED is here only for persons that its circles name."""

    def feed(self, *, after: int = 0, limit: int, only: Filter) -> Page:
        """Return shares in ascending seq after a position, the same bytes once, at their lowest readable place.

        Among the shares that the filter's levels, circles and owners leave; `last` and `first` are versions that no
        later or earlier one by the same author or sharer, of a voice as near to the author, replaces.
        """
        ...

    def latest(self, *, before: int | None = None, limit: int, only: Filter) -> Page:
        """Return shares, newest first, the same bytes once, for pages that people read."""
        ...

    def count(self, only: Filter, *, up_to: int = 1_000) -> int:
        """Return how many shares pass the filter, counted exactly up to a bound (then the bound itself + 1)."""
        ...

    def tallies(self) -> Mapping[tuple[str, int], int]:
        """Return counts of readable shares by (type, tlp)."""
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

    def with_digest(self, digests: Iterable[bytes]) -> Mapping[bytes, Sequence[Share]]:
        """Return the readable shares of exactly these bytes."""
        ...

    def referring_to(self, stix_id: str, *, limit: int = 100) -> Sequence[Share]:
        """Return readable shares of objects that refer to an id (relationships, sightings, reports, groupings)."""
        ...

    def strictest_of(self, stix_ids: Iterable[str]) -> Mapping[str, Audience]:
        """For each id of which something is readable, return the audience of the loosest readable share."""
        ...

    def look_up(self, values: Sequence[str], *, limit_each: int = 100) -> Iterator[Found]:
        """Yield what is known of each value as typed: exact, containing network, parent domain, host of a URL."""
        ...
