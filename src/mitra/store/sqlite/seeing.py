"""Read what one viewer reads: the mark and the highest number in one statement, and the sets when the mark is new.

Budget: 50 µs while nothing changed; measured by `bench/readable_sets.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mitra.store.places import arrival_of
from mitra.store.readable import sight_of

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.core.policy.facts import Viewer
    from mitra.store.audiences import AudienceBook
    from mitra.store.places import ArrivalMemory
    from mitra.store.readable import Sight, SightMemory
    from mitra.store.sqlite.raw import Raw

_MARK = "SELECT (SELECT value FROM mark WHERE id = 1), (SELECT seq FROM ledger_counter)"
_AUDIENCES = "SELECT id, room, realm, tlp, circles, embargo_until FROM store_audience WHERE id > ?"
_USED = "SELECT DISTINCT audience FROM tally WHERE by = ?"
_FOR_EVERYBODY = "SELECT * FROM arrival WHERE viewer IS NULL AND first_seq > ? AND first_seq <= ? ORDER BY first_seq"
_FOR_ONE = "SELECT * FROM arrival WHERE viewer = ? AND first_seq <= ?"


class Seeing(NamedTuple):
    """What it takes to tell what a viewer reads."""

    raw: Raw
    book: AudienceBook
    sights: SightMemory
    arrivals: ArrivalMemory

    def sight(self, viewer: Viewer, now: datetime) -> tuple[Sight, int]:
        """Return what the viewer reads, and the highest number that this covers.

        Whoever reads on looks no further than that number: a share that commits meanwhile, perhaps to an audience that
        the sets do not know yet, is met on the next page, never stepped over.
        """
        ((mark, top),) = self.raw.ask(_MARK)
        remembered = self.sights.find(viewer, mark, now)
        if remembered is not None:
            return remembered, top
        sight = self.look(viewer, top, now)
        self.sights.keep(viewer, mark, now, sight)
        return sight, top

    def look(self, viewer: Viewer, top: int, now: datetime) -> Sight:
        """Return what the viewer reads, as the database stands up to a number."""
        self.learn_audiences()
        rows = self.raw.ask(_FOR_EVERYBODY, [self.arrivals.last, top])
        self.arrivals.learn(arrival_of(*row) for row in rows)
        used, for_one = [], []
        if viewer.organisation is not None:
            used = [audience for (audience,) in self.raw.ask(_USED, [viewer.organisation])]
            for_one = [arrival_of(*row) for row in self.raw.ask(_FOR_ONE, [viewer.organisation, top])]
        for_everybody = self.arrivals.for_everybody(top)
        return sight_of(self.book, viewer, now, used=used, for_everybody=for_everybody, for_one=for_one)

    def learn_audiences(self) -> None:
        """Let the book learn what is new."""
        self.book.learn(self.raw.ask(_AUDIENCES, [self.book.last]))
