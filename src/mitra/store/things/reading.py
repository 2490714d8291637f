"""What shares say of rows that a viewer was given: facts as released, audience, version; for whoever has the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mitra.core.errors import NotFound
from mitra.store.things.held import held
from mitra.store.things.releasing import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.core.policy.facts import Audience
    from mitra.store.things.kinds import Kind, Version
    from mitra.store.things.rows import SharedRow


class Told(NamedTuple):
    """One row with what its share says of it."""

    row: SharedRow
    facts: Any
    version: Version
    audience: Audience
    digest: str
    """What names these facts: an edit says by it on which ones it was based."""


def told_of(kind: Kind[Any], rows: Iterable[SharedRow]) -> list[Told]:
    """Return released rows with what their shares say, in order; raises NotFound where one ended meanwhile."""
    listed = list(rows)
    shares = held(row.share for row in listed if row.share is not None)
    told = []
    for row in listed:
        share = shares.get(row.share or 0)
        if share is None:
            raise NotFound
        facts, version = kind.read(share.raw)
        told.append(Told(row, facts, version, share.audience, digest_of(kind, facts)))
    return told
