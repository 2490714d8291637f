"""Tables as a yearly report has them: what is hidden, what more is hidden with it, and what is refused."""

import pytest

from mitra.core.errors import InvalidInput, TooLarge
from mitra.core.suppressing import MOST_CELLS, suppressed


def of(*numbers, first=1):
    return dict(enumerate(numbers, start=first))


def test_one_small_cell_takes_the_smallest_other_with_it_so_that_the_total_may_stay():
    result = suppressed({("bank",): of(4, 5, 6), ("ທະນາຄານ",): of(9), ("energy",): of(3, 3, 3)}, 3)
    assert result.shown == {("bank",): 15, (None,): 33}
    assert result.hidden == {("ທະນາຄານ",), ("energy",)}
    assert result.shows_all_totals


def test_two_small_cells_that_are_no_sum_of_k_together_take_a_third():
    result = suppressed({("a",): of(2), ("b",): of(2, first=2), ("c",): of(5, 5, 5), ("d",): of(9, 9, 9)}, 3)
    assert result.hidden == {("a",), ("b",), ("c",)}


def test_who_is_alone_in_a_cell_learns_no_more_than_k_others_would_show():
    alone = {("a",): of(2), ("b",): of(3, 3, first=2), ("c",): of(5, 5, 5), ("d",): of(9, 9, 9)}
    assert suppressed(alone, 3).hidden == {("a",), ("b",), ("c",)}
    shared = {("a",): of(2, 2), ("b",): of(3, 3, first=2), ("c",): of(5, 5, 5), ("d",): of(9, 9, 9)}
    assert suppressed(shared, 3).hidden == {("a",), ("b",)}


def test_where_nothing_else_can_be_hidden_the_total_is():
    result = suppressed({("គ្រប់គ្រង",): of(1)}, 2)
    assert result.shown == {}
    assert result.hidden == {("គ្រប់គ្រង",), (None,)}
    assert not result.shows_all_totals


@pytest.mark.parametrize(("largest", "is_shown"), [(80, True), (81, False)])
def test_a_cell_in_which_one_gave_more_than_four_fifths_is_hidden(largest, is_shown):
    table = {("a",): of(largest, 10, 90 - largest), ("b",): of(50, 50, 50), ("c",): of(60, 60, 60)}
    assert (("a",) in suppressed(table, 3).shown) is is_shown


def test_who_gave_nothing_is_not_counted():
    assert suppressed({("a",): of(5, 5, 0), ("b",): of(5, 5, 5), ("c",): of(5, 5, 5)}, 3).hidden == {("a",), ("b",)}


def test_a_small_cell_of_two_ways_is_hidden_by_a_rectangle_of_the_smallest():
    table = {(row, column): of(20, 20, 20) for row in ("2024", "2025", "2026") for column in ("kh", "la", "mm")}
    table["2024", "kh"] = of(1)
    table["2026", "mm"] = of(2, 2, 2)
    result = suppressed(table, 3)
    assert result.hidden == {("2024", "kh"), ("2024", "mm"), ("2026", "kh"), ("2026", "mm")}
    assert result.shows_all_totals


def test_a_row_of_one_small_cell_has_its_total_hidden_and_a_second_one_with_it():
    table = {(row, column): of(20, 20, 20) for row in ("a", "b", "c") for column in ("x", "y")}
    table["a", "x"] = table["a", "y"] = of(1)
    result = suppressed(table, 3)
    assert ("a", None) in result.hidden
    assert len([key for key in result.hidden if key[1] is None]) > 1
    assert not result.shows_all_totals


def test_cells_that_cannot_be_less_than_they_are_do_not_hide_each_other():
    # Around the ring of empty and full cells, one way makes an empty cell less than nothing, and so does the other.
    table = {
        ("r0", "c0"): {},
        ("r0", "c1"): {},
        ("r0", "c2"): {},
        ("r1", "c0"): {},
        ("r1", "c1"): {1: 2, 2: 2, 4: 2},
        ("r1", "c2"): {},
        ("r2", "c0"): {4: 2, 1: 1},
        ("r2", "c1"): {5: 1, 1: 1, 4: 2},
        ("r2", "c2"): {2: 1, 1: 2},
    }
    result = suppressed(table, 2)
    assert ("r2", None) not in result.shown or ("r2", "c1") not in result.shown


def test_what_is_not_in_the_table_is_an_empty_cell_and_hidden_as_one():
    result = suppressed({("a", "x"): of(5, 5), ("b", "y"): of(5, 5)}, 2)
    assert {("a", "y"), ("b", "x")} <= result.hidden


def test_an_empty_table_shows_and_hides_nothing():
    assert suppressed({}, 5) == ({}, frozenset())


@pytest.mark.parametrize(
    ("table", "k", "rule"),
    [
        ({("a",): of(1)}, 1, "suppression-k"),
        ({("a",): of(1), ("a", "b"): of(1)}, 3, "table-ways"),
        ({("a", "b", "c"): of(1)}, 3, "table-ways"),
        ({("a",): of(-1)}, 3, "table-number"),
        ({(str(at),): of(1) for at in range(MOST_CELLS + 1)}, 3, "too-large"),
        ({(str(at), str(at)): of(1) for at in range(32)}, 3, "too-large"),
    ],
)
def test_what_is_no_table_is_refused(table, k, rule):
    with pytest.raises(InvalidInput) as refused:
        suppressed(table, k)
    assert refused.value.rule == rule
    assert isinstance(refused.value, TooLarge) == (rule == "too-large")
