"""Who has seen what of a case: whoever wrote an entry to all learns who has read it, and since when (CASE7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Max

from mitra.cases.models import Desk, Look
from mitra.community import queries as community

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.store.things.reading import Told

MOST_LOOKS: Final = 2_000


class Looks(NamedTuple):
    """What is known of who has seen the entries that are shown."""

    unseen: int
    """The row of the newest one, where the actor's organisation has not seen it; else 0."""
    seen: Mapping[int, Mapping[int, datetime]]
    """By the row of an entry of the actor's organisation to all: who else in the case has seen it, since when."""

    def read_by(self, body: int) -> int:
        """Return how many of those entries one organisation has seen."""
        return sum(body in by for by in self.seen.values())


def looks_at(cases: Sequence[str], entries: Sequence[Told], inside: Collection[int], actor: Actor) -> Looks:
    """Return it for the entries of a case, and of those merged into it; `inside` are the rows of who is in it."""
    if not entries:
        return Looks(0, {})
    newest = max(each.row.pk for each in entries)
    mine = [each.row.pk for each in entries if each.row.owner == actor.organisation and each.audience.circles]
    rows = Look.objects.filter(case__in=cases, upto__gte=min([newest, *mine])).order_by("at")
    looks = list(rows.values_list("owner", "upto", "at")[:MOST_LOOKS])
    is_seen = any(owner == actor.organisation and upto >= newest for owner, upto, _ in looks)
    seen: dict[int, dict[int, datetime]] = {entry: {} for entry in mine}
    for owner, upto, at in looks:
        for entry in mine:
            if owner in inside and owner != actor.organisation and upto >= entry:
                seen[entry].setdefault(owner, at)
    return Looks(0 if is_seen else newest, seen)


def saw(cases: Collection[str], entries: Sequence[Told], organisations: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return which of the entries that went to all each of these organisations has seen, by their numbers."""
    upto: dict[int, int] = {}
    if organisations:
        last = Look.objects.filter(case__in=cases, owner__in=organisations).values("owner").annotate(Max("upto"))
        upto = dict(last.values_list("owner", "upto__max"))
    to_all = [(each.row.pk, each.facts.number) for each in entries if each.audience.circles]
    return {body: tuple(number for pk, number in to_all if pk <= upto.get(body, 0)) for body in organisations}


def who_has(case: str, actor: Actor) -> str:
    """Return the name of who of the actor's organisation has a case in hand, or nothing."""
    person = Desk.objects.of(actor).filter(case=case).values_list("person", flat=True).first()
    return "" if person is None else community.name_people({person}, actor).get(person, "")
