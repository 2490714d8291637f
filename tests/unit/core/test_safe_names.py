"""Names of the region pass as they are; what hides in a name, or passes for another, does not."""

import unicodedata

import pytest

from mitra.core.errors import InvalidInput
from mitra.core.text.names import LONGEST, check_name


@pytest.mark.parametrize(
    "name",
    [
        "សុខា ចាន់ថា",
        "ທ້າວ ສົມສີ ພົມມະຈັນ",
        "ဒေါ်နီလာဝင်း",
        "ณัฐยา พงษ์ไพร",
        "Nguyễn Thị Hồng Nhung",
        "மு. கருணாநிதி",
        "李小龍",
        "محمد بن عبد الله",
        "José dos Reis-Araújo",
        "ธนาคารSCBไทย",
        "КиберПол CERT",
        "ສູນຕອບໂຕ້",
        "Trung tâm Ứng cứu khẩn cấp",
        "ක්\u200dෂ",
    ],
)
def test_names_of_people_and_bodies_pass(name):
    assert check_name(name) == unicodedata.normalize("NFC", name)


def test_a_name_comes_composed_with_single_spaces_and_without_hints_for_breaking():
    assert check_name("  Nguye\u0302\u0303n \n Thi\u0323  ") == "Nguyễn Thị"
    assert check_name("ធនា\u200bគារ") == "ធនាគារ"


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "name"),
        (" \u200b ", "name"),
        ("x" * (LONGEST + 1), "name"),
        ("CERT \u202eHT", "name-invisible"),
        ("CERT\u2066 TH", "name-invisible"),
        ("CERT\u200e", "name-invisible"),
        ("CERT\x00TH", "name-invisible"),
        ("a\x00b", "name-invisible"),
        ("\u200dCERT", "name-invisible"),
        ("\ue000", "name-invisible"),
        ("СERT", "name-look-alike"),
        ("Payраl Bank", "name-look-alike"),
        ("Αpple", "name-look-alike"),
    ],
)
def test_what_hides_or_passes_for_another_is_refused_at_its_field(name, rule):
    with pytest.raises(InvalidInput) as refused:
        check_name(name, path="organisation")
    assert (refused.value.rule, refused.value.path) == (rule, "organisation")
