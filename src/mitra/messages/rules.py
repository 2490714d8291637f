"""How a message moves: pure, by tables and the `now` that is given.

A message's own state is worked out from the ways that it went, never kept; so it is right with no worker running.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from mitra.core.policy.facts import Tlp
from mitra.messages.facts import Channel, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitra.messages.facts import Quiet

DELAYS: Final = (60, 300, 900, 3_600, 3_600, 14_400, 14_400, 43_200)
"""Seconds after each failed try; after the last one a way has bounced."""
WAITING: Final = (State.QUEUED, State.DEFERRED)
ARRIVED: Final = (State.SENT, State.DELIVERED)
URGENT: Final = 4
"""From this severity on no domain's rate holds a message up."""
A_MINUTE_TO_ONE_DOMAIN: Final = 60
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
TOKEN_BYTES: Final = 16
_TOKEN: Final = re.compile(r"\+([a-z2-7]{26})@", re.ASCII | re.IGNORECASE)


def state_of(ways: Iterable[State], *, rung: int, climbed_because: str = "", is_acknowledged: bool = False) -> State:
    """Return how far a message came: what is waited for least.

    `ways` are the states of the ways of its present rung; `climbed_because` says why it left the one below.
    """
    if is_acknowledged:
        return State.ACKNOWLEDGED
    if rung and climbed_because:
        return State.ESCALATED if climbed_because == "unanswered" else State.FALLBACK
    states = set(ways)
    for state in (State.DELIVERED, State.SENT, State.QUEUED, State.DEFERRED, State.BOUNCED):
        if state in states:
            return state
    return State.DELIVERED  # the inbox alone, which holds it from the first


def reaches_nobody(ways: Iterable[State]) -> bool:
    """Return whether a rung had ways and every one of them bounced."""
    states = list(ways)
    return bool(states) and all(state is State.BOUNCED for state in states)


def says_words_outside(tlp: Tlp | None) -> bool:
    """Return whether words of something at this level may leave the portal."""
    return tlp is not None and tlp <= Tlp.AMBER


def says_number_outside(tlp: Tlp | None) -> bool:
    """Return whether the number of something may: of TLP:RED label, room and hour only."""
    return tlp is not Tlp.RED


def leaves_at(now: datetime, severity: int, quiet: Quiet | None) -> datetime:
    """Return when something may be sent to somebody with quiet hours: now, or when they end."""
    if quiet is None or quiet.start == quiet.end or severity >= quiet.wakes_from:
        return now
    zone = ZoneInfo(quiet.zone)
    here = now.astimezone(zone)
    minute = here.hour * 60 + here.minute
    over_midnight = quiet.end < quiet.start
    is_quiet = (minute >= quiet.start or minute < quiet.end) if over_midnight else quiet.start <= minute < quiet.end
    if not is_quiet:
        return now
    day = here.date() + timedelta(days=1 if over_midnight and minute >= quiet.start else 0)
    end = datetime(day.year, day.month, day.day, *divmod(quiet.end, 60), tzinfo=zone)
    return max(now, end.astimezone(now.tzinfo))


def try_again_after(tries: int, *, retry_after: int = 0) -> timedelta | None:
    """Return how long to wait after so many failed tries; None where it is given up."""
    if tries > len(DELAYS):
        return None
    return timedelta(seconds=max(DELAYS[tries - 1], retry_after))


def domain_of(channel: Channel, to: str) -> str:
    """Return whose rate an address counts for."""
    return to.rpartition("@")[2].lower() if channel is Channel.MAIL else ""


def tokens_in(addresses: Iterable[str]) -> list[str]:
    """Return the tokens that addresses of ours carry, as `mitra+TOKEN@hub.example`."""
    return [found[1].lower() for address in addresses if (found := _TOKEN.search(address))]
