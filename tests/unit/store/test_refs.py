from hypothesis import given
from hypothesis import strategies as st

from mitra.store.refs import Refs

REFS = Refs(b"k" * 32)
seqs = st.integers(0, 2**63 - 1)


@given(st.lists(seqs, max_size=20))
def test_names_and_numbers_are_inverse(numbers):
    names = REFS.names(numbers)
    assert [REFS.number(name) for name in names] == numbers
    assert all(len(name) == 22 for name in names)


@given(st.text(max_size=30) | st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True))
def test_a_name_that_was_never_made_is_nobodys(name):
    assert REFS.number(name) is None


@given(seqs)
def test_another_node_names_otherwise(number):
    (name,) = Refs(b"o" * 32).names([number])
    assert REFS.number(name) is None


def test_a_second_spelling_of_a_name_is_none():
    (name,) = REFS.names([5])
    spellings = [name[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    assert [REFS.number(spelling) for spelling in spellings if REFS.number(spelling) is not None] == [5]
    assert [REFS.number(name + more) for more in ("=", "==", "\n", " ")] == [None] * 4


def test_neighbours_have_nothing_in_common():
    names = REFS.names(range(200))
    assert len({name[:4] for name in names}) > 190
