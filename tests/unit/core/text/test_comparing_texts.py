"""Comparisons as a reviewer reads them, in scripts with and without spaces, and texts that are made to be slow."""

import random
from time import process_time

import pytest

from mitra.core.text.comparing import LONG, Kind, compare, units_of


def shown(before, after):
    marks = {Kind.SAME: "{}", Kind.GONE: "[-{}-]", Kind.NEW: "[+{}+]"}
    return "".join(marks[kind].format(text) for kind, text in compare(before, after))


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Ngân hàng, 2,5%", ["Ngân", " ", "hàng", ",", " ", "2", ",", "5", "%"]),
        ("lu\u031b\u0300a", ["lu\u031b\u0300a"]),
        ("ไม่เคยน้ำ", ["ไม่", "เค", "ย", "น้ำ"]),
        ("ບໍ່ນ້ຳ", ["ບໍ່", "ນ້ຳ"]),
        ("សម្ងាត់", ["ស", "ម្ងា", "ត់"]),
        ("သတ္တိ", ["သ", "တ္တိ"]),
        ("银行卡", ["银", "行", "卡"]),
        ("வங்கி ক্ষ", ["வங்கி", " ", "ক্ষ"]),
        ("👩‍👩‍👧👍🏽🇰🇭🇱🇦1️⃣", ["👩‍👩‍👧", "👍🏽", "🇰🇭", "🇱🇦", "1️⃣"]),
        ("a\r\n\u0301b", ["a", "\r\n", "\u0301", "b"]),
    ],
)
def test_a_unit_is_a_word_or_a_written_sign(text, units):
    assert units_of(text) == units


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("", "ថ្មី", "[+ថ្មី+]"),
        ("The bank asks.", "The bank never asks.", "The bank [+never +]asks."),
        (
            "never asks for your password",
            "will ask for no password",
            "[-never asks-][+will ask+] for [-your-][+no+] password",
        ),
        ("ไม่เคยถามรหัสของคุณ", "ไม่เคยขอรหัสของคุณ", "ไม่เคย[-ถาม-][+ขอ+]รหัสของคุณ"),
        ("ធនាគារមិនសួរ", "ធនាគារមិនដែលសួរ", "ធនាគារមិន[+ដែល+]សួរ"),
        ("ທະນາຄານບໍ່ຖາມ", "ທະນາຄານບໍ່ເຄີຍຖາມ", "ທະນາຄານບໍ່[+ເຄີຍ+]ຖາມ"),
        ("ဘဏ်က မမေးပါ", "ဘဏ်က ဘယ်တော့မှ မမေးပါ", "ဘဏ်က [+ဘယ်တော့မှ +]မမေးပါ"),
        ("银行不会问密码", "银行从不问密码", "银行[+从+]不[-会-]问密码"),
        ("ก่", "ก้", "[-ก่-][+ก้+]"),
        ("a\n\nb", "x\n\ny", "[-a-][+x+]\n\n[-b-][+y+]"),
    ],
)
def test_a_reviewer_sees_what_changed(before, after, expected):
    assert shown(before, after) == expected


def test_a_long_text_is_compared_by_lines_and_within_them():
    lines = [f"{nth}. ธนาคารไม่เคยถามรหัสของคุณ\n" for nth in range(LONG // 20)]
    after = [*lines[:100], "ใหม่\n", *lines[100:200], lines[200].replace("ถาม", "ขอ"), *lines[201:]]
    changes = [piece for piece in compare("".join(lines), "".join(after)) if piece.kind is not Kind.SAME]
    assert changes == [(Kind.NEW, "ใหม่\n"), (Kind.GONE, "ถาม"), (Kind.NEW, "ขอ")]


def slow_texts():
    rng = random.Random(11)
    distinct = [chr(0x4E00 + nth) for nth in range(LONG)]

    def of(signs):
        return "".join(rng.choices(signs, k=LONG))

    yield "two signs", of("กข"), of("กข")
    yield "eight signs", of("កខគឃងចឆជ"), of("កខគឃងចឆជ")
    yield "nothing in common", of("ກຂ"), of("ຄງ")
    yield "halves changed", "က" * 5_000 + "ခ" * 5_000, "ခ" * 5_000 + "က" * 5_000
    yield "turned", "".join(distinct), "".join(reversed(distinct))
    yield "shuffled", "".join(distinct), "".join(rng.sample(distinct, LONG))
    yield "words", of("ab "), of("ab ")
    yield "marks", "ก" + "\u0e48" * (LONG - 1), "ก" + "\u0e49" * (LONG - 1)
    yield "nearly periodic", ("ก" * 99 + "ข") * 100, ("ก" * 98 + "ข") * 101


@pytest.mark.parametrize(("before", "after"), [pytest.param(*pair, id=name) for name, *pair in slow_texts()])
def test_texts_made_to_be_slow_take_less_than_a_second(before, after):
    begun = process_time()
    pieces = compare(before, after)
    assert process_time() - begun < 1
    assert "".join(text for kind, text in pieces if kind is not Kind.NEW) == before
    assert "".join(text for kind, text in pieces if kind is not Kind.GONE) == after


def test_a_text_of_which_a_third_was_rewritten_is_still_compared():
    rng = random.Random(5)
    words = ["ธนาคาร", "ไม่เคย", "ถาม", "รหัส", "ผ่าน", "ของ", "คุณ", "ทาง", "โทรศัพท์", "เตือน"]
    before = rng.choices(words, k=1_600)
    after = [rng.choice(words) if rng.random() < 0.3 else word for word in before]
    same = sum(len(text) for kind, text in compare("".join(before), "".join(after)) if kind is Kind.SAME)
    assert same > 0.6 * len("".join(after))
