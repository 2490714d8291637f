"""When an organisation works: what it said itself, else office hours of its state without the public holidays there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from mitra.cases.models import Calendar
from mitra.community import queries as community
from mitra.core.time.working import Interval, WorkingHours, office_hours

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

FIRST: Final = 9 * 60
LAST: Final = 17 * 60
YEARS_AHEAD: Final = 3


@dataclass(frozen=True, slots=True)
class Hours:
    """When an organisation works, as it is shown and said."""

    zone: str
    start: int
    end: int
    weekdays: tuple[int, ...]
    """Monday is 0."""
    extra: tuple[date, ...]
    """Days off beside the public holidays."""
    state: str
    """Whose public holidays are kept, ISO 3166-1; `''` for none."""
    is_own: bool
    """Whether the organisation said it itself."""


def hours_of(organisation: int, *, now: datetime) -> WorkingHours:
    """Return when an organisation works, for three years from now."""
    return _working(get_hours(organisation), now.year)


def get_hours(organisation: int) -> Hours:
    """Return what an organisation said, or what is taken where it said nothing."""
    row = Calendar.objects.filter(owner=organisation).first()
    country = community.get_organisation(organisation).country
    if row is None:
        zone = community.zone_of_state(country)
        return Hours(zone, FIRST, LAST, (0, 1, 2, 3, 4), (), country, is_own=False)
    extra = tuple(date.fromisoformat(day) for day in row.extra)
    return Hours(row.zone, row.start, row.end, tuple(row.weekdays), extra, country, is_own=True)


@lru_cache(maxsize=1_000)
def _working(hours: Hours, year: int) -> WorkingHours:
    off = frozenset(holidays_of(hours.state, range(year - 1, year + YEARS_AHEAD))) | frozenset(hours.extra)
    if hours.weekdays == (0, 1, 2, 3, 4):
        return office_hours(hours.zone, hours.start, hours.end, off)
    return WorkingHours(hours.zone, tuple(Interval(day, hours.start, hours.end) for day in hours.weekdays), off)


def holidays_of(state: str, years: Iterable[int]) -> list[date]:
    """Return the public holidays of a state, by the maintained package; none of a state that it does not know."""
    import holidays  # noqa: PLC0415 - only who winds a clock reads its tables

    if state not in holidays.list_supported_countries():
        return []
    return sorted(holidays.country_holidays(state, years=list(years)))
