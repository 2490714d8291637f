"""Suppression below k: which cells of a table, and which of its totals, may be shown without telling on anybody.

What whoever publishes may rely on; tests/property/test_suppressing_attackers.py tries every table that fits:

* a cell or total is shown only where k organisations gave to it, none of them more than DOMINANT_PERCENT of it;
* no hidden cell or total follows from what is shown: at least two values of it are possible;
* nor does one that may not be shown follow for an organisation, which knows what it gave and where it was alone;
* what is left of a shown total after its shown cells is itself such a sum as may be shown, for them all.

An empty cell is one below k.  This is about one table: two of them over the same facts can be set against each other,
so a table that was published stays as it was.

Hidden parts that no shown line pins down are those on a cycle of the graph whose nodes are rows and columns and whose
edges are the hidden parts (Gusfield, A graph theoretic approach to statistical data security, 1988): around a cycle,
one more here is one less there.  So a part is protected by hiding the cheapest cycle through it.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.core.errors import InvalidInput, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Key = tuple[str | None, ...]
    """Where a cell stands: one name or two; None in place of a name is the total over it."""
    Node = tuple[str, str | None]

DOMINANT_PERCENT: Final = 80
"""Who gives more than this of a sum can be read off it."""
MOST_CELLS: Final = 1_000
"""Cells of a table, empty ones too.  Measured: 6 s for so many of 60 organisations, nearly all hidden."""
FEWEST: Final = 2
"""Organisations below which nothing is suppression."""


class Suppressed(NamedTuple):
    """A table as it may be shown, totals too; why a part is hidden is not said, for that tells of it."""

    shown: dict[Key, int]
    hidden: frozenset[Key]

    @property
    def shows_all_totals(self) -> bool:
        """Whether no total had to be hidden."""
        return not any(None in key for key in self.hidden)


@dataclass(frozen=True, slots=True)
class _Part:
    """A cell or a total, as an edge: more of it leads from `tail` to `head`, less of it back."""

    key: Key
    tail: Node
    head: Node
    given: Mapping[int, int]
    value: int
    cost: int

    def is_known_to(self, viewer: int | None) -> bool:
        return len(self.given) == 1 and viewer in self.given

    def may_be(self, viewer: int | None, *, more: bool) -> bool:
        """Return whether the viewer must think it possible that this is one more, or one less, than it is."""
        if self.is_known_to(viewer):
            return False
        return more or self.value > (0 if viewer is None else self.given.get(viewer, 0))


class _Step(NamedTuple):
    part: _Part
    more: bool


class _Line(NamedTuple):
    """A total and what it sums."""

    total: _Part
    members: tuple[_Part, ...]


def suppressed(table: Mapping[tuple[str, ...], Mapping[int, int]], k: int) -> Suppressed:
    """Return what may be shown of a table of one way or two: cell → organisation → what it gave, never below 0.

    Raises InvalidInput for k below 2, cells of more ways and negative numbers, TooLarge beyond MOST_CELLS.

    1. hide what is no sum of k organisations, or dominated;
    2. hide the cheapest cycle through each hidden part that somebody could work out;
    3. hide more of each line whose rest would be such a sum;
    4. again from 2, until nothing was hidden anew.
    """
    _check(table, k)
    if not table:
        return Suppressed({}, frozenset())
    sheet = _Sheet(k, *_parts_of(table))
    sheet.telling.update(part.key for part in sheet.parts if not _is_safe([part], k))
    sheet.hidden |= sheet.telling
    before = -1
    while len(sheet.hidden) > before:
        before = len(sheet.hidden)
        for viewer in sheet.viewers():
            sheet.mend_cycles(viewer)
        for line in sheet.lines:
            sheet.mend_rest(line)
    shown = {part.key: part.value for part in sheet.parts if part.key not in sheet.hidden}
    return Suppressed(shown, frozenset(sheet.hidden))


@dataclass(slots=True)
class _Sheet:
    """A table while it is being suppressed; parts are only ever hidden, so that this comes to an end."""

    k: int
    parts: list[_Part]
    lines: list[_Line]
    telling: set[Key] = field(default_factory=set)
    """Parts that may not be known at all; what else is hidden, is so for their sake."""
    hidden: set[Key] = field(default_factory=set)
    cycles: dict[Key, list[_Step]] = field(default_factory=dict)
    """The last cycle that was found through a part: good for every viewer who cannot exclude one of its steps."""
    at: dict[Node, list[_Part]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part in self.parts:
            self.at.setdefault(part.tail, []).append(part)
            self.at.setdefault(part.head, []).append(part)

    def viewers(self) -> Iterator[int | None]:
        """Yield an outsider, then each organisation that gave to a hidden part."""
        yield None
        yield from sorted({giver for part in self.parts if part.key in self.hidden for giver in part.given})

    def mend_rest(self, line: _Line) -> None:
        """Hide more of a line until its rest may be known: the cheapest part that is enough, else the cheapest."""
        while line.total.key not in self.hidden:
            rest = [part for part in line.members if part.key in self.hidden]
            if _may_be_known(rest, self.k):
                return
            left = [part for part in line.members if part.key not in self.hidden]
            enough = [part for part in left if _may_be_known([*rest, part], self.k)]
            chosen = min(enough or left or [line.total], key=lambda part: part.cost)
            self.hidden.add(chosen.key)

    def mend_cycles(self, viewer: int | None) -> None:
        """Hide what it takes that the viewer cannot work out one hidden part, or as an organisation one that tells."""
        kept = self.hidden if viewer is None else self.telling
        for part in self.parts:
            if part.key not in kept or part.is_known_to(viewer):
                continue
            known = self.cycles.get(part.key)
            if known and all(step.part.may_be(viewer, more=step.more) for step in known):
                continue
            cycle = self._cheapest_cycle(part, viewer)
            for step in cycle:
                self.hidden.add(step.part.key)
                self.cycles[step.part.key] = cycle

    def _cheapest_cycle(self, part: _Part, viewer: int | None) -> list[_Step]:
        firsts = [_Step(part, more) for more in (True, False) if part.may_be(viewer, more=more)]
        found = [way for first in firsts if (way := self._cheapest_way(first, viewer))]
        return min(found, key=lambda way: way[0])[1] if found else []

    def _cheapest_way(self, first: _Step, viewer: int | None) -> tuple[int, list[_Step]] | None:
        """Return the cost of what must be hidden to come back to where the first step begins, and all steps."""
        start, goal = _ends(first)
        turns = count()
        waiting = [(0, 0, next(turns), start, [first])]
        done: set[Node] = set()
        while waiting:
            cost, length, _, node, steps = heapq.heappop(waiting)
            if node == goal:
                return cost, steps
            if node in done:
                continue
            done.add(node)
            for part in self.at[node]:
                step = _Step(part, part.tail == node)
                _, onward = reversed(_ends(step))
                if part is first.part or onward in done or not part.may_be(viewer, more=step.more):
                    continue
                dearer = cost + (0 if part.key in self.hidden else part.cost)
                heapq.heappush(waiting, (dearer, length + 1, next(turns), onward, [*steps, step]))
        return None


def _ends(step: _Step) -> tuple[Node, Node]:
    """Return where a step leads and where it comes from."""
    return (step.part.head, step.part.tail) if step.more else (step.part.tail, step.part.head)


def _may_be_known(rest: list[_Part], k: int) -> bool:
    """Return whether the sum of some parts may be known to all, also to who was alone in some of them."""
    alone = {next(iter(part.given)) for part in rest if len(part.given) == 1}
    for viewer in (None, *alone):
        unknown = [part for part in rest if not part.is_known_to(viewer)]
        if unknown and not _is_safe(unknown, k):
            return False
    return True


def _is_safe(parts: Iterable[_Part], k: int) -> bool:
    given = _sum(part.given for part in parts)
    return len(given) >= k and max(given.values()) * 100 <= sum(given.values()) * DOMINANT_PERCENT


def _sum(given: Iterable[Mapping[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for one in given:
        for giver, number in one.items():
            if number:
                total[giver] = total.get(giver, 0) + number
    return total


def _parts_of(table: Mapping[tuple[str, ...], Mapping[int, int]]) -> tuple[list[_Part], list[_Line]]:
    """Return every cell and total of a table, and its lines; what is not in the table is an empty cell."""
    cells: dict[Key, Mapping[int, int]] = {key: _sum([given]) for key, given in _grid(table).items()}
    sums = {total: _sum(given for key, given in cells.items() if _covers(total, key)) for total in _totals(table)}
    all_cells = sum(sum(given.values()) + 1 for given in cells.values())
    parts: dict[Key, _Part] = {}
    for key, given in (cells | sums).items():
        tail, head = _nodes(key)
        value = sum(given.values())
        # A total is dearer than all cells together, the total of all dearer than any other.
        parts[key] = _Part(key, tail, head, given, value, 1 + value + 2 * all_cells * key.count(None))
    lines = [
        _Line(total, members)
        for total in parts.values()
        for place in range(len(total.key))
        if total.key[place] is None and (members := tuple(_members(parts, total.key, place)))
    ]
    return list(parts.values()), lines


def _grid(table: Mapping[tuple[str, ...], Mapping[int, int]]) -> dict[tuple[str, ...], Mapping[int, int]]:
    rows = sorted({key[0] for key in table})
    columns = sorted({key[1:] for key in table})
    return {(row, *column): table.get((row, *column), {}) for row in rows for column in columns}


def _totals(table: Mapping[tuple[str, ...], Mapping[int, int]]) -> list[Key]:
    if any(len(key) == 1 for key in table):
        return [(None,)]
    rows: list[Key] = [(row, None) for row in sorted({key[0] for key in table})]
    columns: list[Key] = [(None, column) for column in sorted({key[1] for key in table})]
    return [*rows, *columns, (None, None)]


def _covers(total: Key, cell: Key) -> bool:
    return all(name in {None, of_cell} for name, of_cell in zip(total, cell, strict=True))


def _members(parts: Mapping[Key, _Part], total: Key, place: int) -> Iterator[_Part]:
    """Yield what a total sums along one place: parts that are like it but for a name there."""
    for key, part in parts.items():
        if key[place] is not None and key[:place] == total[:place] and key[place + 1 :] == total[place + 1 :]:
            yield part


def _nodes(key: Key) -> tuple[Node, Node]:
    """Return the tail and the head of a part: a line's sum minus its total is nothing, so totals of one way turn."""
    row: Node = ("row", key[0] if len(key) > 1 else "")
    column: Node = ("column", key[1] if len(key) > 1 else "")
    return (column, row) if key.count(None) % 2 else (row, column)


def _check(table: Mapping[tuple[str, ...], Mapping[int, int]], k: int) -> None:
    if k < FEWEST:
        raise InvalidInput("Let at least two organisations stand behind a number.", path="/k", rule="suppression-k")
    if len({len(key) for key in table}) > 1 or any(len(key) not in {1, 2} for key in table):
        raise InvalidInput("Name every cell by its row, or by its row and column.", path="/", rule="table-ways")
    if len({key[0] for key in table}) * len({key[1:] for key in table}) > MOST_CELLS:
        raise TooLarge(f"A table has at most {MOST_CELLS:,} cells; leave out a way, or take longer spans.", path="/")
    for key, given in table.items():
        if any(number < 0 for number in given.values()):
            path = "/" + "/".join(key)
            raise InvalidInput("Numbers of a table are never below nothing.", path=path, rule="table-number")
