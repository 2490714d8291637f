"""Filters for showing: labels, times, numbers, values, scripts.  They take plain values and never HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.dateformat import format as date_format
from django.utils.html import conditional_escape, format_html_join
from django.utils.translation import gettext, ngettext

from mitra.core.policy.facts import Pap, Tlp
from mitra.core.text.defang import defang, refang
from mitra.core.text.found import find_values
from mitra.web.scripts import language_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from django.forms import BoundField
    from django.utils.safestring import SafeString

register = template.Library()

A_MINUTE, AN_HOUR, A_DAY = 60, 3600, 86_400
SOON_SECONDS = 15 * A_MINUTE
A_WEEK_DAYS = 7
HASHES = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512"})
SAFETY_SIGNS = ("[.]", "[:]", "[::]", "[@]", "[at]")


@register.filter
def tlp_label(level: Tlp | int | str | None) -> str:
    """Return a level as `TLP:AMBER+STRICT`, from a Tlp, its number or its name."""
    if level is None or level == "":
        return ""
    if isinstance(level, int):
        return Tlp(level).label
    name = str(level).upper().removeprefix("TLP:").replace("_", "+")
    return f"TLP:{name}"


@register.filter
def tlp_code(label: str) -> str:
    """Return the label as stylesheets know it: `TLP:AMBER+STRICT` is `amber-strict`."""
    return label.removeprefix("TLP:").lower().replace("+", "-")


@register.filter
def pap_label(level: Pap | int | str | None) -> str:
    """Return a level as `PAP:GREEN`, from a Pap, its number or its name."""
    if level is None or level == "":
        return ""
    return Pap(level).label if isinstance(level, int) else f"PAP:{str(level).upper().removeprefix('PAP:')}"


@register.filter
def pap_words(level: Pap | int | str | None) -> str:
    """Return in words what a reader may do at a PAP level."""
    return {
        "PAP:RED": gettext("for reading only, nothing may be done with it"),
        "PAP:AMBER": gettext("may be used to detect, unseen from outside"),
        "PAP:GREEN": gettext("may be used to detect and block"),
        "PAP:CLEAR": gettext("may be used in any way"),
    }.get(pap_label(level), "")


@register.filter
def ago(at: datetime | None, now: datetime | None) -> str:
    """Return how long ago, or how long still: `9 min ago`, `1 h 5 min ago`, `in 3 days`."""
    if at is None or now is None:
        return ""
    seconds = (now - at).total_seconds()
    if abs(seconds) < A_MINUTE:
        return gettext("just now") if seconds >= 0 else gettext("in a moment")
    words = span(timedelta(seconds=abs(seconds)))
    return gettext("%(span)s ago") % {"span": words} if seconds > 0 else gettext("in %(span)s") % {"span": words}


@register.filter
def span(length: timedelta) -> str:
    """Return a length of time in its two largest units, as a person says it."""
    seconds = int(length.total_seconds())
    if seconds < AN_HOUR:
        return gettext("%(n)s min") % {"n": max(1, seconds // A_MINUTE)}
    if seconds < A_DAY:
        hours, minutes = divmod(seconds // A_MINUTE, 60)
        return (
            gettext("%(h)s h %(m)s min") % {"h": hours, "m": minutes} if minutes else gettext("%(h)s h") % {"h": hours}
        )
    days = seconds // A_DAY
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": number(days)}


@register.filter
def absolute(at: datetime | None, zone: ZoneInfo | None = None) -> str:
    """Return an instant with its zone: `Tue 24 Nov 2026, 20:01 UTC`, or first in a reader's own zone."""
    if at is None:
        return ""
    utc = at.astimezone(UTC)
    if zone is None or zone.key == "UTC":
        return f"{date_format(utc, 'D j M Y, H:i')} UTC"
    here = at.astimezone(zone)
    place = zone.key.rpartition("/")[2].replace("_", " ")
    return f"{date_format(here, 'D j M Y, H:i')} {place} ({utc:%H:%M}\N{NO-BREAK SPACE}UTC)"


@register.filter
def day_in(at: datetime | None, zone: ZoneInfo | None = None) -> str:
    """Return the day in a zone, in full: `Thursday 26 November 2026`."""
    if at is None:
        return ""
    return date_format(at.astimezone(zone or UTC), "l j F Y")


@register.filter
def iso(at: datetime | None) -> str:
    """Return an instant for machines, in UTC to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else ""


@register.filter
def at_clock(at: datetime | None, zone: ZoneInfo | None = None) -> str:
    """Return the hour and minute alone, in a zone."""
    return f"{at.astimezone(zone or UTC):%H:%M}" if at else ""


@register.filter
def day_clock(at: datetime | None, here: datetime | None = None) -> str:
    """Return the hour on the reader's own day, with the day on another: `03:01`, `Tue 19:30`, `20 Nov, 16:40`."""
    if at is None:
        return ""
    there = at.astimezone(here.tzinfo if here else UTC)
    if here is None:
        return f"{date_format(there, 'j M, H:i')} UTC"
    days = abs((here.date() - there.date()).days)
    if days == 0:
        return f"{there:%H:%M}"
    return date_format(there, "D H:i" if days < A_WEEK_DAYS else "j M, H:i")


@dataclass(frozen=True, slots=True)
class Left:
    """How long still until an instant, in a figure and its unit; `urgency` is `late`, `soon` or `''`."""

    due: datetime
    now: datetime
    figure: str
    unit: str
    urgency: str


@register.filter
def time_left(due: datetime, now: datetime) -> Left:
    """Return how long still, or how late, as a clock shows it: `11` `min left`, `2 h 50` `left`, `6` `min late`."""
    seconds = int((due - now).total_seconds())
    is_late = seconds < 0
    minutes, hours, days = abs(seconds) // A_MINUTE, abs(seconds) // AN_HOUR, abs(seconds) // A_DAY
    urgency = "late" if is_late else "soon" if seconds < SOON_SECONDS else ""
    if days > 1:
        return Left(due, now, str(days), gettext("days late") if is_late else gettext("days left"), urgency)
    if hours >= 1:
        figure = gettext("%(h)s h %(m)02d") % {"h": hours, "m": minutes % 60}
        return Left(due, now, figure, gettext("late") if is_late else gettext("left"), urgency)
    return Left(due, now, str(minutes), gettext("min late") if is_late else gettext("min left"), urgency)


@register.filter
def used_since(left: Left, since: datetime) -> int:
    """Return how many percent of the time from `since` to the due instant are used."""
    whole = (left.due - since).total_seconds()
    return round(100 * min(1.0, max(0.0, (left.now - since).total_seconds() / whole))) if whole > 0 else 100


@register.filter
def or_bound(value: object, bound: BoundField | None) -> str:
    """Return what a control shows: the value given, else the bound field's, else nothing."""
    found = value if value not in (None, "") else bound.value() if bound else None
    return "" if found is None else str(found)


@register.filter
def number(value: float | str | None) -> str:
    """Return a number with its thousands parted: `2,314`; words and nothing stay as they are."""
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value or "")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a value as it is shown: plain, a sign put in for safety, or a group of a hash."""

    text: str
    is_sign: bool = False
    is_group: bool = False
    """One of the groups that make a hash readable; nothing stands between them when it is copied."""


@register.filter
def defanged(value: str, kind: str = "") -> list[Piece]:
    """Return a value as it is safe to read, in runs, so that the signs put in can be shown paler."""
    if kind in HASHES:
        return [Piece(value[at : at + 8], is_group=True) for at in range(0, len(value), 8)]
    pieces: list[Piece] = []
    plain = 0
    shown = defang(str(value), kind)
    at = 0
    while at < len(shown):
        sign = next((sign for sign in SAFETY_SIGNS if shown.startswith(sign, at)), "")
        if not sign:
            at += 1
            continue
        if plain < at:
            pieces.append(Piece(shown[plain:at]))
        pieces.append(Piece(sign, is_sign=True))
        at = plain = at + len(sign)
    if plain < len(shown):
        pieces.append(Piece(shown[plain:]))
    return pieces


@register.filter
def disarmed(text: object) -> str:
    """Return words in which nobody opens an address by a slip of the finger: the values in them are defanged."""
    words = str(text or "")
    parts: list[str] = []
    done = 0
    for found in find_values(words) if "." in words or ":" in words else ():
        is_safe = refang(found.as_written) != found.as_written
        parts += (words[done : found.start], found.as_written if is_safe else defang(found.as_written, found.kind))
        done = found.end
    return "".join((*parts, words[done:]))


@register.filter
def language(text: object) -> str:
    """Return the language that a text's script tells (`th lo km my vi`), or `''`: for `lang` attributes."""
    return language_of(str(text or ""))


@register.filter
def written(attrs: Mapping[str, Any]) -> SafeString:
    """Return a component's further attributes, each value escaped, for its outermost element."""
    passed = attrs.attrs_dict() if hasattr(attrs, "attrs_dict") else dict(attrs)
    kept = [(name, value) for name, value in passed.items() if value is not None and value is not False]
    return format_html_join(
        "", " {}{}", ((name, conditional_escape("") if value is True else quoted(value)) for name, value in kept)
    )


def quoted(value: object) -> SafeString:
    """Return `="…"` with the value escaped."""
    return format_html_join("", '="{}"', ((value,),))
