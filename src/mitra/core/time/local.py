"""From what a clock on a wall shows to the instant that is meant: times that do not exist, or exist twice, are told.

When clocks go forward an hour is missing, when they go back one comes twice.  Nobody is guessed at: who writes such a
time hears which there are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from mitra.core.errors import InvalidInput


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return the names of all IANA zones."""
    return frozenset(available_timezones())


def zone_of(name: str, *, path: str = "time_zone") -> ZoneInfo:
    """Return the zone; raises InvalidInput (`time-zone`) for a name that is none."""
    if name not in zone_names():
        raise InvalidInput(f"“{name}” is not a time zone; write it as Asia/Bangkok.", path=path, rule="time-zone")
    return ZoneInfo(name)


def instant_of(wall: datetime, zone: str, *, is_later: bool | None = None, path: str = "") -> datetime:
    """Return the instant (UTC) at which a clock in the zone shows this time, which says no zone of its own.

    Raises InvalidInput: `local-time-missing` for a time that clocks leap over, `local-time-twice` for one that they
    show twice, unless `is_later` says which.
    """
    there = zone_of(zone)
    first, second = (wall.replace(tzinfo=there, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    if _shows(first, there) != wall:
        leap = abs(second - first)
        message = (
            f"Clocks in {zone} leap over {wall:%H:%M} on {wall:%Y-%m-%d}; "
            f"write {wall - leap:%H:%M} or {wall + leap:%H:%M}."
        )
        raise InvalidInput(message, path=path, rule="local-time-missing")
    if is_later is None:
        offsets = " or ".join(f"UTC{_offset(at, there)}" for at in (first, second))
        message = f"Clocks in {zone} show {wall:%H:%M} twice on {wall:%Y-%m-%d}; say whether {offsets} is meant."
        raise InvalidInput(message, path=path, rule="local-time-twice")
    return second if is_later else first


def _shows(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _offset(at: datetime, zone: ZoneInfo) -> str:
    minutes = int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds()) // 60
    sign = "+" if minutes >= 0 else "−"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
