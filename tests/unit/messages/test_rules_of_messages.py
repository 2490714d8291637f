"""How a message moves: its state, quiet hours, when it is tried again, what leaves the portal."""

from datetime import UTC, datetime, timedelta

import pytest

from mitra.core.policy.facts import Tlp
from mitra.messages.facts import Quiet, State
from mitra.messages.rules import (
    DELAYS,
    leaves_at,
    reaches_nobody,
    says_number_outside,
    says_words_outside,
    state_of,
    tokens_in,
    try_again_after,
)

NIGHT = Quiet("Asia/Yangon", 22 * 60, 6 * 60, wakes_from=4)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("ways", "rung", "why", "state"),
    [
        ((), 0, "", State.DELIVERED),
        ((State.QUEUED,), 0, "", State.QUEUED),
        ((State.QUEUED, State.SENT), 0, "", State.SENT),
        ((State.SENT, State.DELIVERED), 0, "", State.DELIVERED),
        ((State.DEFERRED, State.BOUNCED), 0, "", State.DEFERRED),
        ((State.BOUNCED, State.BOUNCED), 0, "", State.BOUNCED),
        ((State.SENT,), 1, "bounced", State.FALLBACK),
        ((State.SENT,), 1, "unanswered", State.ESCALATED),
    ],
)
def test_a_message_is_as_far_as_its_best_way(ways, rung, why, state):
    assert state_of(ways, rung=rung, climbed_because=why) is state
    assert state_of(ways, rung=rung, climbed_because=why, is_acknowledged=True) is State.ACKNOWLEDGED


def test_only_a_rung_that_had_ways_and_lost_them_all_reaches_nobody():
    assert [reaches_nobody(ways) for ways in ([], [State.BOUNCED], [State.BOUNCED, State.SENT])] == [False, True, False]


@pytest.mark.parametrize(
    ("now", "severity", "leaves"),
    [
        ("2026-11-27T15:29", 2, "2026-11-27T15:29"),  # 21:59 in Yangon
        ("2026-11-27T15:30", 2, "2026-11-27T23:30"),  # 22:00, until 06:00 there
        ("2026-11-27T23:29", 3, "2026-11-27T23:30"),
        ("2026-11-27T23:30", 3, "2026-11-27T23:30"),
        ("2026-11-27T18:00", 4, "2026-11-27T18:00"),
    ],
)
def test_little_waits_for_the_end_of_quiet_hours_and_what_is_grave_does_not(now, severity, leaves):
    assert leaves_at(at(now), severity, NIGHT) == at(leaves)
    assert leaves_at(at(now), severity, None) == at(now)


def test_quiet_hours_within_one_day_and_over_a_change_of_clocks():
    noon = Quiet("Europe/Berlin", 12 * 60, 14 * 60)
    assert leaves_at(at("2026-11-27T11:30"), 1, noon) == at("2026-11-27T13:00")
    assert leaves_at(at("2026-11-27T13:00"), 1, noon) == at("2026-11-27T13:00")
    shift = Quiet("Europe/Berlin", 22 * 60, 6 * 60)  # clocks go back on 25 October: six o'clock is an hour later
    assert leaves_at(at("2026-10-24T21:00"), 1, shift) == at("2026-10-25T05:00")


def test_tries_are_further_and_further_apart_and_end():
    waits = [try_again_after(tries) for tries in range(1, len(DELAYS) + 1)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(minutes=1)
    assert try_again_after(len(DELAYS) + 1) is None
    assert try_again_after(1, retry_after=600) == timedelta(seconds=600)


def test_words_above_amber_and_numbers_at_red_stay_in_the_portal():
    levels = [None, Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED]
    assert [says_words_outside(tlp) for tlp in levels] == [False, True, True, True, False, False]
    assert [says_number_outside(tlp) for tlp in levels] == [True, True, True, True, True, False]


def test_a_token_is_found_in_whatever_case_a_mail_server_returned_it():
    token = "abcdefghijklmnopqrstuvwx23"
    assert tokens_in([f"Mitra+{token.upper()}@HUB.example", "mitra+short@hub.example", "x@y.example"]) == [token]
