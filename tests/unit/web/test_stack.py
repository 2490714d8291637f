"""However deep the frames above a request lie, what is below it lies in one piece of the interpreter's stack."""

from statistics import median
from time import perf_counter

from mitra.web.stack import in_one_piece

ROUNDS = 2_000


def nested(depth, act):
    return act(None) if depth == 0 else nested(depth - 1, act)


def inner(_request):
    """Call much from one depth, as a template does."""
    for _ in range(ROUNDS):
        nested(3, id)


def slowest_over_fastest(act):
    """Return how much longer it takes at the worst depth than at the best."""
    taken = []
    for depth in range(0, 160, 2):
        rounds = []
        for _ in range(5):
            began = perf_counter()
            nested(depth, act)
            rounds.append(perf_counter() - began)
        taken.append(min(rounds))
    return max(taken) / median(taken)


def test_a_request_takes_as_long_at_any_depth():
    assert slowest_over_fastest(in_one_piece(inner)) < slowest_over_fastest(inner)
