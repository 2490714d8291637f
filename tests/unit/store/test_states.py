from itertools import product

from mitra.store.facts import State
from mitra.store.states import CODES, STEPS, may_go, state_of

ENDS = {State.TIGHTENED, State.SUPERSEDED, State.WITHDRAWN, State.RECALLED}


def test_each_step_is_one_of_the_table():
    allowed = {(one, other) for one, other in product(State, State) if may_go(one, other)}
    assert allowed == {(State.LIVE, end) for end in ENDS} | {
        (state, State.ERASED) for state in State if state != State.ERASED
    }


def test_nothing_becomes_live_again():
    assert all(State.LIVE not in steps for steps in STEPS.values())


def test_numbers_of_states_do_not_change():
    assert CODES == {"live": 0, "tightened": 1, "superseded": 2, "withdrawn": 3, "recalled": 4, "erased": 5}
    assert [state_of(code) for code in CODES.values()] == list(State)
