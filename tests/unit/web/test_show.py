"""Filters say times, levels, numbers and values as people read them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mitra.core.policy.facts import Pap, Tlp
from mitra.web.templatetags import show

NOW = datetime(2026, 11, 24, 20, 10, tzinfo=UTC)
BANGKOK = ZoneInfo("Asia/Bangkok")


@pytest.mark.parametrize(
    ("level", "label", "code"),
    [
        (Tlp.RED, "TLP:RED", "red"),
        (Tlp.AMBER_STRICT, "TLP:AMBER+STRICT", "amber-strict"),
        (Tlp.CLEAR, "TLP:CLEAR", "clear"),
        (0, "TLP:CLEAR", "clear"),
        ("amber+strict", "TLP:AMBER+STRICT", "amber-strict"),
        ("TLP:GREEN", "TLP:GREEN", "green"),
        (None, "", ""),
        ("", "", ""),
    ],
)
def test_a_level_is_labelled_from_any_of_its_forms(level, label, code):
    assert (show.tlp_label(level), show.tlp_code(show.tlp_label(level))) == (label, code)


def test_pap_says_what_it_allows():
    assert show.pap_label(Pap.GREEN) == "PAP:GREEN"
    assert show.pap_words(Pap.GREEN) == "may be used to detect and block"
    assert show.pap_words(None) == ""


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=9), "9 min ago"),
        (timedelta(hours=1, minutes=5), "1 h 5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=1, hours=20), "1 day ago"),
        (timedelta(days=3), "3 days ago"),
        (-timedelta(hours=2, minutes=50), "in 2 h 50 min"),
        (-timedelta(seconds=5), "in a moment"),
    ],
)
def test_a_relative_time_is_said_in_two_units(length, words):
    assert show.ago(NOW - length, NOW) == words


def test_an_absolute_time_names_its_zone_and_utc():
    assert show.absolute(NOW, BANGKOK) == "Wed 25 Nov 2026, 03:10 Bangkok (20:10\N{NO-BREAK SPACE}UTC)"
    assert show.absolute(NOW) == "Tue 24 Nov 2026, 20:10 UTC"


def test_the_hour_carries_its_day_when_it_is_not_today():
    here = NOW.astimezone(BANGKOK)
    hours = [0, 8, 24 * 5, 24 * 30]
    assert [show.day_clock(NOW - timedelta(hours=back), here) for back in hours] == [
        "03:10",
        "Tue 19:10",
        "Fri 03:10",
        "26 Oct, 03:10",
    ]


@pytest.mark.parametrize(
    ("left", "figure", "unit", "urgency"),
    [
        (timedelta(minutes=11), "11", "min left", "soon"),
        (timedelta(minutes=50), "50", "min left", ""),
        (timedelta(hours=2, minutes=50), "2 h 50", "left", ""),
        (timedelta(days=3), "3", "days left", ""),
        (-timedelta(minutes=6), "6", "min late", "late"),
        (-timedelta(hours=1, minutes=5), "1 h 05", "late", "late"),
    ],
)
def test_a_clock_says_how_long_still(left, figure, unit, urgency):
    shown = show.time_left(NOW + left, NOW)
    assert (shown.figure, shown.unit, shown.urgency) == (figure, unit, urgency)


def test_the_bar_fills_from_the_start_to_the_due_minute():
    left = show.time_left(NOW + timedelta(minutes=30), NOW)
    starts = [NOW - timedelta(minutes=30), NOW, NOW + timedelta(minutes=30), NOW - timedelta(days=1)]
    assert [show.used_since(left, start) for start in starts] == [50, 0, 100, 98]


def test_numbers_part_their_thousands_and_words_stay():
    assert [show.number(value) for value in (2314, 0, "no limit", None)] == ["2,314", "0", "no limit", ""]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("https://secure-login.example.net/th/verify", "url"),
        ("203.0.113.57", "ipv4-addr"),
        ("2001:db8:51::57", "ipv6-addr"),
        ("alert@example.net", "email-addr"),
        ("9f2c61d804b7ae35", "md5"),
        ("ធនាគារ.example", "domain-name"),
    ],
)
def test_a_value_in_runs_is_the_defanged_value_whole(value, kind):
    pieces = show.defanged(value, kind)
    assert "".join(piece.text for piece in pieces) == show.defang(value, kind)
    assert all(piece.text in show.SAFETY_SIGNS for piece in pieces if piece.is_sign)


def test_further_attributes_are_escaped():
    attrs = {"hx-get": '/x?a="b"&c', "required": True, "disabled": False, "min": 0}
    assert show.written(attrs) == ' hx-get="/x?a=&quot;b&quot;&amp;c" required min="0"'


def test_a_hash_is_read_in_groups_and_copied_whole():
    sha256 = "9f2c61d804b7ae35c1907f4e5d2ab86c7731e0f942cd58b1a60e993418fb27d5"
    pieces = show.defanged(sha256, "sha256")
    assert {len(piece.text) for piece in pieces} == {8}
    assert "".join(piece.text for piece in pieces) == sha256


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("https://ebank-verify.example.org/la/login", "hxxps://ebank-verify[.]example[.]org/la/login"),
        (
            "ໂດເມນ ebank-verify.example.org ແລະ 198.51.100.23",
            "ໂດເມນ ebank-verify[.]example[.]org ແລະ 198[.]51[.]100[.]23",
        ),
        ("Mirai: name in use n8e[.]us[.]com", "Mirai: name in use n8e[.]us[.]com"),
        ("Sent since Fri. 16:40, by hand.", "Sent since Fri. 16:40, by hand."),
        ("ເບິ່ງນີ້", "ເບິ່ງນີ້"),
        (None, ""),
    ],
)
def test_values_within_words_are_defanged_once(words, shown):
    assert show.disarmed(words) == shown
