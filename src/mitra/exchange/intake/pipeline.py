"""All steps in order, a batch at a time: the one way in, whatever the door.

1. decode      spool the input, recognise its form, split it
2. adapt       lift STIX 2.0, make objects of rows and reports
3. normalise   canonical bytes; later, of what is new, atoms and references
4. mark        the strictest of all levels, and the audience
5. validate    the standard's schemas and rules, patterns parsed; not of what its sender shares already
6. safeguard   hold benign values, references upward, what was found by machine
7. authorise   the sender's own circles and name; re-shares within the laws
8. keep        one transaction a batch; only now is anything counted

Steps 1 to 7 hold no lock.  Each object ends once; a batch never fails because of one.  Memory holds one
batch, whatever the input's size.

Hot path (bench/intake.py): 25 µs of processor time an object of 1 KB before the store, 10 for one that is shared
already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import orjson

from mitra.core.errors import InvalidInput
from mitra.core.stix.lifting import lift
from mitra.core.stix.markings import is_tlp_definition
from mitra.exchange import words
from mitra.exchange.facts import Report, Result
from mitra.exchange.intake import decode
from mitra.exchange.intake.adapt import read_pieces
from mitra.exchange.intake.authorise import authorise
from mitra.exchange.intake.batch import BATCH_OBJECTS, Hold, Item
from mitra.exchange.intake.collecting import collecting_seldom
from mitra.exchange.intake.decode import Form, slices
from mitra.exchange.intake.keep import keep, repeated, result_of
from mitra.exchange.intake.mark import Aim
from mitra.exchange.intake.normalise import describe, item_of
from mitra.exchange.intake.safeguard import hold_harmful
from mitra.exchange.intake.validate import check
from mitra.store.facts import Holding, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mitra.core.stix.shape import Shape
    from mitra.exchange.intake.batch import Piece, Sender, Stix
    from mitra.exchange.intake.decode import Spooled
    from mitra.exchange.intake.levels import Levels
    from mitra.store.protocol import Store

Readable = Mapping[bytes, Sequence[Holding]]
"""By digest, the shares of a batch's own bytes that the sender may read."""

WEIGHTY: Final = (b"object_refs", b'"marking-definition"', b'"observed-data"', b"\\u00")
"""What stands in the bytes of every container, every TLP marking, and every text that spells ASCII by escapes."""

REVIEW: Final = Hold("review", {})
GLANCE_OBJECTS: Final = 32
"""After how many objects the store is asked whether such an input was here before."""
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
    waiting: list[Item | Result] = field(default_factory=list)
    waiting_bytes: int = 0
    expects_news: bool | None = None
    """Whether the last batch, or a glance at the first objects, was new for the most part.  Then objects are looked
    into at once, while they are at hand; else only those of which the store has said that their sender does not share
    them yet."""
    aim: Aim = field(init=False)

    def __post_init__(self) -> None:
        """Make what gives objects their audiences."""
        self.aim = Aim(self.sender, self.levels)

    def take(self, each: Piece | Result) -> None:
        """Bring one object as far as its batch, and a batch that is full to its end."""
        self.wait(each)
        if len(self.waiting) >= BATCH_OBJECTS or self.waiting_bytes >= BATCH_BYTES:
            self.flush()

    def wait(self, each: Piece | Result) -> None:
        """Bring one object as far as its batch."""
        read = each if isinstance(each, Result) else self._read(each)
        self.waiting.append(read)
        if isinstance(read, Item):
            self.waiting_bytes += len(read.raw)
        if self.expects_news is None and len(self.waiting) == GLANCE_OBJECTS:
            self._glance()

    def _glance(self) -> None:
        """Ask whether the first objects are here, to know how to treat those that follow; nothing is decided by it."""
        items = [each for each in self.waiting if isinstance(each, Item)]
        readable = self.sender.door.holdings(items)
        self.expects_news = sum(item.digest in readable for item in items) * 2 <= len(items)

    def _read(self, piece: Piece) -> Item | Result:
        """Return the object as bytes with its audience, or how it ended."""
        obj = piece.obj
        if is_tlp_definition(obj):
            return _result(piece, obj, Outcome.DUPLICATE, words.reason("built-in"), "built-in")
        try:
            item = item_of(piece)
            self.aim.take(item, obj)
        except InvalidInput as error:
            return _refused(piece, error)
        if self.expects_news:
            return self._look_into(item, obj, piece.shape)
        item.source = piece if piece.data is None or self.expects_news is None else piece.data
        return item

    def _look_into(self, item: Item, obj: Stix, shape: Shape | None = None) -> Item | Result:
        """Return the item with what its record needs, or its refusal where it is no valid STIX."""
        try:
            check(obj, shape)
        except InvalidInput as error:
            return _result(item, obj, Outcome.REFUSED, error.message, error.rule, error.path)
        describe(item, obj, shape)
        item.source = None
        item.hold = REVIEW if self.needs_review else None
        return item

    def _look_back(self, item: Item, source: Piece | bytes) -> Item | Result:
        """Look into an item that was left aside."""
        if isinstance(source, bytes):
            return self._look_into(item, orjson.loads(source))
        return self._look_into(item, source.obj, source.shape)

    def flush(self) -> None:
        """Judge and keep the waiting batch, then count it."""
        batch, self.waiting, self.waiting_bytes = self.waiting, [], 0
        items = [each for each in batch if isinstance(each, Item)]
        sender = self._sender_now()
        readable = sender.door.holdings(items) if items else {}
        self._end(self.sift(batch, readable), sender, readable)

    def finish(self, items: Sequence[Item]) -> None:
        """Judge and keep items that are known to be valid, and count them."""
        sender = self._sender_now()
        self._end(items, sender, sender.door.holdings(items))

    def sift(self, batch: Sequence[Item | Result], readable: Readable) -> list[Item]:
        """Return what is valid, with its audience and what its record needs; count what ends before that.

        Bytes that the sender shares already with the same audience were valid when it shared them: nothing more is
        asked of them.  An id that stands in the batch more than once takes the long way, for the store says in which
        order its wordings replace one another.
        """
        times = Counter(each.stix_id for each in batch if isinstance(each, Item)) if readable else Counter()
        valid: list[Item] = []
        for each in batch:
            read = each
            if isinstance(each, Item):
                shares = readable.get(each.digest)
                if shares and times[each.stix_id] == 1:
                    each.repeats = repeated(each, shares, self.sender)
                if each.repeats is None and each.source is not None:
                    read = self._look_back(each, each.source)
            if isinstance(read, Item):
                valid.append(read)
            else:
                self.tally(read)
        self.expects_news = sum(item.repeats is None for item in valid) * 2 >= len(valid)
        return valid

    def _sender_now(self) -> Sender:
        """Return the sender with a door of its own: what the batch before this one shared, this one must know."""
        return replace(self.sender, door=self.store.visible_to(self.sender.actor.sender, now=self.sender.now))

    def _end(self, items: Sequence[Item], sender: Sender, readable: Readable) -> None:
        if not items:
            return
        hold_harmful(items, sender, self.levels, readable)
        going, refused = authorise(items, sender, readable)
        receipt, ends = keep(going, sender, self.store)
        if receipt is not None and receipt.act is not None:
            self.report.acts.append(receipt.act)
        for result in refused:
            self.tally(result)
        for item, line in ends:
            if self.keep and self._has_room(line.outcome):
                self.tally(result_of(item, line))
            else:
                self.report.totals[line.outcome] += 1

    def tally(self, result: Result) -> None:
        """Count a result, and keep it while there is room."""
        report = self.report
        if self._has_room(result.outcome):
            (report.accepted if result.outcome is Outcome.ACCEPTED else report.results).append(result)
        report.totals[result.outcome] += 1

    def _has_room(self, outcome: Outcome) -> bool:
        if outcome is Outcome.ACCEPTED:
            return len(self.report.accepted) < min(self.keep, ACCEPTED_KEPT)
        return len(self.report.results) < self.keep


def run_through(spool: Spooled, run: Run, *, progress: Callable[[int], None] | None = None) -> Report:
    """Bring a whole input through all steps and return what it came to.

    Raises InvalidInput when nothing in it could be read.
    """
    run.needs_review = run.confirmed is None and spool.form in {Form.TEXT, Form.HTML}
    with collecting_seldom():
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
    """Learn an input's markings and containers before its first object, and the level of each id once one is asked for.

    Most feeds have neither: then nothing is read twice unless an object refers to another.
    """
    if decode.holds(spool, WEIGHTY):
        _learn_all(spool, levels)
    else:
        levels.later = lambda: _learn_all(spool, levels)


def _learn_all(spool: Spooled, levels: Levels) -> None:
    """Read the input for its markings, containers and levels, and leave it where it stood.

    Where it brings TLP markings of its own, it is read once more: an object may stand before the marking it names.
    """
    with decode.kept_place(spool):
        for obj in _glances(spool):
            if obj.get("type") == "marking-definition":
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
                obj = each.parsed or (orjson.loads(each.data) if each.refusal is None else None)
                if not isinstance(obj, dict):
                    continue
                if obj.get("type") == "observed-data":
                    yield from lift(obj)
                else:
                    yield obj
            except (orjson.JSONDecodeError, InvalidInput):
                continue
    except InvalidInput:
        return


def _refused(piece: Piece, error: InvalidInput) -> Result:
    """Return the refusal of an object, for what makes it no STIX if there is any such thing, else for this error."""
    try:
        check(piece.obj)
    except InvalidInput as first:
        error = first
    return _result(piece, piece.obj, Outcome.REFUSED, error.message, error.rule, error.path)


def _result(at: Piece | Item, obj: Stix, outcome: Outcome, sentence: str, rule: str, path: str = "") -> Result:
    """Return the result of an object that has no record."""
    stix_id, version = obj.get("id"), obj.get("modified")
    return Result(
        outcome=outcome,
        id=stix_id if isinstance(stix_id, str) else "",
        line=at.line,
        reason=sentence,
        rule=rule,
        path=at.path + path,
        version=version if isinstance(version, str) else "",
    )
