"""The cases that one is in, the open ones first, the gravest of them first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.cases.facts import CASE, COURSE
from mitra.cases.rules import OPEN_STATES, Lead, severity_now
from mitra.community import queries as community
from mitra.store.things.reading import told_of

if TYPE_CHECKING:
    from datetime import datetime

    from mitra.cases.facts import Case
    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Tlp
    from mitra.core.steps import Folded


SHOWN: Final = 200


class CaseLine(NamedTuple):
    """A case in a list."""

    stix_id: str
    facts: Case
    state: str
    lead: str
    """Its name, as far as the actor may know it."""
    opened_at: datetime
    tlp: Tlp
    is_open: bool
    is_ours: bool
    """Whether the actor's organisation leads it."""
    severity: int
    """As its lead judged it, else as the sum has it."""


def list_cases(
    actor: Actor, *, now: datetime, limit: int = SHOWN, opened_by: int | None = None
) -> tuple[CaseLine, ...]:
    """Return the newest cases that the actor reads: the open ones first, the gravest of them first."""
    readable = CASE.model.objects.visible_to(actor.viewer, now=now).order_by("-pk")
    if opened_by is not None:
        readable = readable.filter(owner=opened_by)
    rows = told_of(CASE, readable[:limit])
    begun = {told.row.stix_id: Lead(told.version.author) for told in rows}
    stands: dict[str, Folded[Lead]] = COURSE.stand(begun, actor.viewer, now=now)
    named, _ids = community.name_by_stix_id({each.carried.by for each in stands.values()})
    lines = []
    for told in rows:
        folded = stands[told.row.stix_id]
        lines.append(
            CaseLine(
                stix_id=told.row.stix_id,
                facts=told.facts,
                state=folded.state,
                lead=named[folded.carried.by],
                opened_at=told.version.created,
                tlp=told.audience.tlp,
                is_open=folded.state in OPEN_STATES,
                is_ours=folded.carried.by == actor.organisation_stix_id,
                severity=severity_now(told.facts.severity, folded.carried),
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.is_open, -line.severity, -line.opened_at.timestamp())))
