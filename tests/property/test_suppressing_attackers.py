"""Who sees a suppressed table, from outside or as an organisation in it, works out nothing hidden: each is tried.

The attacker knows each shown cell and total, that nothing is below zero, and, as an organisation, what it gave itself
and where it was alone.  All tables that fit are written out; a part is given away when it has one value in all of them
although it had more before anything was shown.  What may be shown anyway may be worked out by those in the table.
"""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.suppressing import suppressed

ORGANISATIONS = range(1, 6)
LARGEST = 3
cells = st.dictionaries(st.sampled_from(ORGANISATIONS), st.integers(0, LARGEST), max_size=4)


def tables(rows, columns):
    keys = [(f"row {r}", f"column {c}") for r in range(rows) for c in range(columns)]
    return st.fixed_dictionaries(dict.fromkeys(keys, cells))


one_way = st.integers(1, 5).flatmap(lambda n: st.fixed_dictionaries({(f"cell {i}",): cells for i in range(n)}))
two_way = st.sampled_from([(1, 3), (2, 2), (2, 3), (3, 2)]).flatmap(lambda shape: tables(*shape))


def parts_of(table):
    """Every cell and total by its key, as the cells that it sums."""
    names = [sorted({key[place] for key in table}) for place in range(len(next(iter(table))))]
    return {
        key: [cell for cell in table if all(a in {None, b} for a, b in zip(key, cell, strict=True))]
        for key in product(*([*of_place, None] for of_place in names))
    }


def givers(table, cells_of_part):
    return {one for cell in cells_of_part for one, number in table[cell].items() if number}


def possible(table, parts, fixed, viewer):
    """For each part its values in all tables that fit: two of each are enough, and one more or less reaches them."""
    values = {cell: sum(table[cell].values()) for cell in table}
    floors = {cell: table[cell].get(viewer, 0) for cell in table}
    known = {key for key, of_part in parts.items() if givers(table, of_part) == {viewer}} | set(fixed)
    truth = {key: sum(values[cell] for cell in of_part) for key, of_part in parts.items()}
    ranges = []
    for cell in table:
        near = range(max(floors[cell], values[cell] - 1), values[cell] + 2)
        ranges.append([values[cell]] if cell in known else near)
    found = {key: set() for key in parts}
    for numbers in product(*ranges):
        guess = dict(zip(table, numbers, strict=True))
        sums = {key: sum(guess[cell] for cell in of_part) for key, of_part in parts.items()}
        if all(sums[key] == truth[key] for key in known):
            for key, number in sums.items():
                found[key].add(number)
    return found


def given_away(table, result, k):
    parts = parts_of(table)
    told = []
    for viewer in (None, *ORGANISATIONS):
        before = possible(table, parts, (), viewer)
        after = possible(table, parts, result.shown, viewer)
        kept = [key for key in result.hidden if viewer is None or not is_safe(table, parts[key], k)]
        told += [(viewer, key) for key in kept if len(before[key]) > 1 and len(after[key]) == 1]
    return told


sparse = st.one_of(st.just({}), st.dictionaries(st.sampled_from(ORGANISATIONS), st.integers(1, 2), max_size=4))
square = st.fixed_dictionaries({(f"row {r}", f"column {c}"): sparse for r in range(3) for c in range(3)})


def is_safe(table, some_cells, k):
    sums = {one: sum(table[cell].get(one, 0) for cell in some_cells) for one in givers(table, some_cells)}
    return len(sums) >= k and max(sums.values()) <= 0.8 * sum(sums.values())


@given(st.one_of(one_way, two_way), st.integers(2, 4))
@settings(max_examples=150, deadline=None)
def test_nobody_works_out_a_hidden_part(table, k):
    assert given_away(table, suppressed(table, k), k) == []


@given(square, st.integers(2, 3))
@settings(max_examples=40, deadline=None)
def test_no_outsider_works_out_a_hidden_part_of_a_sparse_square(table, k):
    result, parts = suppressed(table, k), parts_of(table)
    after = possible(table, parts, result.shown, None)
    assert [key for key in result.hidden if len(after[key]) == 1] == []


@given(st.one_of(one_way, two_way), st.integers(2, 4))
@settings(max_examples=300, deadline=None)
def test_each_part_is_shown_as_it_is_or_hidden_and_only_safe_ones_are_shown(table, k):
    result, parts = suppressed(table, k), parts_of(table)
    assert result.hidden | set(result.shown) == set(parts)
    assert not result.hidden & set(result.shown)
    for key, number in result.shown.items():
        assert number == sum(sum(table[cell].values()) for cell in parts[key])
        assert is_safe(table, parts[key], k)


@given(st.one_of(one_way, two_way), st.integers(2, 4))
@settings(max_examples=300, deadline=None)
def test_what_is_left_of_a_shown_total_may_be_known_to_all(table, k):
    result, parts = suppressed(table, k), parts_of(table)
    for total in (key for key in result.shown if None in key):
        for place in (at for at, name in enumerate(total) if name is None):
            line = [key for key in parts if key[place] is not None and key[:place] == total[:place]]
            rest = [key for key in line if key[place + 1 :] == total[place + 1 :] and key in result.hidden]
            for viewer in (None, *ORGANISATIONS):
                unknown = [key for key in rest if givers(table, parts[key]) != {viewer}]
                assert not unknown or is_safe(table, [cell for key in unknown for cell in parts[key]], k)


@given(two_way, st.integers(2, 3))
@settings(max_examples=100, deadline=None)
def test_a_table_whose_cells_are_all_safe_is_shown_whole(table, k):
    crowded = {key: dict.fromkeys(ORGANISATIONS, 1 + len(given)) for key, given in table.items()}
    result = suppressed(crowded, k)
    assert result.hidden == frozenset()
    assert result.shows_all_totals
