"""Texts in the languages of the region: their tags, what is current of them, and what a reader is given."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitra.core.errors import InvalidInput
from mitra.core.text.languages import (
    LANGUAGES,
    Freshness,
    Standing,
    State,
    Wording,
    best_for,
    composed,
    digest_of,
    read_tag,
    state_of,
    wording,
)

SOURCE = "Banks never ask for your password."
TEXTS = {
    "km": "ធនាគារមិនដែលសួររកពាក្យសម្ងាត់របស់អ្នកទេ។",
    "lo": "ທະນາຄານບໍ່ເຄີຍຖາມລະຫັດຜ່ານຂອງທ່ານ",
    "my": "ဘဏ်များသည် သင့်စကားဝှက်ကို ဘယ်တော့မှ မတောင်းပါ။",
    "th": "ธนาคารไม่เคยถามรหัสผ่านของคุณ",
    "vi": "Ngân hàng không bao giờ hỏi mật khẩu của bạn.",
}


def published(*languages):
    return [wording(language, TEXTS["th"], source=SOURCE, state=State.PUBLISHED) for language in languages]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("KM", "km"),
        ("zh-hans", "zh-Hans"),
        ("ZH-HANT-tw", "zh-Hant-TW"),
        ("pt-tl", "pt-TL"),
        ("tl", "fil"),
        ("tl-PH", "fil-PH"),
        ("en-021", "en-021"),
        ("en-Scouse-1994", "en-scouse-1994"),
    ],
)
def test_a_language_has_one_tag(typed, kept):
    assert read_tag(typed) == kept
    assert read_tag(kept) == kept


@pytest.mark.parametrize("tag", ["", "k", "khmer", "zh_Hans", "en-x-mitra", "en-u-ca-buddhist", "km\n", "ខ្មែរ", "kｍ"])
def test_what_is_no_tag_is_refused(tag):
    with pytest.raises(InvalidInput) as refused:
        read_tag(tag)
    assert (refused.value.rule, refused.value.path) == ("language-tag", "/language")


def test_a_tag_of_a_thousand_variants_is_refused():
    with pytest.raises(InvalidInput):
        read_tag("en" + "-scouse" * 1_000)


def test_a_country_is_no_language_and_the_refusal_names_the_language():
    with pytest.raises(InvalidInput, match="kh is a country; its language is km"):
        read_tag("kh")
    with pytest.raises(InvalidInput, match="choose one of bn, en, fil"):
        read_tag("xx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_named_as_it_is_kept(language):
    assert read_tag(language) == language
    assert composed(LANGUAGES[language]) == LANGUAGES[language]


@pytest.mark.parametrize("text", TEXTS.values())
def test_how_a_text_was_typed_changes_no_digest(text):
    typed = unicodedata.normalize("NFD", text) + "\r\n"
    assert digest_of(typed) == digest_of(text + "\n")
    assert digest_of(typed) != digest_of(text)
    assert wording("vi", typed, source=SOURCE).text == text + "\n"


@given(st.text())
def test_a_text_that_is_kept_is_kept_as_it_is(text):
    try:
        kept = composed(text)
    except InvalidInput:
        return
    assert composed(kept) == kept
    assert Wording("th", kept, digest_of(text)).made_from == digest_of(kept)


@pytest.mark.parametrize(("language", "text"), [("zh-hans", "a"), ("tl", "a"), ("vi", "a\u0301"), ("vi", "a\r\n")])
def test_a_wording_of_another_spelling_is_refused(language, text):
    with pytest.raises(InvalidInput):
        Wording(language, text, digest_of(SOURCE))


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_no_database_keeps_is_no_text(text):
    with pytest.raises(InvalidInput) as refused:
        digest_of(text)
    assert refused.value.rule == "text-signs"


def test_a_language_is_current_until_the_source_says_something_else():
    wordings = [wording(language, text, source=SOURCE) for language, text in TEXTS.items()]
    asked = ["km", "tl", "en"]
    current = Standing(Freshness.CURRENT, State.DRAFT)
    missing = Standing(Freshness.MISSING)
    assert state_of(wordings, SOURCE, asked) == {**dict.fromkeys(TEXTS, current), "fil": missing, "en": missing}
    later = state_of(wordings, SOURCE + " Never.", asked)
    assert {later[language] for language in TEXTS} == {Standing(Freshness.OUTDATED, State.DRAFT)}
    assert state_of([], SOURCE) == dict.fromkeys(LANGUAGES, missing)


def test_a_draft_of_today_goes_before_what_was_published_of_yesterday():
    old = wording("lo", TEXTS["lo"], source="Old.", state=State.PUBLISHED)
    new = wording("lo", TEXTS["lo"] + "!", source=SOURCE)
    for wordings in ([old, new], [new, old]):
        assert state_of(wordings, SOURCE, []) == {"lo": Standing(Freshness.CURRENT, State.DRAFT)}
        assert best_for(wordings, ["lo"], "en") == old
    assert state_of([old], SOURCE, ["lo"]) == {"lo": Standing(Freshness.OUTDATED, State.PUBLISHED)}


@pytest.mark.parametrize(
    ("there", "wanted", "given"),
    [
        (["en", "km"], ["km"], "km"),
        (["en", "km"], ["lo", "km-KH"], "km"),
        (["en", "zh-Hans", "zh-Hant"], ["zh-Hant-TW"], "zh-Hant"),
        (["en", "zh-Hans", "zh-Hant"], ["zh"], "zh-Hans"),
        (["en", "zh-Hans"], ["zh-Hant", "en"], "zh-Hans"),
        (["zh-Hant", "zh-Hans"], ["zh"], "zh-Hans"),
        (["en", "fil"], ["tl"], "fil"),
        (["en", "th"], ["*", "xx", "th;q=0.5"], "en"),
        (["th"], ["lo"], None),
        (["en-SG", "ta"], [], "en-SG"),
    ],
)
def test_a_reader_is_given_the_nearest_of_the_first_language_there_is(there, wanted, given):
    best = best_for(published(*there), wanted, "en")
    assert (best and best.language) == given


def test_a_reader_is_given_no_draft():
    drafts = [wording("km", TEXTS["km"], source=SOURCE, state=state) for state in (State.DRAFT, State.CHECKED)]
    assert best_for(drafts, ["km"], "km") is None
    assert best_for([*drafts, *published("en")], ["km"], "en").language == "en"
