"""Say what is known of a value: by whom, since when, and what that means for somebody who shares it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.dateformat import format as date_format
from django.utils.translation import gettext, ngettext

from mitra.core.stix.versions import version_key
from mitra.core.text.defang import refang
from mitra.exchange.telling import kind_label, total_words
from mitra.web.templatetags.show import number

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from mitra.core.policy.facts import Tlp
    from mitra.exchange.queries import Count, FoundPage, Known, KnownRecord
    from mitra.web.ports import Exact


def known_answer(
    known: Known, by_words: FoundPage | None, exact: Sequence[Exact], *, is_value: bool, zone: ZoneInfo, now: datetime
) -> str:
    """Return whether a value is known, from whom and since when, or what else answers, in one sentence."""
    if known.known:
        first = min(known.records, key=lambda record: record.since)
        told = [record.shared_by for record in sorted(known.records, key=lambda each: each.since) if record.shared_by]
        day = {"day": day_words(first.since, zone, now), "names": some_names(list(dict.fromkeys(told)))}
        if told:
            return gettext("Known since %(day)s, from %(names)s.") % day
        return gettext("Known since %(day)s.") % day
    if exact:
        return exact[0].title
    if by_words is not None and by_words.items:
        return mentioned_answer(by_words.total) if is_value else found_answer(by_words.total)
    if not known.kind:
        return gettext("Nothing here by these words.")
    return gettext("Not known here.")


def found_answer(total: Count) -> str:
    """Return how many answers there are, in one sentence."""
    sentence = ngettext("%(n)s answer by these words.", "%(n)s answers by these words.", total.value)
    return sentence % {"n": total_words(total)}


def mentioned_answer(total: Count) -> str:
    """Return how many texts mention a value that nothing is about, in one sentence."""
    sentence = ngettext("Mentioned in %(n)s text.", "Mentioned in %(n)s texts.", total.value)
    return sentence % {"n": total_words(total)}


def day_words(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return a day as people name it: the weekday within six days, else the date."""
    here = at.astimezone(zone)
    days = (now.astimezone(zone).date() - here.date()).days
    if days == 0:
        return gettext("today, %(hour)s") % {"hour": f"{here:%H:%M}"}
    return date_format(here, "l" if days < 7 else "j F Y")


@dataclass(frozen=True, slots=True)
class Saying:
    """One record that speaks about a value, in its latest version, and how many earlier ones do."""

    record: KnownRecord
    earlier: int


def sayings_of(known: Known) -> list[Saying]:
    """Return who says so, the newest first, each record once in its latest version."""
    grouped: dict[tuple[str, str], list[KnownRecord]] = {}
    for record in sorted(known.records, key=lambda record: record.since, reverse=True):
        grouped.setdefault((record.id or record.ref, record.shared_by), []).append(record)
    return [
        Saying(max(records, key=lambda record: version_key(record.modified)), len(records) - 1)
        for records in grouped.values()
    ]


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of a list of look-ups."""

    value: str
    kind: str
    kind_label: str
    is_known: bool
    names: str
    since: datetime | None
    tlp: Tlp | None
    ref: str
    count: int


def answered(known: Known) -> Answered:
    """Return one answer as a line: the strictest label that its words carry, the earliest hour, who said so."""
    first = min(known.records, key=lambda record: record.since, default=None)
    names = sorted({record.shared_by for record in known.records if record.shared_by})
    return Answered(
        value=refang(known.value.strip()),
        kind=known.kind,
        kind_label=kind_label(known.kind) if known.kind else "",
        is_known=known.known,
        names=some_names(names),
        since=first.since if first else None,
        tlp=max((record.tlp for record in known.records if record.id), default=None),
        ref=first.ref if first else "",
        count=len(known.records),
    )


def candidate_why(known: Known, harm: str) -> str:
    """Return what is to be said of a value that was found in a report."""
    if harm:
        return gettext("%(harm)s: left out. If you choose it, it waits until you say why it must go.") % {
            "harm": harm[:1].upper() + harm[1:]
        }
    names = sorted({record.shared_by for record in known.records if record.shared_by})
    if names:
        return gettext("Known from %(names)s: yours counts as one more source.") % {"names": some_names(names)}
    return gettext("Known already.") if known.known else gettext("Not known yet.")


def some_names(names: Sequence[str]) -> str:
    """Return the first name and how many others there are."""
    if len(names) < 2:
        return "".join(names)
    others = len(names) - 1
    return ngettext("%(first)s and %(n)s other", "%(first)s and %(n)s others", others) % {
        "first": names[0],
        "n": number(others),
    }
