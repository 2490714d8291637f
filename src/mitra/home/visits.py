"""When this browser was here last, in one small cookie: what is new is counted from there, and nothing is written.

A visit lasts until half an hour passes without the front desk; looking again within it does not make things old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

COOKIE = "mitra-visits"
A_VISIT = timedelta(minutes=30)
FIRST_TIME = timedelta(days=1)
KEPT_SECONDS = 90 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Visits:
    """The visit before this one, if any, and the last look within this one."""

    before: datetime | None
    latest: datetime

    @property
    def since(self) -> datetime:
        """From when things count as new."""
        return self.before or self.latest - FIRST_TIME


def read_visits(request: HttpRequest, *, now: datetime) -> Visits:
    """Return the visits as of this look; a cookie that cannot be read is a first visit."""
    before, latest = parse(request.COOKIES.get(COOKIE, ""))
    if latest is None or latest > now:
        return Visits(before=None, latest=now)
    return Visits(before=latest if now - latest > A_VISIT else before, latest=now)


def keep_visits(response: HttpResponse, visits: Visits, *, is_secure: bool) -> None:
    """Write the cookie."""
    before = f"{visits.before.timestamp():.0f}" if visits.before else ""
    value = f"{before}.{visits.latest.timestamp():.0f}"
    response.set_cookie(COOKIE, value, max_age=KEPT_SECONDS, secure=is_secure, httponly=True, samesite="Lax")


def parse(value: str) -> tuple[datetime | None, datetime | None]:
    """Return the two instants of a cookie's value; None for each that is not there or is no instant."""
    before, _, latest = value.partition(".")
    return instant(before), instant(latest)


def instant(text: str) -> datetime | None:
    """Return seconds since 1970 as an instant, or None for anything else."""
    if not text.isascii() or not text.isdecimal() or len(text) > len("9999999999"):
        return None
    return datetime.fromtimestamp(int(text), UTC)
