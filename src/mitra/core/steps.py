"""Fold append-only steps into a state by a table: pure, and the same in whatever order the steps arrive.

A room writes who may take which step from which state as data; several organisations, on nodes that hear of one
another late, then reach the same state without anybody editing another's words.  Promises, which
tests/property/test_steps_in_any_order.py keeps:

* steps fold to the same state in any order of arrival, and one that comes twice counts once;
* a step that the table does not allow when its turn comes is kept, flagged with why, and has no effect;
* a step comes after the one that its author had seen, whatever their clocks say;
* no clock is read: what lapses by itself lapses by the `now` that is given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from mitra.core.errors import WrongState

if TYPE_CHECKING:
    from datetime import datetime

C = TypeVar("C")
"""What a room carries along while it folds, as who leads now: any value that compares and is never changed in place."""
SAME: Final = ""
"""As a row's `next`: the state stays."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step as its author took it."""

    id: str
    """Random and for ever its own: it orders steps that nothing else orders."""
    word: str
    by: str
    """The organisation, as every node names it."""
    at: datetime
    seen: str = ""
    """The id of the last step that its author had seen; `''` where there was none."""
    facts: Mapping[str, object] = field(default_factory=dict)


class Row(NamedTuple):
    """A line of the table: from any of these states, this step by any of these roles leads to the next one."""

    states: tuple[str, ...]
    step: str
    who: tuple[str, ...]
    next: str = SAME
    guard: str = ""
    """The name of a condition that must hold as well; `''` for none."""


class Lapse(NamedTuple):
    """A state that ends by itself, at the instant which the named rule tells."""

    state: str
    due: str
    next: str


Holds = Callable[[C, Step], bool]
"""Whether a role or a guard holds for a step, with what was carried so far."""
Due = Callable[[C, "datetime"], "datetime | None"]
"""When a state lapses that was entered at this instant, or None for never."""


class Why(StrEnum):
    """Why a step has no effect."""

    LATE = "late"
    """It was allowed in the state that its author saw, and another step or the clock came first."""
    NOT_FROM_HERE = "not-from-here"
    NOT_YOURS = "not-yours"
    GUARD = "guard"
    AHEAD = "ahead"
    """Its instant has not come: it counts from then on."""


class Refusal(NamedTuple):
    """Why a step cannot be taken now, by whom it could be, and from which states."""

    why: Why
    who: tuple[str, ...]
    states: tuple[str, ...]
    guard: str = ""


class Taken(NamedTuple):
    """A step that had its effect."""

    step: Step
    before: str
    after: str


class Flagged(NamedTuple):
    """A step that had none, the state in which its turn came, and why."""

    step: Step
    state: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Folded(Generic[C]):
    """What steps come to: the state, since when, what was carried, and what became of each step, in their order."""

    state: str
    since: datetime | None
    """When the state was entered; None while it is the first one and nobody said when that began."""
    carried: C
    taken: tuple[Taken, ...]
    flagged: tuple[Flagged, ...]
    last: str = ""
    """The id of the last step whose turn came: what the next one has `seen`."""


@dataclass(frozen=True)
class Table(Generic[C]):
    """Who may take which step from which state, and what lapses; raises ValueError where it contradicts itself.

    Of several rows for one state and step the first whose roles and guard hold counts.  `carry` returns what is
    carried after a step that had its effect.
    """

    name: str
    start: str
    rows: tuple[Row, ...]
    roles: Mapping[str, Holds[C]]
    carry: Callable[[C, Step], C] = lambda carried, _step: carried
    guards: Mapping[str, Holds[C]] = field(default_factory=dict)
    dues: Mapping[str, Due[C]] = field(default_factory=dict)
    lapses: tuple[Lapse, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    """How a state, step, role or guard is called where its code will not do."""
    cells: Mapping[tuple[str, str], tuple[Row, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        cells: dict[tuple[str, str], tuple[Row, ...]] = defaultdict(tuple)
        for row in self.rows:
            for state in row.states:
                cells[state, row.step] += (row,)
        object.__setattr__(self, "cells", dict(cells))
        self._check()

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Return every state that can be reached, in the order in which the table names them."""
        named = [self.start, *(row.next for row in self.rows), *(lapse.next for lapse in self.lapses)]
        return tuple(dict.fromkeys(state for state in named if state != SAME))

    @cached_property
    def could(self) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return for each step, in the table's order, which roles could ever take it and from which states."""
        found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
        for row in self.rows:
            who, states = found.setdefault(row.step, ({}, {}))
            who.update(dict.fromkeys(row.who))
            states.update(dict.fromkeys(row.states))
        return {word: (tuple(who), tuple(states)) for word, (who, states) in found.items()}

    def say(self, code: str) -> str:
        """Return the words for a state, step, role or guard."""
        return self.words.get(code, code.replace("-", " "))

    def _check(self) -> None:
        known = set(self.states)
        named = [
            *((state, known, "state") for row in self.rows for state in row.states),
            *((lapse.state, known, "state") for lapse in self.lapses),
            *((role, self.roles, "role") for row in self.rows for role in row.who),
            *((row.guard, self.guards, "guard") for row in self.rows if row.guard),
            *((lapse.due, self.dues, "due") for lapse in self.lapses),
        ]
        for code, among, what in named:
            if code not in among:
                message = f"The table {self.name} speaks of the {what} {code!r}, which nothing in it defines."
                raise ValueError(message)


def fold(
    table: Table[C], steps: Iterable[Step], carried: C, *, now: datetime, begun: datetime | None = None
) -> Folded[C]:
    """Return what these steps come to as of now, in some 5 µs a step.

    `carried` is what the sheet itself begins with, and `begun` the instant when it did: a first state lapses from then.
    """
    state, since = table.start, begun
    taken: list[Taken] = []
    flagged: list[Flagged] = []
    stood: dict[str, str] = {"": state}
    last = ""
    for moment, step in _in_order(steps):
        if moment > now:
            flagged.append(Flagged(step, state, Refusal(Why.AHEAD, (), ())))
            continue
        state, since = _lapsed(table, state, since, carried, moment)
        row = _row_for(table, state, step, carried)
        if row is None:
            flagged.append(Flagged(step, state, _refusal(table, state, step, carried, stood.get(step.seen))))
        else:
            before = state
            if row.next != SAME:
                state, since = row.next, moment
            carried = table.carry(carried, step)
            taken.append(Taken(step, before, state))
        stood[step.id], last = state, step.id
    state, since = _lapsed(table, state, since, carried, now)
    return Folded(state, since, carried, tuple(taken), tuple(flagged), last)


def refusal_of(table: Table[C], folded: Folded[C], step: Step) -> Refusal | None:
    """Return why a step cannot be taken from where things stand, or None when it can."""
    if _row_for(table, folded.state, step, folded.carried) is not None:
        return None
    return _refusal(table, folded.state, step, folded.carried, None)


def check_step(table: Table[C], folded: Folded[C], step: Step) -> None:
    """Raise WrongState with who could take the step, and from which state, unless it can be taken now."""
    refusal = refusal_of(table, folded, step)
    if refusal is not None:
        raise WrongState(say_refusal(table, folded.state, step.word, refusal))


def say_refusal(table: Table[C], state: str, word: str, refusal: Refusal) -> str:
    """Return the sentence for somebody whose step was refused."""
    here, step = table.say(state), table.say(word)
    if refusal.why is Why.AHEAD:
        return f"“{step}” is dated later than now, and counts from then on."
    if refusal.why is Why.NOT_YOURS:
        return f"“{step}” is for {_either(table, refusal.who)} while this is “{here}”."
    if refusal.why is Why.GUARD:
        return f"“{step}” waits until {table.say(refusal.guard)}."
    if not refusal.states:
        return f"“{step}” is no step that anything here takes."
    came_first = " Somebody else, or the clock, came first." if refusal.why is Why.LATE else ""
    could = f"{_either(table, refusal.who)} could, from {_either(table, refusal.states, quoted=True)}"
    return f"“{step}” is not possible while this is “{here}”: {could}.{came_first}"


def open_steps(table: Table[C], folded: Folded[C], step: Step) -> tuple[str, ...]:
    """Return the words that the author of a step could take now in its place, in the table's order."""
    return tuple(
        word
        for word in table.could
        if _row_for(table, folded.state, Step(step.id, word, step.by, step.at, step.seen, step.facts), folded.carried)
    )


def draw(table: Table[C]) -> str:
    """Return the table as a page of documentation shows it: a diagram and a line a row, in Markdown."""
    arrows = [f"    [*] --> {_node(table.start)}"]
    arrows += [
        f"    {_node(state)} --> {_node(row.next or state)}: {table.say(row.step)}"
        for row in table.rows
        for state in row.states
    ]
    arrows += [f"    {_node(lapse.state)} --> {_node(lapse.next)}: {table.say(lapse.due)}" for lapse in table.lapses]
    lines = [
        f"| {', '.join(map(table.say, row.states))} | {table.say(row.step)} | {', '.join(map(table.say, row.who))} "
        f"| {table.say(row.guard)} | {table.say(row.next) if row.next else 'stays'} |"
        for row in table.rows
    ]
    lines += [
        f"| {table.say(lapse.state)} | – | the clock | {table.say(lapse.due)} | {table.say(lapse.next)} |"
        for lapse in table.lapses
    ]
    head = ["| from | step | who | only when | to |", "| --- | --- | --- | --- | --- |"]
    return "\n".join(["```mermaid", "stateDiagram-v2", *dict.fromkeys(arrows), "```", "", *head, *lines, ""])


def _in_order(steps: Iterable[Step]) -> list[tuple[datetime, Step]]:
    """Return each step once with the moment at which its turn comes: never before the one that its author had seen."""
    known: dict[str, Step] = {}
    for step in steps:
        held = known.get(step.id)
        known[step.id] = step if held is None or held == step else min(held, step, key=_wording)
    places: dict[str, tuple[datetime, int]] = {}
    for step in known.values():
        _place(step, known, places)
    ordered = sorted(known.values(), key=lambda step: (*places[step.id], step.id))
    return [(places[step.id][0], step) for step in ordered]


def _place(step: Step, known: Mapping[str, Step], places: dict[str, tuple[datetime, int]]) -> None:
    """Give a step, and what leads to it, a moment and how many it had seen before it at most.

    Steps that claim to have seen one another in a ring, as only somebody who lies writes them, have seen nothing.
    """
    if step.id in places:
        return
    path: dict[str, Step] = {}
    while step.id not in places and step.id not in path:
        path[step.id] = step
        if step.seen not in known:
            break
        step = known[step.seen]
    walked = list(path.values())
    if step.id in path and step.seen in known:
        ring = walked[list(path).index(step.id) :]
        places.update({one.id: (one.at, 0) for one in ring})
    for one in reversed(walked):
        if one.id not in places:
            moment, depth = places.get(one.seen, (one.at, -1))
            places[one.id] = (max(one.at, moment), depth + 1)


def _wording(step: Step) -> tuple[object, ...]:
    return (step.at, step.word, step.by, step.seen, repr(sorted(step.facts.items())))


def _row_for(table: Table[C], state: str, step: Step, carried: C) -> Row | None:
    for row in table.cells.get((state, step.word), ()):
        if _is_theirs(table, row, step, carried) and (not row.guard or table.guards[row.guard](carried, step)):
            return row
    return None


def _is_theirs(table: Table[C], row: Row, step: Step, carried: C) -> bool:
    return any(table.roles[role](carried, step) for role in row.who)


def _refusal(table: Table[C], state: str, step: Step, carried: C, saw: str | None) -> Refusal:
    here = table.cells.get((state, step.word), ())
    unmet = next((row for row in here if _is_theirs(table, row, step, carried)), None)
    if unmet is not None:
        return Refusal(Why.GUARD, unmet.who, (state,), unmet.guard)
    if here:
        return Refusal(Why.NOT_YOURS, tuple(dict.fromkeys(role for row in here for role in row.who)), (state,))
    was_allowed = saw is not None and _row_for(table, saw, step, carried) is not None
    who, states = table.could.get(step.word, ((), ()))
    return Refusal(Why.LATE if was_allowed else Why.NOT_FROM_HERE, who, states)


def _lapsed(
    table: Table[C], state: str, since: datetime | None, carried: C, until: datetime
) -> tuple[str, datetime | None]:
    """Return the state at an instant, after what lapsed by itself before it; each state lapses once at most."""
    for _ in table.lapses:
        lapse = next((lapse for lapse in table.lapses if lapse.state == state), None)
        due = None if lapse is None or since is None else table.dues[lapse.due](carried, since)
        if lapse is None or since is None or due is None or due > until:
            break
        state, since = lapse.next, max(due, since)
    return state, since


def _either(table: Table[C], codes: tuple[str, ...], *, quoted: bool = False) -> str:
    words = [f"“{table.say(code)}”" if quoted else table.say(code) for code in codes]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _node(state: str) -> str:
    return state.replace("-", "_")
