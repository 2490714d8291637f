"""The collector is left as it was found, however many take in at once."""

import gc
from contextlib import ExitStack

import pytest

from mitra.exchange.intake.collecting import SELDOM, collecting_seldom


@pytest.fixture
def found():
    before = gc.get_threshold()
    gc.set_threshold(701, 11, 12)
    yield (701, 11, 12)
    gc.set_threshold(*before)


@pytest.mark.parametrize("first_to_end", [0, 1, 2])
def test_the_last_of_several_puts_it_back(found, first_to_end):
    running = [ExitStack() for _ in range(3)]
    for each in running:
        each.enter_context(collecting_seldom())
    order = [running.pop(first_to_end), *running]
    for each in order[:-1]:
        each.close()
        assert gc.get_threshold() == SELDOM
    order[-1].close()
    assert gc.get_threshold() == found


def test_an_input_that_cannot_be_read_puts_it_back(found):
    with pytest.raises(ValueError, match="broken"), collecting_seldom():
        raise ValueError("broken")
    assert gc.get_threshold() == found
