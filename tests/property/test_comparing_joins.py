"""Pieces of a comparison join to both texts, cut no written sign, and are a shortest way where there is time."""

import unicodedata
from functools import cache
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from mitra.core.text import comparing
from mitra.core.text.comparing import Kind, compare, units_of

WORDS = [
    *("bank ", "ngân hàng ", "lua\u0323\u0301", "ธนาคาร", "น้ำ", "เก่า", "ทີ່", "ທະນາ", "ນ້ຳ", "ພວກເຮົາ"),
    *("ធនាគារ", "សម្ងាត់", "ក្រុម", "ဘဏ်", "သတ္တိ", "ကျွန်ုပ်", "银行", "カード", "போலி", "ব্যাংক", "한국", "\u1112\u1161\u11ab"),
    *(
        "👩‍👩‍👧",
        "👍🏽",
        "🇰🇭🇱🇦",
        "🇹",
        "1️⃣",
        "\r\n",
        "\n",
        "\r",
        " ",
        ", ",
        "።",
        "\u200b",
        "\u200c",
        "\u0301",
        "\u17d2",
        "\u200d",
    ),
]
FLAGS = "".join(chr(0x1F1E6 + letter) for letter in range(26))
texts = st.one_of(st.lists(st.sampled_from(WORDS), max_size=25).map("".join), st.text(max_size=30))
short = st.text("กข a\u0e48", max_size=9)


def joined(pieces, *kinds):
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def is_cut(left, right):
    """Whether a mark, a stack, a flag, a picture or a line's end is parted between two stretches of one text."""
    last, first = left[-1], right[0]
    if last in "\r\n":
        return last + first == "\r\n"
    if unicodedata.category(first)[0] == "M" or first in "\u0e33\u0eb3\u200c\u200d":
        return True
    half_flags = len(left) - len(left.rstrip(FLAGS))
    return (last in "\u17d2\u1039\u200d" and first.isalpha()) or (half_flags % 2 == 1 and first in FLAGS)


@cache
def longest_in_common(a, b):
    if not a or not b:
        return 0
    if a[0] == b[0]:
        return 1 + longest_in_common(a[1:], b[1:])
    return max(longest_in_common(a[1:], b), longest_in_common(a, b[1:]))


@given(texts, texts)
@settings(max_examples=400, deadline=None)
def test_pieces_join_to_both_texts(before, after):
    pieces = compare(before, after)
    assert joined(pieces, Kind.SAME, Kind.GONE) == before
    assert joined(pieces, Kind.SAME, Kind.NEW) == after
    assert all(piece.text for piece in pieces)
    assert all(left.kind is not right.kind for left, right in pairwise(pieces))


@given(texts, texts)
@settings(max_examples=400, deadline=None)
def test_no_written_sign_is_cut(before, after):
    pieces = compare(before, after)
    for other in (Kind.GONE, Kind.NEW):
        of_one = [piece.text for piece in pieces if piece.kind in {Kind.SAME, other}]
        assert [pair for pair in pairwise(of_one) if is_cut(*pair)] == []


@given(texts)
@settings(max_examples=200, deadline=None)
def test_units_join_to_the_text_and_a_text_is_the_same_as_itself(text):
    assert "".join(units_of(text)) == text
    assert [piece.kind for piece in compare(text, text)] == [Kind.SAME] * bool(text)


@given(st.data(), texts, st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_pieces_join_however_soon_the_steps_are_used_up(data, before, most):
    after = data.draw(st.one_of(texts, st.permutations(units_of(before)).map("".join)))
    was = comparing.MOST_STEPS, comparing.LONG
    comparing.MOST_STEPS, comparing.LONG = most, data.draw(st.sampled_from([0, 10_000]))
    try:
        pieces = compare(before, after)
    finally:
        comparing.MOST_STEPS, comparing.LONG = was
    assert joined(pieces, Kind.SAME, Kind.GONE) == before
    assert joined(pieces, Kind.SAME, Kind.NEW) == after


@given(short, short)
@settings(max_examples=400, deadline=None)
def test_as_much_stays_as_can(before, after):
    a, b = units_of(before), units_of(after)
    blocks = comparing._blocks(a, b, comparing._Steps(comparing.MOST_STEPS))
    assert sum(len(block.same) for block in blocks) == longest_in_common(tuple(a), tuple(b))
