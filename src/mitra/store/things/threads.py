"""What several organisations write about one sheet: contributions, and steps that fold into its state.

Nobody edits another's words.  A contribution is its author's own thing, points to the sheet that its author may read,
and reaches nobody whom the sheet does not reach.  A step is a contribution that a table allowed when it was taken; one
that came late is kept, flagged and without effect, so that whoever holds the same steps sees the same state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 -- pydantic reads the facts' annotations
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import uuid4

from django.db import models

from mitra.core.errors import InvalidInput, NotFound
from mitra.core.policy.reshare import reaches_no_further
from mitra.core.steps import Step, check_step, fold
from mitra.store.things.held import held
from mitra.store.things.releasing import release
from mitra.store.things.rows import SharedRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mitra.core.policy.facts import Audience, Viewer
    from mitra.core.steps import Folded, Table
    from mitra.store.things.kinds import Kind
    from mitra.store.things.releasing import Hand, Released

F = TypeVar("F")
MOST_STEPS: Final = 10_000


class Contribution(SharedRow):
    """The row of a thing that points to a sheet."""

    sheet_ref = models.CharField(max_length=120, db_index=True)
    """The sheet's STIX id, a fact of every contribution."""

    class Meta(SharedRow.Meta):
        """No table of its own."""

        abstract = True


class StepRow(Contribution):
    """The row of a step: the columns of `Taken`."""

    word = models.CharField(max_length=60)
    taken_by = models.CharField(max_length=120)
    taken_at = models.DateTimeField()
    seen = models.CharField(max_length=120, blank=True)
    said = models.JSONField(default=dict)

    class Meta(Contribution.Meta):
        """No table of its own."""

        abstract = True


@dataclass(frozen=True, slots=True)
class Taken:
    """What one step says."""

    sheet_ref: str
    word: str
    taken_by: str
    """Its author's organisation by its STIX id, the same as the record's `created_by_ref`."""
    taken_at: datetime
    seen: str = ""
    """The step that its author had seen last."""
    said: dict[str, str] = field(default_factory=dict)
    """What the step carries: a reason, a name."""


def contribute(kind: Kind[F], facts: F, audience: Audience, hand: Hand, *, to: SharedRow) -> Released:
    """Share a contribution to a sheet that its author reads; raises InvalidInput where it would reach further.

    `to` is the sheet as its author's door gave it.
    """
    if getattr(facts, "sheet_ref", None) != to.stix_id:
        message = f"A {kind.stix_type} names its sheet in sheet_ref."
        raise ValueError(message)
    ceiling = ceiling_of(to)
    if audience != ceiling and not reaches_no_further(audience, ceiling, now=hand.now):
        message = "This would reach somebody whom what it belongs to does not reach; choose fewer."
        raise InvalidInput(message, path="/tlp", rule="beyond-its-sheet")
    return release(kind, facts, audience, hand)


def ceiling_of(sheet: SharedRow) -> Audience:
    """Return the audience that no contribution to a sheet reaches beyond; raises NotFound where it is gone."""
    found = held([sheet.share]) if sheet.share is not None else {}
    for share in found.values():
        return share.audience
    raise NotFound


@dataclass(frozen=True)
class Course:
    """How a kind of sheet runs: its table, and the kind of its steps."""

    table: Table[Any]
    steps: Kind[Taken]
    begin: Callable[[SharedRow], Any]
    """What is carried before the first step, as who leads: from the sheet itself."""

    def stands(self, sheet: SharedRow, viewer: Viewer, *, now: datetime) -> Folded[Any]:
        """Return where a sheet stands, as far as a viewer reads its steps."""
        return self.stand({sheet.stix_id: self.begin(sheet)}, viewer, now=now)[sheet.stix_id]

    def stand(self, begun: Mapping[str, Any], viewer: Viewer, *, now: datetime) -> dict[str, Folded[Any]]:
        """Return where each of several sheets stands, by its id, as far as a viewer reads their steps.

        `begun` is what each sheet begins with.
        """
        rows = self.steps.model.objects.visible_to(viewer, now=now).filter(sheet_ref__in=list(begun)).order_by("pk")
        return self.fold(rows[: MOST_STEPS * len(begun)], begun, now=now)

    def fold(self, rows: Iterable[Any], begun: Mapping[str, Any], *, now: datetime) -> dict[str, Folded[Any]]:
        """Return where each of several sheets stands, by the rows of their steps as a viewer was given them."""
        steps: dict[str, list[Step]] = {stix_id: [] for stix_id in begun}
        for row in rows:
            step = Step(row.stix_id, row.word, row.taken_by, row.taken_at, row.seen, row.said)
            steps[row.sheet_ref].append(step)
        return {stix_id: fold(self.table, steps[stix_id], carried, now=now) for stix_id, carried in begun.items()}

    def take(
        self, sheet: SharedRow, word: str, hand: Hand, *, viewer: Viewer, said: Mapping[str, str] | None = None
    ) -> Released:
        """Take a step on a sheet that the viewer reads, for all who read it.

        Raises WrongState with who could, and from which state, where the table does not allow it now.
        """
        folded = self.stands(sheet, viewer, now=hand.now)
        facts = Taken(sheet.stix_id, word, hand.by.identity, hand.now, folded.last, dict(said or {}))
        step = Step(str(uuid4()), word, facts.taken_by, facts.taken_at, facts.seen, facts.said)
        check_step(self.table, folded, step)
        return contribute(self.steps, facts, ceiling_of(sheet), hand, to=sheet)
