"""Play the story on an empty node, through the same operations as every door.

The hours before `now` are told with their own instants, in order, so a situation room has something to look back on.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from mitra.community import operations as community
from mitra.community.queries import actor_of_operator, actor_of_person, get_organisation
from mitra.core.policy.facts import Standing
from mitra.demo import incidents
from mitra.demo.cast import CENTRE, Cast, SignIn, Token, assemble
from mitra.demo.contents import Pen
from mitra.demo.steps import Correction, Passing, Scene, Step, Suspension, Withdrawal
from mitra.demo.story import BEGAN_HOURS_AGO, STEPS
from mitra.exchange import operations
from mitra.exchange.facts import Report, Terms

if TYPE_CHECKING:
    from mitra.community.facts import Actor
    from mitra.exchange.facts import Result
    from mitra.store.facts import Outcome

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one scene: each accepted object's id and the ref under which it is found, in order."""

    refs: Mapping[str, str]
    outcomes: Mapping[Outcome, int]

    @property
    def ids(self) -> frozenset[str]:
        """The STIX ids that were accepted."""
        return frozenset(self.refs)

    @property
    def ref(self) -> str:
        """The ref to show: the last report's, else the last object's."""
        reports = [ref for stix_id, ref in self.refs.items() if stix_id.startswith("report--")]
        return (reports or list(self.refs.values()))[-1]

    def first(self, kind: str) -> str:
        """Return the ref of the first object of a type."""
        return next(ref for stix_id, ref in self.refs.items() if stix_id.startswith(f"{kind}--"))


@dataclass(frozen=True, slots=True)
class Loaded:
    """The demonstration, ready to be entered."""

    people: tuple[SignIn, ...]
    credentials: tuple[Token, ...]
    told: Mapping[str, Told]
    """What became of each scene, by its key."""
    standings: Mapping[str, Standing]
    """How each body stands at the end, by slug."""
    totals: Mapping[Outcome, int]
    cases: Mapping[str, str]
    """The id of each incident's case, by its key."""

    @property
    def refs(self) -> Mapping[str, str]:
        """What stands for each scene and incident in an address."""
        return {**{key: told.ref for key, told in self.told.items()}, **self.cases}


@dataclass(slots=True)
class Stage:
    """Who plays, and what has been told so far."""

    cast: Cast
    now: datetime
    told: dict[str, Told] = field(default_factory=dict)
    totals: Counter[Outcome] = field(default_factory=Counter)

    def at(self, hours_ago: float) -> datetime:
        """Return an instant of the story."""
        return self.now - timedelta(hours=hours_ago)

    def actor(self, organisation: str, email: str, now: datetime) -> Actor:
        """Return who acts: a person where one is named, else somebody of the organisation."""
        if not email:
            return actor_of_operator(organisation)
        row = get_user_model().objects.get(pk=self.cast.person(email).person)
        return actor_of_person(row, now=now)

    def circles(self, slugs: tuple[str, ...]) -> frozenset[int]:
        """Return circles by their slugs."""
        return frozenset(self.cast.circles[slug] for slug in slugs)


def load(now: datetime, *, progress: Progress = lambda _: None) -> Loaded:
    """Make the region and play the story up to `now`; the node must be empty.  `progress` is told each step."""
    progress("The region")
    stage = Stage(assemble(began=now - timedelta(hours=BEGAN_HOURS_AGO), now=now), now)
    for step in STEPS:
        progress(headline(step))
        play(step, stage)
    progress("Incidents are handled")
    cases = {incident.key: incidents.play(incident, stage.at) for incident in incidents.INCIDENTS}
    standings = {slug: get_organisation(slug).standing for slug in stage.cast.organisations}
    return Loaded(stage.cast.people, stage.cast.tokens, stage.told, standings, stage.totals, cases)


def headline(step: Step) -> str:
    """Return what a person who waits is told of a step."""
    if isinstance(step, Scene):
        return f"{step.by} shares {step.key}"
    return type(step).__name__


def play(step: Step, stage: Stage) -> None:
    """Let one step happen."""
    match step:
        case Scene():
            share(step, stage)
        case Correction():
            correct(step, stage)
        case Passing():
            pass_on(step, stage)
        case Withdrawal():
            withdraw(step, stage)
        case Suspension():
            centre, now = actor_of_operator(CENTRE), stage.at(step.hours_ago)
            body = stage.cast.organisations[step.organisation]
            community.change_standing(body, to=Standing.SUSPENDED, by=centre, now=now, reason=step.reason)


def share(scene: Scene, stage: Stage) -> None:
    """Share what a scene says, to whom it says."""
    now = stage.at(scene.hours_ago)
    actor = stage.actor(scene.by, scene.author, now)
    source = io.BytesIO(scene.content(Pen(scene.by, now)))
    terms = Terms(
        tlp=scene.tlp,
        circles=stage.circles(scene.circles),
        persons=frozenset(stage.cast.person(email).person for email in scene.persons),
        pap=scene.pap,
        condition=scene.condition,
        embargo_until=now + timedelta(hours=scene.embargo_hours) if scene.embargo_hours else None,
    )
    if scene.is_reviewed:
        found = operations.understand(actor, source, filename=scene.filename)
        confirmed = frozenset(candidate.value for candidate in found.values)
        source.seek(0)
        report = operations.share_report(actor, source, terms, confirmed, now=now, filename=scene.filename)
    else:
        report = operations.share(actor, source, terms, now=now, filename=scene.filename, keep=10_000)
    stage.told[scene.key] = Told({each.id: each.ref for each in report.accepted}, report.totals)
    count(report, stage)


def correct(step: Correction, stage: Stage) -> None:
    """Write the next version of an object of a scene; from then on that is the one to open."""
    now, told = stage.at(step.hours_ago), stage.told[step.of]
    report = operations.new_version(actor_of_operator(step.by), told.first(step.type), step.changes, now=now)
    refs = {**told.refs, **{each.id: each.ref for each in report.accepted}}
    stage.told[step.of] = replace(told, refs=refs)
    count(report, stage)


def pass_on(step: Passing, stage: Stage) -> None:
    """Share on the report of a scene."""
    terms = Terms(tlp=step.tlp, circles=stage.circles(step.circles))
    ref, now = stage.told[step.of].ref, stage.at(step.hours_ago)
    result: Result = operations.reshare(actor_of_operator(step.by), ref, terms, now=now)
    stage.totals[result.outcome] += 1


def withdraw(step: Withdrawal, stage: Stage) -> None:
    """Take back everything of a scene."""
    actor, now = actor_of_operator(step.by), stage.at(step.hours_ago)
    for ref in stage.told[step.of].refs.values():
        operations.withdraw(actor, ref, step.reason, now=now)


def count(report: Report, stage: Stage) -> None:
    """Add what became of a batch to the sum."""
    stage.totals.update(report.totals)
