"""Step 2: whatever the form was, STIX 2.1 objects come out, each with its place in the input.

STIX comes as it is, 2.0 lifted to 2.1; tables and reports are made into objects in the sender's name.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from mitra.core.errors import InvalidInput
from mitra.core.stix.lifting import is_stix20, lift
from mitra.core.stix.reading import read_shaped
from mitra.exchange.facts import Result
from mitra.exchange.intake import reports, tables
from mitra.exchange.intake.batch import Piece
from mitra.exchange.intake.decode import Form, slices
from mitra.exchange.intake.indicators import continued
from mitra.store.facts import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mitra.exchange.intake.batch import Sender
    from mitra.exchange.intake.decode import Spooled

ROWS: Final = 500
"""How many rows are held against what was shared before in one question."""


def read_pieces(
    spool: Spooled, sender: Sender, notes: list[str], reviewed: frozenset[str] | None
) -> Iterator[Piece | Result]:
    """Yield each object of an input, or the refusal of what cannot be one."""
    if spool.form is Form.STIX:
        yield from _to_the_break(_read_stix(spool))
    elif spool.form is Form.TABLE:
        yield from _continued(_to_the_break(tables.read_table(spool, sender, notes)), sender)
    elif spool.form is Form.VALUES:
        yield from _continued(_to_the_break(tables.read_values(spool, sender)), sender)
    else:
        understood = reports.understand(spool)
        if reviewed is None and not understood.values:
            message = "This is neither STIX nor a table, and no address, name or hash was found in it."
            raise InvalidInput(message, rule="nothing-found")
        confirmed = {found.value for found in understood.values} if reviewed is None else reviewed
        yield from _continued(reports.objects_of(understood, confirmed, sender), sender)


def _to_the_break(found: Iterator[Piece | Result]) -> Iterator[Piece | Result]:
    """Yield what can be read; where the input itself breaks, one refusal ends it.

    Raises InvalidInput when nothing at all stood before the break.
    """
    read = 0
    try:
        for each in found:
            read += 1
            yield each
    except InvalidInput as error:
        if not read:
            raise
        yield Result(Outcome.REFUSED, "", None, error.message, error.rule, error.path)


def _read_stix(spool: Spooled) -> Iterator[Piece | Result]:
    """Yield what each slice of the input holds: an object of 2.0 may become several."""
    for part in slices(spool):
        try:
            if part.refusal is not None:
                raise part.refusal
            obj, shape = read_shaped(part.data, part.parsed)
            if is_stix20(obj):
                yield from [Piece(part.pointer, part.line, lifted) for lifted in lift(obj)]
            else:
                yield Piece(part.pointer, part.line, obj, shape, part.data)
        except InvalidInput as error:
            yield Result(Outcome.REFUSED, "", part.line, error.message, error.rule, _joined(part.pointer, error.path))


def _joined(pointer: str, path: str) -> str:
    """Return the pointer to a place within an object; what already starts at the top stays."""
    return path if pointer and path.startswith(pointer) else pointer + path


def _continued(found: Iterable[Piece | Result], sender: Sender) -> Iterator[Piece | Result]:
    """Yield the same, with objects that were shared before as their next or same version."""
    rest = iter(found)
    while run := list(islice(rest, ROWS)):
        continued([piece for piece in run if isinstance(piece, Piece)], sender)
        yield from run
