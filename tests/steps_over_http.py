"""Ask every cell of a room's table over HTTP: who may, may; who may not is told who could, and nothing changes.

A room's test gives its course, and how to make a sheet, to ask for a step as each role, and to reach each state.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from mitra.core.steps import SAME


@dataclass(frozen=True)
class OverHttp:
    """How one room's table is asked."""

    table: Any
    make: Callable[[], str]
    """Return the id of a new sheet in the table's first state."""
    take: Callable[[str, str, str], Any]
    """(role, sheet, word) → the answer: 201 or 303 where the step was taken."""
    state: Callable[[str], str]
    """(sheet) → where it stands."""
    ways: Mapping[str, tuple[tuple[str, str], ...]]
    """By state, the (role, word) pairs that lead there from the first one."""
    roles: tuple[str, ...]
    holds: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By the name of who asks, the roles of the table that it holds, where it is not just the one of its name."""


def refuses_and_allows_as_its_table_says(room):
    """Try every step from every state as every role; return what differed."""
    differing, sheets = [], {}
    assert set(room.ways) == set(room.table.states), "each state of the table is reached"
    for state, word, role in product(room.table.states, room.table.could, room.roles):
        sheet = sheets.pop(state, None) or made_in(room, state)
        assert room.state(sheet) == state
        row = next((row for row in room.table.cells.get((state, word), ()) if holds(room, role) & {*row.who}), None)
        answer = room.take(role, sheet, word)
        expected = state if row is None or row.next == SAME else row.next
        if (answer.status_code < 400) != (row is not None) or room.state(sheet) != expected:
            differing.append((state, word, role, answer.status_code))
        if row is None and (answer.status_code != 409 or word.replace("-", " ") not in answer.content.decode()):
            differing.append((state, word, role, answer.content.decode()[:200]))
        if answer.status_code >= 400:
            sheets[state] = sheet  # a refused step left it as it was
    return differing


def holds(room, role):
    """Return the roles of the table that whoever asks holds."""
    return room.holds.get(role, frozenset({role}))


def made_in(room, state):
    """Make a sheet and bring it into a state."""
    sheet = room.make()
    for who, step in room.ways[state]:
        assert room.take(who, sheet, step).status_code in {201, 303, 302}
    return sheet
