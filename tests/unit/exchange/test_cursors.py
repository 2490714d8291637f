import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitra.core.errors import InvalidInput
from mitra.core.policy.facts import Viewer
from mitra.exchange.cursors import GOOD_FOR, bind, open_cursor, seal
from mitra.store.facts import Filter

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THAILAND = Viewer(organisation=3, rooms=frozenset({"exchange"}))
MALWARE = Filter(types=frozenset({"malware", "indicator"}), words="ลิงก์ปลอม")
BINDING = bind(THAILAND, MALWARE, "objects", "all")


def opens(text, *, kind="feed", binding=BINDING, now=NOW):
    try:
        return open_cursor(kind, text, binding=binding, now=now)
    except InvalidInput:
        return None


@given(st.integers(0, 2**63 - 1))
def test_a_cursor_gives_back_its_position_and_has_one_length(position):
    sealed = seal("feed", position, binding=BINDING, now=NOW)

    assert opens(sealed) == position
    assert len(sealed) == 38


def test_a_cursor_is_replayable_until_it_is_old():
    sealed = seal("feed", 41, binding=BINDING, now=NOW)

    assert opens(sealed, now=NOW + GOOD_FOR - timedelta(minutes=1)) == 41
    assert opens(sealed, now=NOW + GOOD_FOR + timedelta(minutes=2)) is None


@pytest.mark.parametrize(
    "other",
    [
        bind(dataclasses.replace(THAILAND, organisation=4), MALWARE, "objects", "all"),
        bind(dataclasses.replace(THAILAND, realm=2), MALWARE, "objects", "all"),
        bind(THAILAND, dataclasses.replace(MALWARE, words=""), "objects", "all"),
        bind(THAILAND, dataclasses.replace(MALWARE, added_after=NOW), "objects", "all"),
        bind(THAILAND, dataclasses.replace(MALWARE, types=frozenset({"malware"})), "objects", "all"),
        bind(THAILAND, MALWARE, "objects", "inbox"),
        bind(THAILAND, MALWARE, "manifest", "all"),
    ],
)
def test_a_cursor_opens_for_its_own_question_only(other):
    assert opens(seal("feed", 41, binding=BINDING, now=NOW), binding=other) is None


def test_ids_that_hold_separators_do_not_run_together():
    one = Filter(stix_ids=frozenset({"a\nb", 'a","b'}))
    two = Filter(stix_ids=frozenset({"a", "b", 'a","b'}))

    assert bind(THAILAND, one) != bind(THAILAND, two)


def test_a_cursor_of_another_kind_does_not_open():
    assert opens(seal("latest", 41, binding=BINDING, now=NOW)) is None


def test_every_changed_letter_closes_it():
    sealed = seal("feed", 41, binding=BINDING, now=NOW)
    changed = [
        sealed[:at] + letter + sealed[at + 1 :] for at in range(38) for letter in "AQgw_*" if sealed[at] != letter
    ]

    assert [text for text in changed if opens(text) is not None] == []


@pytest.mark.parametrize("text", ["", "x", "41", "ก", "A" * 10_000, "\0", "=" * 38])
def test_garbage_is_refused_in_one_sentence(text):
    with pytest.raises(InvalidInput) as refused:
        open_cursor("feed", text, binding=BINDING, now=NOW)

    assert (refused.value.path, refused.value.rule) == ("next", "cursor")
