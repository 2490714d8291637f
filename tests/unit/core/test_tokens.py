"""Tokens of real sentences in the scripts of the region, as a database keeps them and a question finds them."""

import sqlite3
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitra.core.text.tokens import LONGEST, MOST_TOKENS, Wanted, fold, query_of, tokens_of

SENTENCES = {
    "th": "ธนาคารแจ้งเตือนลูกค้าเรื่องเว็บไซต์ปลอม",
    "lo": "ທະນາຄານແຈ້ງເຕືອນລູກຄ້າກ່ຽວກັບເວັບໄຊປອມ",
    "km": "ធនាគារជូនដំណឹងអតិថិជនអំពីគេហទំព័រក្លែងក្លាយ",
    "my": "ဘဏ်က ဝဘ်ဆိုက်အတုအကြောင်း ဖောက်သည်များကို သတိပေးသည်",
    "vi": "Ngân hàng cảnh báo khách hàng về trang web lừa đảo",
    "zh": "银行提醒客户注意钓鱼网站",
    "ta": "போலி இணையதளம் குறித்து வங்கி எச்சரிக்கை",
}
ASKED = [
    ("th", "ธนาคาร"),
    ("th", "ธน"),
    ("th", "ธ"),
    ("lo", "ທະນາຄານ"),
    ("km", "ធនាគារ"),
    ("my", "ဝဘ်ဆိုက်"),
    ("vi", "lừa đảo"),
    ("vi", "LUA DAO"),
    ("vi", "lua\u0300"),
    ("vi", "ngân hang"),
    ("zh", "银行"),
    ("zh", "钓鱼"),
    ("ta", "வங்கி"),
]


def meets(tokens, wanted):
    held = set(tokens)
    return all(
        any(token.startswith(one.exact) for token in held) if one.is_prefix else {one.exact, one.folded} & held
        for one in wanted
    )


@pytest.mark.parametrize(("language", "asked"), ASKED)
def test_a_question_finds_the_sentence_that_it_is_of_and_no_other(language, asked):
    wanted = query_of(asked)
    assert wanted
    found = [key for key, sentence in SENTENCES.items() if meets(tokens_of(sentence), wanted)]
    assert found == [language]


@pytest.fixture(scope="module")
def index():
    base = sqlite3.connect(":memory:")
    base.execute("""CREATE VIRTUAL TABLE words USING fts5(said, tokenize="unicode61 categories 'L* N* M* Co'")""")
    base.execute("CREATE VIRTUAL TABLE parted USING fts5vocab(words, instance)")
    yield base
    base.close()


@pytest.mark.parametrize("text", [*SENTENCES.values(), "hxxps://bad-domain[.]com/ពិន្ទុ 203.0.113.9 Ứng-dụng đểu"])
def test_each_token_is_one_token_to_the_database(index, text):
    tokens = tokens_of(text)
    index.execute("DELETE FROM words")
    index.execute("INSERT INTO words VALUES (?)", (" ".join(tokens),))
    kept = [term for (term,) in index.execute("SELECT term FROM parted ORDER BY offset")]
    # It takes diacritics off Latin letters by itself, which is `fold`; nothing else changes.
    assert [fold(token) for token in kept] == [fold(token) for token in tokens]


@given(st.text(alphabet=SENTENCES["th"] + SENTENCES["km"] + SENTENCES["my"] + SENTENCES["zh"], min_size=2), st.data())
def test_any_two_signs_that_follow_one_another_find_a_text(text, data):
    text = normalize("NFKC", text)  # where marks of two scripts meet, their order is not the typed one
    (run, *_) = text.split() or [""]
    if len(run) < 2:
        return
    at = data.draw(st.integers(0, len(run) - 2))
    assert meets(tokens_of(text), query_of(run[at : at + 2]))


@given(st.text())
def test_a_text_is_found_by_itself_whatever_is_in_it(text):
    tokens = tokens_of(text)
    assert meets(tokens, query_of(text))
    assert all(token and " " not in token and len(token) <= LONGEST for token in tokens)
    assert [token for token in tokens if fold(fold(token)) != fold(token)] == []


@pytest.mark.parametrize(
    ("word", "folded"),
    [("lừa", "lua"), ("đảo", "dao"), ("Ωμέγα".casefold(), "ωμεγα"), ("வங்கி", "வங்கி"), ("កី", "កី"), ("abc", "abc")],
)
def test_diacritics_are_folded_where_they_are_not_the_word(word, folded):
    assert fold(word) == folded


def test_hints_for_breaking_lines_are_not_part_of_a_word():
    assert tokens_of("ធនា\u200bគារ") == tokens_of("ធនាគារ")
    assert tokens_of("co\u00adoperation") == ["cooperation"]


def test_too_much_is_cut_and_said():
    assert len(tokens_of("a b " * MOST_TOKENS)) == MOST_TOKENS
    assert query_of("x" * 500) == (Wanted("x" * LONGEST, "x" * LONGEST),)
    assert query_of(" … ") == ()
