"""Words are found in every script of the region, by whom may read them, in one order, on both databases."""

import pytest

from mitra.core.policy.facts import PUBLIC, Audience, Tlp
from mitra.store.facts import Cause, Filter, State
from mitra.store.words import indexing, lexemes
from mitra.store.words.indexing import findable_until, index_next, index_words
from store_world import AMBER, CLEAR, GREEN, NOW, accept, member, record, share

pytestmark = pytest.mark.usefixtures("empty_store")

SENTENCES = {
    "thai": "ธนาคารแห่งประเทศไทยเตือนภัยมิจฉาชีพหลอกลวงทางโทรศัพท์",
    "lao": "ທະນາຄານແຫ່ງ ສປປ ລາວ ແຈ້ງເຕືອນການຫຼອກລວງທາງໂທລະສັບ",
    "khmer": "ធនាគារជាតិនៃកម្ពុជាព្រមានអំពីការបោកប្រាស់តាមទូរស័ព្ទ",
    "burmese": "မြန်မာနိုင်ငံတော်ဗဟိုဘဏ်က ဖုန်းလိမ်လည်မှုများကို သတိပေးသည်",
    "vietnamese": "Ngân hàng Nhà nước cảnh báo lừa đảo qua điện thoại",
    "chinese": "新加坡金融管理局警告公众提防电话诈骗",
    "tamil": "தொலைபேசி மோசடி குறித்து வங்கி எச்சரிக்கை விடுத்துள்ளது",
    "malay": "Bank Negara memberi amaran tentang penipuan telefon",
}
ASKED = {
    "มิจฉาชีพ": "thai",
    "หลอกลวง": "thai",
    "ຫຼອກລວງ": "lao",
    "ແຈ້ງເຕືອນ": "lao",
    "បោកប្រាស់": "khmer",
    "ធនាគារ": "khmer",
    "ဖုန်းလိမ်": "burmese",
    "ဗဟိုဘဏ်": "burmese",
    "lừa đảo": "vietnamese",
    "lua dao dien thoai": "vietnamese",
    "ĐIỆN THOẠI": "vietnamese",
    "诈骗": "chinese",
    "金融管理局": "chinese",
    "மோசடி": "tamil",
    "penipuan TELEFON": "malay",
}


@pytest.fixture
def said(store):
    accept(store, *(share(record(at, words=words), CLEAR) for at, words in enumerate(SENTENCES.values())))
    index_words()
    return store


def found(store, words, viewer=PUBLIC, *, limit=9, **narrowed):
    page = store.visible_to(viewer, now=NOW).search(Filter(words=words, **narrowed), limit=limit)
    assert page.count == len(page.shares)
    return [each.stix_id for each in page.shares]


@pytest.mark.parametrize(("words", "language"), ASKED.items())
def test_a_word_finds_the_sentences_that_have_it_and_no_other(said, words, language):
    at = list(SENTENCES).index(language)
    assert found(said, words) == [record(at).stix_id]


@pytest.mark.parametrize("words", ["", "?!", "…", "ไม่มีคำนี้", "bank negara 2"])
def test_what_stands_nowhere_finds_nothing(said, words):
    assert found(said, words) == []


def test_the_title_comes_first_then_what_is_as_written_then_the_newest(store):
    told = [("plain", "lua dao"), ("as written", "lừa đảo"), ("lừa đảo", "in the title"), ("newest", "lừa đảo")]
    accept(store, *(share(record(at, title=title, words=words), CLEAR) for at, (title, words) in enumerate(told)))
    index_words()
    assert found(store, "lừa đảo") == [record(at).stix_id for at in (2, 3, 1, 0)]
    assert found(store, "lua dao") == [record(at).stix_id for at in (2, 3, 1, 0)]


def test_pages_go_on_where_they_stopped_whatever_comes_meanwhile(store):
    accept(store, *(share(record(at, title="ภัย" if at % 3 else "", words="ภัย"), CLEAR) for at in range(20)))
    index_words()
    only = Filter(words="ภัย")
    everything = [each.seq for each in store.visible_to(PUBLIC, now=NOW).search(only, limit=50).shares]
    seen, after = [], None
    while True:
        page = store.visible_to(PUBLIC, now=NOW).search(only, after=after, limit=3)
        seen += [each.seq for each in page.shares]
        after = page.next
        if after is None:
            break
        accept(store, share(record(100 + len(seen), title="ภัย"), CLEAR))
        index_words()
    assert seen == everything


def test_only_whom_the_share_reaches_is_answered_and_counted(store):
    accept(store, share(record(1, words="ລັບ"), AMBER), share(record(2, words="ລັບ"), GREEN))
    index_words()
    assert len(found(store, "ລັບ", member(2, 1))) == 2
    assert found(store, "ລັບ", member(2)) == [record(2).stix_id]
    assert found(store, "ລັບ", PUBLIC) == []
    assert len(found(store, "ລັບ", member(1))) == 2


def test_things_of_every_room_that_the_viewer_holds_are_found_and_no_other(store):
    board, thing = Audience(Tlp.GREEN, room="board"), "x-mitra-board-notice"
    accept(store, share(record(1, kind=thing, words="ห้อง"), board), share(record(2, words="ห้อง"), GREEN))
    accept(store, share(record(3, kind="relationship", words="ห้อง"), board))
    index_words()
    assert found(store, "ห้อง", member(2)) == [record(2).stix_id]
    both = member(2, rooms=frozenset({"exchange", "board"}))
    assert found(store, "ห้อง", both) == [record(2).stix_id, record(1, kind=thing).stix_id]


def test_a_word_never_finds_what_is_for_named_persons(store):
    red = Audience(Tlp.RED, frozenset({5}))
    accept(store, share(record(1, words="ความลับ"), red))
    index_words()
    named = member(2, 5, person=9, person_circles=frozenset({5}))
    assert store.visible_to(named, now=NOW).count(Filter()) == 1
    assert found(store, "ความลับ", named) == found(store, "ความลับ", member(1)) == []


def test_filters_narrow_a_search(store):
    accept(store, share(record(1, words="x"), CLEAR), share(record(2, kind="malware", words="x"), GREEN))
    accept(store, share(record(3, words="x"), CLEAR), by=2)
    index_words()
    reader = member(3)
    assert found(store, "x", reader, types=frozenset({"malware"})) == [record(2, kind="malware").stix_id]
    assert found(store, "x", reader, by=frozenset({2})) == [record(3).stix_id]
    assert found(store, "x", reader, tlps=frozenset({int(Tlp.GREEN)})) == [record(2, kind="malware").stix_id]
    assert found(store, "x", reader, types=frozenset({"malware"}), by=frozenset({2})) == []


def test_the_beginning_of_a_digest_is_enough(store):
    digest = "0123456789abcdef" * 4
    accept(store, share(record(1, words=f"[file:hashes.'SHA-256' = '{digest}']"), CLEAR))
    index_words()
    assert found(store, digest[:10]) == found(store, digest) == [record(1).stix_id]
    assert found(store, digest[1:11]) == []


MENTIONED = {
    "thai": "เว็บปลอม login[.]evil-example[.]org หลอกลวงทางโทรศัพท์",
    "khmer": "សូមកុំបើក hxxps://Pay.Evil-Example[.]org/ធនាគារ?q=1 ហើយរាយការណ៍",
    "burmese": "အီးမေးလ်fraud[@]mail.evil-example.orgမှလာသည်၊ 198[.]51[.]100[.]7 ကိုပိတ်ပါ",
    "lao": "ໂດເມນ ທະນາຄານ.com ແລະ +856 20 5555 0123 ຂອງຄົນຫຼອກລວງ, 2001:DB8:0:0::17",
    "scattered": "An example: login is evil at every org. 7 of 100, 51 and 198; pay, mail, fraud.",
}
ASKED_WHOLE = {
    "login.evil-example.org": "thai",
    "LOGIN(dot)evil-example(dot)ORG.": "thai",
    "https://pay.evil-example.org/%E0%B8%97": "",
    "pay.evil-example.org": "khmer",
    "fraud@mail.evil-example.org": "burmese",
    "mail.evil-example.org": "burmese",
    "198.51.100.7": "burmese",
    "ທະນາຄານ.com": "lao",
    "xn--s6c1bgb6inb.com": "lao",
    "+8562055550123": "lao",
    "2001:db8::17": "lao",
    "evil-example.org": "",
    "evil login example org": "scattered thai",
}


@pytest.mark.parametrize(("asked", "languages"), ASKED_WHOLE.items())
def test_an_address_is_found_whole_in_any_spelling_and_never_by_its_parts(store, asked, languages):
    accept(store, *(share(record(at, words=words), CLEAR) for at, words in enumerate(MENTIONED.values())))
    index_words()
    expected = [record(list(MENTIONED).index(language)).stix_id for language in languages.split()]
    assert found(store, asked) == expected
    listed = store.visible_to(PUBLIC, now=NOW).latest(limit=9, only=Filter(words=asked)).shares
    assert [each.stix_id for each in listed] == expected


def test_an_address_in_the_title_comes_first_and_an_erased_one_is_not_in_the_index(store):
    told = [("", "evil.example/x"), ("ภัย evil[.]example", "a"), ("", "“evil.example”")]
    receipt = accept(
        store, *(share(record(at, title=title, words=words), CLEAR) for at, (title, words) in enumerate(told))
    )
    index_words()
    assert found(store, "evil.example") == [record(at).stix_id for at in (1, 2, 0)]
    assert found(store, "https://evil.example/x") == [record(0).stix_id]
    for line in receipt.lines:
        store.end_share(line.seq, to=State.ERASED, by=1, cause=Cause("end", "law"), now=NOW)
    assert in_the_index("evil.example") == in_the_index("ภัย") == []


def test_what_was_withdrawn_is_not_found_and_what_was_erased_is_not_in_the_index(store):
    receipt = accept(store, share(record(1, words="ลบ"), CLEAR), share(record(2, words="ลบ"), CLEAR))
    index_words()
    seqs = [line.seq for line in receipt.lines]
    store.end_share(seqs[0], to=State.WITHDRAWN, by=1, cause=Cause("end", "mistake"), now=NOW)
    assert found(store, "ลบ") == [record(2).stix_id]
    store.end_share(seqs[1], to=State.ERASED, by=1, cause=Cause("end", "law"), now=NOW)
    assert found(store, "ลบ") == []
    assert in_the_index("ลบ") == [seqs[0]]


def in_the_index(words):
    from django.db import connection

    from mitra.store.words.tables import fts_query, ts_query

    match = lexemes.match_of(words)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT rowid FROM words WHERE words MATCH %s", [fts_query(match)])
        else:
            cursor.execute("SELECT seq FROM words WHERE lexemes @@ %s::tsquery", [ts_query(match)])
        return [seq for (seq,) in cursor.fetchall()]


def test_until_the_worker_came_by_a_search_says_since_when_words_may_be_missing(store):
    accept(store, share(record(1, words="ใหม่"), CLEAR))
    since = findable_until(now=NOW)
    assert since <= NOW
    assert since.second % 10 == since.microsecond == 0
    assert found(store, "ใหม่") == []
    index_words()
    assert findable_until(now=NOW) is None
    assert found(store, "ใหม่") == [record(1).stix_id]


def test_a_new_way_of_making_lexemes_reads_everything_again(store, monkeypatch):
    accept(store, share(record(1, words="เดิม"), CLEAR))
    index_words()
    monkeypatch.setattr(indexing, "VERSION", lexemes.VERSION + 1)
    monkeypatch.setattr(indexing, "lexemes_of", lambda _title, _raw: {"anew"})
    index_words()
    assert found(store, "เดิม") == []
    assert found(store, "anew") == [record(1).stix_id]


def test_two_workers_index_each_share_once(store):
    accept(store, *(share(record(at, words="สอง"), CLEAR) for at in range(8)))
    turns = 0
    while index_next(3):
        turns += 1
    assert turns == 3 + (turns == 4)  # one turn more where the index was of no version yet
    assert len(found(store, "สอง")) == 8
