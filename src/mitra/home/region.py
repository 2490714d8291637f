"""The region on one small map: each state's own team, its standing, the hour there, what it shared this week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mitra.cases import queries as cases
from mitra.community import queries as community
from mitra.core.policy.facts import Standing
from mitra.exchange import queries as exchange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mitra.community.facts import Actor, OrganisationFacts
    from mitra.exchange.queries import Count
    from mitra.web.ports import Words

A_WEEK = timedelta(days=7)
GRAVE = 4
"""The severity from which on a state's tile burns."""


@dataclass(frozen=True, slots=True)
class State:
    """A member state: ISO 3166-1 code, its name."""

    code: str
    name: Words


STATES = (
    State("MM", _("Myanmar")),
    State("LA", _("Lao PDR")),
    State("VN", _("Viet Nam")),
    State("TH", _("Thailand")),
    State("KH", _("Cambodia")),
    State("PH", _("Philippines")),
    State("MY", _("Malaysia")),
    State("BN", _("Brunei Darussalam")),
    State("SG", _("Singapore")),
    State("ID", _("Indonesia")),
    State("TL", _("Timor-Leste")),
)
# Shape and word first: a sign for each standing; whoever is not known here has none of these.
SIGNS = {Standing.ACCREDITED: "dot", Standing.LISTED: "half", Standing.PROPOSED: "half", Standing.SUSPENDED: "warning"}
STANDING_WORDS: dict[Standing, Words] = {
    Standing.ACCREDITED: _("accredited"),
    Standing.LISTED: _("listed"),
    Standing.PROPOSED: _("proposed"),
    Standing.SUSPENDED: _("suspended"),
}
LEGEND = (
    ("dot", _("accredited")),
    ("half", _("not yet")),
    ("warning", _("suspended")),
    ("ring", _("not known to you")),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One state as the map and its table show it."""

    code: str
    name: Words
    hour: str
    sign: str = "ring"
    url: str = ""
    """The list of what this state's team shared; `''` where it is not known to the viewer."""
    figure: str = ""
    count_words: str = ""
    note: Words = ""
    tone: str = "dark"
    is_own: bool = False
    team: str = ""
    standing: Words = ""


def tiles_for(actor: Actor, organisations: Iterable[OrganisationFacts], *, now: datetime) -> tuple[Tile, ...]:
    """Return a tile for each member state, as far as the actor may know its team."""
    teams = teams_of(organisations)
    since = now - A_WEEK
    counts = exchange.count_shared_by(actor.viewer, [team.id for team in teams.values()], since=since, now=now)
    hit = cases.open_by_state(actor, now=now)
    tiles = (tile(state, teams.get(state.code), counts, actor, now) for state in STATES)
    return tuple(with_cases(each, *hit[each.code]) if each.code in hit else each for each in tiles)


def teams_of(organisations: Iterable[OrganisationFacts]) -> dict[str, OrganisationFacts]:
    """Return each state's own CSIRT: one that stands under nobody; of several, the first by short name."""
    national = [body for body in organisations if body.kind == "csirt" and body.sponsor is None and not body.is_centre]
    return {body.country: body for body in sorted(national, key=lambda body: body.slug, reverse=True)}


def tile(
    state: State, team: OrganisationFacts | None, counts: Mapping[int, Count], actor: Actor, now: datetime
) -> Tile:
    """Return one state's tile."""
    hour = f"{now.astimezone(ZoneInfo(community.zone_of_state(state.code))):%H:%M}"
    if team is None:
        return Tile(state.code, state.name, hour)
    count = counts[team.id]
    is_own = team.id == actor.organisation
    return Tile(
        code=state.code,
        name=state.name,
        hour=hour,
        sign=SIGNS.get(team.standing, "ring"),
        url=f"{reverse('exchange:records')}?{urlencode({'by': team.slug})}",
        figure=figure_of(count),
        count_words=count_words(count),
        note=_("you") if is_own else "",
        tone="dark" if team.standing is Standing.SUSPENDED else "",
        is_own=is_own,
        team=team.name,
        standing=STANDING_WORDS.get(team.standing, ""),
    )


def with_cases(each: Tile, count: int, gravest: int) -> Tile:
    """Return a tile that says first what burns in its state."""
    words = ngettext("%(n)s case", "%(n)s cases", count) % {"n": f"{count:,}"}
    if gravest >= GRAVE:
        return replace(each, count_words=f"{words}, S{gravest}", tone="hot")
    return replace(each, count_words=words)


def figure_of(count: Count) -> str:
    """Return a count as a figure; above what is counted, with a plus sign."""
    return f"{count.value:,}" if count.is_exact else f"{count.value:,}+"


def count_words(count: Count) -> str:
    """Return a count with its noun; nothing for none, because an empty tile says it."""
    if count.value == 0:
        return ""
    return ngettext("%(n)s record", "%(n)s records", count.value) % {"n": figure_of(count)}
