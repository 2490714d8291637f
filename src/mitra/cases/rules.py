"""How grave a case is, how it runs and how it may end: sums and tables of data; no clock and no database.

The sum is a weighted mean of what is known of an incident, in the manner of CISA's National Cyber Incident Scoring
System; weights, points and bands are ours and stand here, so that anybody can count it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from mitra.core.steps import SAME, Row, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mitra.core.steps import Step

POINTS: Final[Mapping[str, Mapping[str, int]]] = {
    "functional": {"none": 0, "minor": 25, "noticeable": 50, "severe": 75, "lost": 100},
    "information": {"none": 0, "suspected": 20, "personal": 50, "secret": 65, "control": 85, "credentials": 100},
    "recovery": {"regular": 0, "supplemented": 35, "extended": 70, "impossible": 100},
    "infrastructure": {"no": 0, "yes": 100},
    "lives": {"no": 0, "yes": 100},
}
"""What is asked of an incident, and what each answer counts, of 100."""
SPREAD: Final = ((5, 100), (3, 70), (2, 40))
"""So many states hit, at least, count so much, of 100; one state counts nothing."""
WEIGHTS: Final[Mapping[str, int]] = {
    "functional": 6,
    "information": 5,
    "recovery": 4,
    "spread": 4,
    "infrastructure": 4,
    "lives": 6,
}
BANDS: Final = (10, 25, 40, 60, 80)
"""From so many of 100 on it is S1, S2, S3, S4, S5."""

SECTORS: Final = (
    "agriculture",
    "aerospace",
    "automotive",
    "chemical",
    "commercial",
    "communications",
    "construction",
    "dams",
    "defense",
    "education",
    "emergency-services",
    "energy",
    "entertainment",
    "financial-services",
    "government-local",
    "government-national",
    "government-public-services",
    "government-regional",
    "healthcare",
    "hospitality-leisure",
    "infrastructure",
    "insurance",
    "manufacturing",
    "mining",
    "non-profit",
    "nuclear",
    "pharmaceuticals",
    "retail",
    "technology",
    "telecommunications",
    "transportation",
    "utilities",
    "water",
)
"""STIX 2.1, section 10.10, `industry-sector-ov`."""
SEVERITIES: Final = ("0", "1", "2", "3", "4", "5")
RESOLUTIONS: Final = (
    "resolved",
    "mitigated",
    "false-positive",
    "no-response",
    "out-of-scope",
    "handed-over",
    "duplicate",
)
OPEN_STATES: Final = ("reported", "triaged", "open", "contained", "recovered", "dormant")
EVERY_STATE: Final = (*OPEN_STATES, "closed", "rejected", "duplicate", "merged")
LONGEST_NUMBER: Final = 60
SCALES: Final[Mapping[str, tuple[str, ...]]] = {
    "UK NCSC": ("category 6", "category 5", "category 4", "category 3", "category 2", "category 1"),
}
"""What S0 to S5 come to on a scale of others: the categories of the UK's National Cyber Security Centre, of 2018."""
REOPENS_WITHIN: Final = timedelta(days=30)
RESTS_AT_MOST: Final = timedelta(days=366)
OFFER_LASTS: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Lead:
    """What a case carries while it runs: who leads it, who only watches, until when it rests, how it ended last."""

    by: str
    offered: str = ""
    offered_at: datetime | None = None
    then: str = ""
    """What whoever offers the lead does after: `watch`, or takes part as before."""
    resolution: str = ""
    closed_at: datetime | None = None
    reopened: int = 0
    judged: int | None = None
    """The severity that its lead judged it to have, beside the sum, which stays."""
    judged_why: str = ""
    lessons: str = ""
    into: str = ""
    """The case into which it is, or is to be, merged."""
    asked: str = ""
    """Who leads that one and has to agree."""
    rests_until: datetime | None = None
    watching: frozenset[str] = frozenset()
    """Organisations that are in it and only watch."""
    numbers: frozenset[tuple[str, str]] = frozenset()
    """Organisation and the number that it has for this case of its own."""


def points_of(impact: Mapping[str, str], states_hit: int) -> dict[str, int]:
    """Return what each factor counts, of 100; an unknown answer counts nothing."""
    spread = next((points for least, points in SPREAD if states_hit >= least), 0)
    return {**{name: points.get(impact.get(name, ""), 0) for name, points in POINTS.items()}, "spread": spread}


def score_of(impact: Mapping[str, str], states_hit: int) -> int:
    """Return how grave an incident is, of 100: the weighted mean of its factors."""
    points = points_of(impact, states_hit)
    return round(sum(WEIGHTS[name] * points[name] for name in WEIGHTS) / sum(WEIGHTS.values()))


def severity_of(score: int) -> int:
    """Return the severity, 0 to 5, of a score."""
    return sum(score >= least for least in BANDS)


def severity_now(counted: int, lead: Lead) -> int:
    """Return how grave a case is held to be: as its lead judged it, else as the sum has it."""
    return counted if lead.judged is None else lead.judged


def _ended(_lead: Lead, step: Step) -> dict[str, Any]:
    said = step.facts
    ended = str(said.get("resolution", step.word))
    return {"resolution": ended, "closed_at": step.at, "lessons": str(said.get("lessons", ""))}


def _merging(_lead: Lead, step: Step) -> dict[str, Any]:
    return {"into": str(step.facts["into"]), "asked": str(step.facts["lead"])}


def _taken(lead: Lead, step: Step) -> dict[str, Any]:
    goes = {lead.by} if lead.then == WATCH else set()
    return {"by": step.by, "offered": "", "offered_at": None, "watching": (lead.watching | goes) - {step.by}}


def _numbered(lead: Lead, step: Step) -> dict[str, Any]:
    others = {each for each in lead.numbers if each[0] != step.by}
    return {"numbers": frozenset(others | {(step.by, str(step.facts["number"]))})}


def until_of(step: Step) -> datetime | None:
    """Return until when a case is to rest, as its step says it; None where that is no instant with its zone."""
    try:
        until = datetime.fromisoformat(str(step.facts.get("until", "")))
    except ValueError:
        return None
    return until if until.tzinfo is not None else None


def _rests(_lead: Lead, step: Step) -> bool:
    until = until_of(step)
    is_ahead = until is not None and step.at < until <= step.at + RESTS_AT_MOST
    return is_ahead and bool(str(step.facts.get("why", "")).strip())


_CHANGES: Final[Mapping[str, Callable[[Lead, Step], dict[str, Any]]]] = {
    "offer-lead": lambda _lead, step: {
        "offered": str(step.facts["to"]),
        "offered_at": step.at,
        "then": str(step.facts.get("then", "")),
    },
    "take-lead": _taken,
    "decline-lead": lambda _lead, _step: {"offered": "", "offered_at": None},
    "let-rest": lambda _lead, step: {"rests_until": until_of(step)},
    "wake": lambda _lead, _step: {"rests_until": None},
    "watch": lambda lead, step: {"watching": lead.watching | {step.by}},
    "take-part": lambda lead, step: {"watching": lead.watching - {step.by}},
    "number": _numbered,
    "close": _ended,
    "reject": _ended,
    "mark-duplicate": _ended,
    "merge": _merging,
    "offer-merge": _merging,
    "decline-merge": lambda _lead, _step: {"into": "", "asked": ""},
    "judge": lambda _lead, step: {
        "judged": int(str(step.facts["severity"])),
        "judged_why": str(step.facts["why"]),
    },
    "reopen": lambda lead, _step: {"resolution": "", "closed_at": None, "reopened": lead.reopened + 1},
}
"""What a step changes of what is carried; others change nothing."""


def _carry(lead: Lead, step: Step) -> Lead:
    change = _CHANGES.get(step.word)
    return lead if change is None else replace(lead, **change(lead, step))


WATCH: Final = "watch"
SAY_NOTHING: Final = frozenset(
    {"number", "take-back", "watch", "take-part", "offer-lead", "decline-lead", "offer-merge", "decline-merge"}
)
"""Steps by which nobody hears how things stand."""
LIVE: Final = ("open", "contained", "recovered")
TABLE: Final[Table[Lead]] = Table(
    name="case",
    start="reported",
    rows=(
        Row(("reported",), "triage", ("lead",), "triaged"),
        Row(("reported", "triaged"), "begin", ("lead",), "open"),
        Row(("reported", "triaged"), "reject", ("lead",), "rejected", "why"),
        Row(("reported", "triaged"), "mark-duplicate", ("lead",), "duplicate"),
        Row(("open",), "contain", ("lead",), "contained"),
        Row(("open", "contained"), "recover", ("lead",), "recovered"),
        Row(LIVE, "let-rest", ("lead",), "dormant", "until-and-why"),
        Row(("dormant",), "wake", ("lead",), "open"),
        Row(OPEN_STATES, "merge", ("lead",), "merged", "same-lead"),
        Row(OPEN_STATES, "offer-merge", ("lead",), SAME, "into"),
        Row(OPEN_STATES, "accept-merge", ("asked",), "merged"),
        Row(OPEN_STATES, "decline-merge", ("asked",), SAME),
        Row(OPEN_STATES, "judge", ("lead",), SAME, "severity-and-why"),
        Row((*LIVE, "dormant"), "close", ("lead",), "closed", "resolution"),
        Row(("closed",), "reopen", ("lead",), "open", "within-30-days"),
        Row(OPEN_STATES, "offer-lead", ("lead",), SAME, "to"),
        Row(OPEN_STATES, "take-lead", ("offered",), SAME, "within-a-day"),
        Row(OPEN_STATES, "decline-lead", ("offered",), SAME),
        Row(OPEN_STATES, "watch", ("part",), SAME),
        Row(OPEN_STATES, "take-part", ("watching",), SAME),
        Row((*OPEN_STATES, "closed"), "number", ("anybody",), SAME, "number-said"),
        Row(EVERY_STATE, "take-back", ("anybody",), SAME, "entry-and-why"),
    ),
    roles={
        "anybody": lambda _lead, _step: True,
        "part": lambda lead, step: step.by != lead.by and step.by not in lead.watching,
        "watching": lambda lead, step: step.by in lead.watching,
        "lead": lambda lead, step: step.by == lead.by,
        "offered": lambda lead, step: bool(lead.offered) and step.by == lead.offered,
        "asked": lambda lead, step: bool(lead.asked) and step.by == lead.asked,
    },
    carry=_carry,
    guards={
        "why": lambda _lead, step: bool(str(step.facts.get("why", "")).strip()),
        "until-and-why": _rests,
        "number-said": lambda _lead, step: 0 < len(str(step.facts.get("number", "")).strip()) <= LONGEST_NUMBER,
        "entry-and-why": lambda _lead, step: (
            bool(step.facts.get("entry")) and bool(str(step.facts.get("why", "")).strip())
        ),
        "severity-and-why": lambda _lead, step: (
            step.facts.get("severity") in SEVERITIES and bool(str(step.facts.get("why", "")).strip())
        ),
        "into": lambda _lead, step: bool(step.facts.get("into")) and bool(step.facts.get("lead")),
        "same-lead": lambda _lead, step: bool(step.facts.get("into")) and step.facts.get("lead") == step.by,
        "resolution": lambda _lead, step: step.facts.get("resolution") in RESOLUTIONS,
        "to": lambda lead, step: step.facts.get("to", lead.by) not in {"", lead.by},
        "within-30-days": lambda lead, step: lead.closed_at is not None and step.at - lead.closed_at <= REOPENS_WITHIN,
        "within-a-day": lambda lead, step: lead.offered_at is not None and step.at - lead.offered_at <= OFFER_LASTS,
    },
    words={
        "anybody": "anybody in the case",
        "part": "who is in it and does not lead it",
        "watching": "who watches it",
        "until-and-why": "a reason and a time within a year are said",
        "number-said": "a number of at most 60 signs is said",
        "entry-and-why": "the entry and a reason are said",
        "lead": "who leads it",
        "offered": "whom the lead is offered to",
        "asked": "who leads the case into which it would be merged",
        "into": "the other case is named",
        "same-lead": "the other case is named, and has the same lead",
        "why": "a reason is said",
        "severity-and-why": "a severity from 0 to 5 and a reason are said",
        "resolution": "it is said how it ended",
        "to": "another organisation is named",
        "within-30-days": "30 days are not over",
        "within-a-day": "a day is not over since the offer",
    },
)
