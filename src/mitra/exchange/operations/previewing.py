"""Bring an input through intake up to its last step, and write nothing: what would become of each object.

Bounded, because a person waits: what stands behind `MOST_OBJECTS` is judged when it is shared.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from mitra.core.policy.facts import Tlp
from mitra.exchange.facts import Result
from mitra.exchange.intake import decode
from mitra.exchange.intake.adapt import read_pieces
from mitra.exchange.intake.authorise import authorise, seat_sender
from mitra.exchange.intake.batch import Item
from mitra.exchange.intake.decode import Form
from mitra.exchange.intake.keep import HELD, repeated, result_of
from mitra.exchange.intake.levels import Levels
from mitra.exchange.intake.pipeline import Run, learn
from mitra.exchange.intake.safeguard import hold_harmful
from mitra.store.doors import store
from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import BinaryIO

    from mitra.community.facts import Actor
    from mitra.exchange.facts import Terms

MOST_OBJECTS: Final = 1_000
KEPT_RESULTS: Final = 100


@dataclass(slots=True)
class Preview:
    """What an input holds, and what would become of it."""

    types: Counter[str] = field(default_factory=Counter)
    totals: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    results: list[Result] = field(default_factory=list)
    """What would not be accepted, bounded."""
    notes: list[str] = field(default_factory=list)
    more: bool = False
    """Whether the input goes on behind what was looked at."""

    @property
    def read(self) -> int:
        """How many objects were looked at."""
        return sum(self.totals.values())

    def take(self, results: Iterable[Result]) -> None:
        """Count results, and keep them while there is room."""
        for result in results:
            self.totals[result.outcome] += 1
            if len(self.results) < KEPT_RESULTS:
                self.results.append(result)


def preview(actor: Actor, source: BinaryIO, terms: Terms, *, now: datetime, filename: str = "") -> Preview:
    """Return what would become of STIX or a table on these terms.

    Named persons are left aside: choosing them makes a circle, and a preview makes nothing.  Raises InvalidInput when
    nothing can be read, InvalidInput and NotPermitted for terms as `share` does.
    """
    level = Tlp.AMBER_STRICT if terms.tlp is Tlp.RED else terms.tlp
    asked = replace(terms, tlp=level, persons=frozenset())
    with decode.spooled(source, name=filename) as spool:
        sender = seat_sender(actor, asked, store=store(), now=now)
        run = Run(sender, store(), Levels(level), keep=KEPT_RESULTS)
        found = Preview()
        if spool.form is Form.STIX:
            learn(spool, run.levels)
        pieces = read_pieces(spool, sender, found.notes, frozenset())
        for each in islice(pieces, MOST_OBJECTS):
            if not isinstance(each, Result):
                found.types[str(each.obj.get("type", ""))] += 1
            run.wait(each)
        found.more = next(iter(pieces), None) is not None
        judge(run, found)
    return found


def judge(run: Run, found: Preview) -> None:
    """Count what would go, what is shared already, what would be held and what refused."""
    sender = run.sender
    readable = sender.door.holdings(item for item in run.waiting if isinstance(item, Item))
    items = run.sift(run.waiting, readable)
    found.results += run.report.results
    for outcome, count in run.report.totals.items():
        found.totals[outcome] += count
    hold_harmful(items, sender, run.levels, readable)
    going, refused = authorise(items, sender, readable)
    found.take(refused)
    for item in going:
        if item.hold is not None:
            found.take([result_of(item, HELD)])
        elif repeated(item, readable.get(item.digest, ()), sender) is not None:
            found.totals[Outcome.DUPLICATE] += 1
        else:
            found.totals[Outcome.ACCEPTED] += 1
