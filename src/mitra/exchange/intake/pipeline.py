"""All steps in order, a batch at a time: the one way in, whatever the door.

1. decode      spool the input, recognise its form, split it
2. adapt       lift STIX 2.0, make objects of rows and reports
3. validate    the standard's schemas and rules, patterns parsed
4. normalise   canonical bytes, atoms, references
5. mark        the strictest of all levels, and the audience
6. safeguard   hold benign values, references upward, what was found by machine
7. authorise   the sender's own circles and name; re-shares within the laws
8. keep        one transaction a batch; only now is anything counted

Steps 1 to 7 hold no lock.  Each object ends once; a batch never fails because of one.  Memory holds one
batch, whatever the input's size.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import orjson

from mitra.core.errors import InvalidInput
from mitra.core.stix.lifting import lift
from mitra.core.stix.markings import is_tlp_definition
from mitra.exchange import words
from mitra.exchange.facts import Report, Result
from mitra.exchange.intake.adapt import read_pieces
from mitra.exchange.intake.authorise import authorise
from mitra.exchange.intake.batch import BATCH_OBJECTS, Aimed, Hold
from mitra.exchange.intake.decode import Form, slices
from mitra.exchange.intake.keep import keep
from mitra.exchange.intake.mark import aim
from mitra.exchange.intake.normalise import record_of
from mitra.exchange.intake.safeguard import hold_harmful
from mitra.exchange.intake.validate import check
from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mitra.exchange.intake.batch import Piece, Sender
    from mitra.exchange.intake.decode import Spooled
    from mitra.exchange.intake.levels import Levels
    from mitra.store.protocol import Store

BATCH_BYTES: Final = 4 * 1024 * 1024
ACCEPTED_KEPT: Final = 10_000
"""How many accepted objects a report names one by one, however many others it was asked to keep."""


@dataclass(slots=True)
class Run:
    """One input on its way through: what is waiting for its batch, and what has become of the rest."""

    sender: Sender
    store: Store
    levels: Levels
    keep: int
    confirmed: frozenset[str] | None = None
    """The values of a report that a person looked at and confirmed; None where nobody has."""
    needs_review: bool = False
    report: Report = field(default_factory=Report)
    waiting: list[Aimed] = field(default_factory=list)
    waiting_bytes: int = 0

    def take(self, each: Piece | Result) -> None:
        """Bring one object as far as its batch, or to its end."""
        if isinstance(each, Result):
            self.tally(each)
            return
        aimed = self.prepared(each)
        if aimed is None:
            return
        self.waiting.append(aimed)
        self.waiting_bytes += len(aimed.item.record.raw)
        if len(self.waiting) >= BATCH_OBJECTS or self.waiting_bytes >= BATCH_BYTES:
            self.flush()

    def prepared(self, piece: Piece) -> Aimed | None:
        """Return the object with its record and audience; None once its refusal is counted."""
        if is_tlp_definition(piece.obj):
            self.tally(_result(piece, Outcome.DUPLICATE, words.reason("built-in"), "built-in"))
            return None
        try:
            check(piece.obj)
            aimed = aim(record_of(piece), self.sender, self.levels)
        except InvalidInput as error:
            self.tally(_result(piece, Outcome.REFUSED, error.message, error.rule, error.path))
            return None
        return replace(aimed, hold=Hold("review", {})) if self.needs_review else aimed

    def flush(self) -> None:
        """Judge and keep the waiting batch, then count it.

        Each batch looks through a door of its own: what the one before it shared, this one must know.
        """
        batch, self.waiting, self.waiting_bytes = self.waiting, [], 0
        if not batch:
            return
        door = self.store.visible_to(self.sender.actor.sender, now=self.sender.now)
        sender = replace(self.sender, door=door)
        readable = door.with_digest(aimed.item.record.digest for aimed in batch)
        checked = hold_harmful(batch, sender, self.levels, readable)
        going, refused = authorise(checked, sender, readable)
        receipt, results = keep(going, sender, self.store)
        if receipt is not None and receipt.act is not None:
            self.report.acts.append(receipt.act)
        for result in (*refused, *results):
            self.tally(result)

    def tally(self, result: Result) -> None:
        """Count a result, and keep it while there is room."""
        self.report.totals[result.outcome] += 1
        if result.outcome is not Outcome.ACCEPTED:
            if len(self.report.results) < self.keep:
                self.report.results.append(result)
        elif len(self.report.accepted) < min(self.keep, ACCEPTED_KEPT):
            self.report.accepted.append(result)


def run_through(spool: Spooled, run: Run, *, progress: Callable[[int], None] | None = None) -> Report:
    """Bring a whole input through all steps and return what it came to.

    Raises InvalidInput when nothing in it could be read.
    """
    run.needs_review = run.confirmed is None and spool.form in {Form.TEXT, Form.HTML}
    if spool.form is Form.STIX:
        learn(spool, run.levels)
    for each in read_pieces(spool, run.sender, run.report.notes, run.confirmed):
        run.take(each)
        if progress is not None and not run.waiting:
            progress(spool.file.tell())
    run.flush()
    if progress is not None:
        progress(spool.size_bytes)
    return run.report


def learn(spool: Spooled, levels: Levels) -> None:
    """Read the input once for its markings and containers.

    Where it brings TLP markings of its own, it is read once more: an object may stand before the marking it names.
    """
    for obj in _glances(spool):
        levels.learn_definition(obj)
        levels.learn(obj)
    if levels.has_own_definitions:
        levels.forget_objects()
        for obj in _glances(spool):
            levels.learn(obj)
    levels.settle()


def _glances(spool: Spooled) -> Iterable[dict[str, object]]:
    """Yield each object without judging it; what cannot be parsed is refused later, in its place."""
    try:
        for each in slices(spool):
            try:
                obj = orjson.loads(each.data) if each.refusal is None else None
                if isinstance(obj, dict):
                    yield from lift(obj) if obj.get("type") == "observed-data" else (obj,)
            except (orjson.JSONDecodeError, InvalidInput):
                continue
    except InvalidInput:
        return


def _result(piece: Piece, outcome: Outcome, sentence: str, rule: str, path: str = "") -> Result:
    """Return the result of an object that has no record."""
    stix_id, version = piece.obj.get("id"), piece.obj.get("modified")
    return Result(
        outcome=outcome,
        id=stix_id if isinstance(stix_id, str) else "",
        line=piece.line,
        reason=sentence,
        rule=rule,
        path=piece.path + path,
        version=version if isinstance(version, str) else "",
    )
