"""Where a share may go from where it stands: the table, and the small numbers that a share carries in the database."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from mitra.store.facts import State

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS: Final[Mapping[State, frozenset[State]]] = MappingProxyType(
    {
        State.LIVE: frozenset({State.TIGHTENED, State.SUPERSEDED, State.WITHDRAWN, State.RECALLED, State.ERASED}),
        State.TIGHTENED: frozenset({State.ERASED}),
        State.SUPERSEDED: frozenset({State.ERASED}),
        State.WITHDRAWN: frozenset({State.ERASED}),
        State.RECALLED: frozenset({State.ERASED}),
        State.ERASED: frozenset(),
    }
)
"""From each state, where a step may lead."""

CODES: Final[Mapping[State, int]] = MappingProxyType({state: code for code, state in enumerate(State)})
"""What is written for a state; these numbers stay as they are, so new states are added at the end of the class."""

LIVE: Final = CODES[State.LIVE]
OTHER_SHARES: Final = 1
"""In a share's `company`: its record has, or once had, other shares."""
OTHER_RECORDS: Final = 2
"""In a share's `company`: its id has, or once had, other records."""
_STATES: Final = tuple(State)


def state_of(code: int) -> State:
    """Return the state that the number stands for."""
    return _STATES[code]


def may_go(state: State, to: State) -> bool:
    """Return whether a step leads from one state to the other."""
    return to in STEPS[state]
