"""Who has seen what of a case: whoever wrote an entry to all learns who has read it, and since when (CASE7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from mitra.cases.models import Desk, Look
from mitra.community import queries as community

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from mitra.community.facts import Actor
    from mitra.store.things.reading import Told

MOST_LOOKS: Final = 2_000


class Seen(NamedTuple):
    """The entries of one case that somebody is shown: the rows of the oldest and of the newest."""

    case: str
    first: int
    last: int


class Looks(NamedTuple):
    """What is known of who has seen the entries that are shown."""

    unseen: tuple[Seen, ...]
    """What the actor's organisation is shown for the first time, by case."""
    seen: Mapping[int, Mapping[int, datetime]]
    """By the row of an entry of the actor's organisation to all: who else in the case has seen it, since when."""

    def read_by(self, body: int) -> int:
        """Return how many of those entries one organisation has seen."""
        return sum(body in by for by in self.seen.values())


def looks_at(entries: Sequence[Told], inside: Collection[int], actor: Actor) -> Looks:
    """Return it for the entries of a case, and of those merged into it; `inside` are the rows of who is in it."""
    if not entries:
        return Looks((), {})
    shown = shown_of(entries)
    mine = [each for each in entries if each.row.owner == actor.organisation and each.audience.circles]
    oldest = min([*(each.row.pk for each in mine), *(seen.last for seen in shown)])
    rows = Look.objects.filter(case__in=[seen.case for seen in shown], last__gte=oldest).order_by("at")
    looks = list(rows.values_list("owner", "case", "first", "last", "at")[:MOST_LOOKS])
    ours = [Seen(case, first, last) for owner, case, first, last, _ in looks if owner == actor.organisation]
    unseen = tuple(one for one in shown if not any(_covers(look, one) for look in ours))
    told: dict[int, dict[int, datetime]] = {each.row.pk: {} for each in mine}
    for owner, case, first, last, at in looks:
        for each in mine if owner in inside and owner != actor.organisation else ():
            if case == each.facts.sheet_ref and first <= each.row.pk <= last:
                told[each.row.pk].setdefault(owner, at)
    return Looks(unseen, told)


def _covers(look: Seen, one: Seen) -> bool:
    return look.case == one.case and look.first <= one.first and look.last >= one.last


def shown_of(entries: Sequence[Told]) -> tuple[Seen, ...]:
    """Return what is shown of each case."""
    rows: dict[str, list[int]] = {}
    for each in entries:
        rows.setdefault(each.facts.sheet_ref, []).append(each.row.pk)
    return tuple(Seen(case, min(pks), max(pks)) for case, pks in rows.items())


def saw(case: str, entries: Sequence[Told], organisations: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return which of the entries of a case that went to all each organisation has seen, by their numbers."""
    if not organisations:
        return {}
    looks = list(
        Look.objects.filter(case=case, owner__in=organisations).values_list("owner", "first", "last")[:MOST_LOOKS]
    )
    to_all = [each for each in entries if each.audience.circles and each.facts.sheet_ref == case]
    return {
        body: tuple(
            each.facts.number
            for each in to_all
            if any(owner == body and first <= each.row.pk <= last for owner, first, last in looks)
        )
        for body in organisations
    }


class OnDesk(NamedTuple):
    """What the actor's organisation keeps of a case for itself."""

    in_hand: str = ""
    """The name of who has it in hand, or nothing."""
    before: str = ""
    """The id of the case of old that it goes on with."""


def desk_of(case: str, actor: Actor) -> OnDesk:
    """Return what the actor's organisation keeps of a case."""
    row = Desk.objects.of(actor).filter(case=case).first()
    if row is None:
        return OnDesk()
    names = {} if row.person is None else community.name_people({row.person}, actor)
    return OnDesk(names.get(row.person or 0, ""), row.before)
