"""Who was handed what one shared, and who of them was told that it is asked back: for its sharer only.

A holder has a name where the sharer may know that it reads; the others are counted.  Of TLP:RED only persons whom the
share names are told anything, and they of the persons who opened it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from django.db.models import Count

from mitra.community import queries as community
from mitra.community.facts import EXCHANGE_SHARE
from mitra.core.errors import NotFound
from mitra.core.policy.facts import Tlp
from mitra.exchange import plain
from mitra.exchange.models import Notice, Recall
from mitra.exchange.queries.record import get_line
from mitra.store import past
from mitra.store.doors import store
from mitra.store.handed.queries import who_has as who_was_handed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from mitra.community.facts import Actor
    from mitra.core.policy.facts import Audience
    from mitra.core.policy.reach import Community
    from mitra.exchange.queries.shapes import RecordLine
    from mitra.store.handed.facts import Channel, Holder
    from mitra.store.past import Past

MOST_SHOWN = 200
RECALLS_SHOWN = 50


class Body(NamedTuple):
    """An organisation, or one person of it where it is told to persons."""

    organisation: int
    person: int | None


class Tally(NamedTuple):
    """How many were told of a recall, and how many of them say that they have done it."""

    told: int
    done: int


NOBODY: Final = Tally(0, 0)


@dataclass(frozen=True, slots=True)
class HolderLine:
    """Who has a share: by which ways, since when, last when, and whether anybody there can be told."""

    name: str
    """`''` where the sharer may not know who it is."""
    ways: tuple[Channel, ...]
    first_at: datetime
    last_at: datetime
    times: int
    can_be_told: bool


@dataclass(frozen=True, slots=True)
class Holders:
    """Who has a share, the latest first; `hidden` are those without a name."""

    line: RecordLine
    named: tuple[HolderLine, ...]
    """At most so many as a page shows."""
    named_count: int
    hidden: tuple[HolderLine, ...]

    @property
    def count(self) -> int:
        """All that have it, named or not."""
        return self.named_count + len(self.hidden)

    @property
    def beyond_telling(self) -> tuple[str, ...]:
        """The names of those where nobody can be told."""
        return tuple(line.name for line in self.named if not line.can_be_told)

    @property
    def hidden_beyond_telling(self) -> int:
        """How many have no name, and nobody there can be told."""
        return sum(not line.can_be_told for line in self.hidden)


@dataclass(frozen=True, slots=True)
class RecallLine:
    """One recall or tightening in the list of its sharer; of what was erased it says no words."""

    id: UUID
    tlp: Tlp
    to: str
    level: Tlp | None
    """The new level, where it was tightened."""
    title: str
    type_label: str
    is_red: bool
    reason: str
    is_taken_along: bool
    made_at: datetime
    is_told: bool
    """Whether the worker has told its holders."""
    told_count: int
    done_count: int


@dataclass(frozen=True, slots=True)
class ToldLine:
    """Who was told, as far as its sharer may know the name: what came of it."""

    name: str
    can_be_told: bool
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class RecallView:
    """One recall with everybody who was told, those first where nobody can be."""

    line: RecallLine
    told: tuple[ToldLine, ...]
    told_count: int
    hidden: tuple[ToldLine, ...]


def who_has(actor: Actor, ref: str, *, now: datetime) -> Holders:
    """Return who was handed a share of the actor's organisation; raises NotFound for any other, NotPermitted."""
    actor.require(EXCHANGE_SHARE)
    share = store().visible_to(actor.viewer, now=now).get(ref)
    if share.by != actor.organisation:
        raise NotFound
    own = past.with_replaced(past.shares_numbered([share.seq]).values())
    shares = {each.seq: each for each in own if each.by == actor.organisation}
    handed = [each for each in who_was_handed(shares) if each.organisation != actor.organisation]
    names = Names(actor, now)
    groups: dict[Body, Group] = {}
    for holder in handed:
        body, name = names.of(shares[holder.seq], holder.organisation, holder.person)
        groups.setdefault(body, Group(name)).holders.append(holder)
    reachable = _reachable(groups, realm=actor.viewer.realm)
    lines = [group.as_line(can_be_told=body in reachable) for body, group in groups.items()]
    lines.sort(key=lambda line: line.last_at, reverse=True)
    named = [line for line in lines if line.name]
    return Holders(
        line=get_line(actor.viewer, ref, now=now),
        named=tuple(named[:MOST_SHOWN]),
        named_count=len(named),
        hidden=tuple(line for line in lines if not line.name),
    )


def list_recalls(actor: Actor) -> tuple[RecallLine, ...]:
    """Return what the actor's organisation asked back or tightened last, newest first; raises NotPermitted."""
    actor.require(EXCHANGE_SHARE)
    rows = list(Recall.objects.made_for(actor)[:RECALLS_SHOWN])
    shares = past.shares_numbered(seq for row in rows for seq in (row.seq, row.instead) if seq is not None)
    tallies = _tallies(rows)
    return tuple(_line_of(row, shares, tallies.get(row.pk, NOBODY)) for row in rows)


def count_recalls(actor: Actor) -> int:
    """Return how many there are of them."""
    return Recall.objects.made_for(actor).count()


def get_recall(actor: Actor, recall_id: UUID, *, now: datetime) -> RecallView:
    """Return one recall of the actor's organisation, with who was told; raises NotFound, NotPermitted."""
    actor.require(EXCHANGE_SHARE)
    row = Recall.objects.made_for(actor).filter(pk=recall_id).first()
    if row is None:
        raise NotFound
    notices = list(row.notices.order_by("done_at", "id"))
    seqs = {row.seq, *(notice.seq for notice in notices), *([] if row.instead is None else [row.instead])}
    shares = past.shares_numbered(seqs)
    names = Names(actor, now)
    bodies = [names.of(shares[notice.seq], notice.owner, notice.person_id) for notice in notices]
    reachable = _reachable({body for body, _ in bodies}, realm=row.realm)
    told = [
        ToldLine(name, body in reachable, notice.done_at) for notice, (body, name) in zip(notices, bodies, strict=True)
    ]
    told.sort(key=lambda line: (line.done_at is not None, line.can_be_told, line.name))
    named = [line for line in told if line.name]
    return RecallView(
        line=_line_of(row, shares, _tallies([row]).get(row.pk, NOBODY)),
        told=tuple(named[:MOST_SHOWN]),
        told_count=len(named),
        hidden=tuple(line for line in told if not line.name),
    )


@dataclass(slots=True)
class Group:
    """All that one body was handed, while it is gathered."""

    name: str
    holders: list[Holder] = field(default_factory=list)

    def as_line(self, *, can_be_told: bool) -> HolderLine:
        """Return it as a line."""
        return HolderLine(
            name=self.name,
            ways=tuple(sorted({holder.channel for holder in self.holders})),
            first_at=min(holder.first_at for holder in self.holders),
            last_at=max(holder.last_at for holder in self.holders),
            times=sum(holder.times for holder in self.holders),
            can_be_told=can_be_told,
        )


class Names:
    """Whom a sharer may know as a reader of each of its audiences, asked once an audience."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self._actor = actor
        self._now = now
        self._everyone: Community | None = None
        self._known: dict[Audience, tuple[Mapping[int, str], Mapping[int, str]]] = {}

    def of(self, share: Past, organisation: int, person: int | None) -> tuple[Body, str]:
        """Return whom a share was handed to as its sharer is told of it, and the name, `''` for none."""
        organisations, persons = self._of_audience(share.by, share.audience)
        if share.audience.tlp is Tlp.RED:
            return Body(organisation, person), persons.get(person or 0, "")
        if organisation in organisations or person is None or person not in persons:
            return Body(organisation, None), organisations.get(organisation, "")
        return Body(organisation, person), persons[person]

    def _of_audience(self, by: int, audience: Audience) -> tuple[Mapping[int, str], Mapping[int, str]]:
        if audience not in self._known:
            if self._everyone is None:
                self._everyone = community.community_facts(audience.realm)
            self._known[audience] = community.name_readers(
                audience, share_by=by, actor=self._actor, now=self._now, everyone=self._everyone
            )
        return self._known[audience]


def _reachable(bodies: Iterable[Body], *, realm: int) -> frozenset[Body]:
    """Return where somebody can sign in and read a notice."""
    asked = list(bodies)
    organisations = community.bodies_with_readers((body.organisation for body in asked), realm=realm)
    persons = community.persons_who_read((body.person for body in asked if body.person is not None), realm=realm)
    return frozenset(
        body
        for body in asked
        if (body.organisation in organisations if body.person is None else body.person in persons)
    )


def _tallies(recalls: Iterable[Recall]) -> Mapping[UUID, Tally]:
    """Return of each recall that somebody was told of how many were, and how many of them have done it."""
    rows = Notice.objects.filter(recall__in=list(recalls)).values("recall")
    counted = rows.annotate(told=Count("id"), done=Count("done_at"))
    return {row["recall"]: Tally(row["told"], row["done"]) for row in counted}


def _line_of(row: Recall, shares: Mapping[int, Past], tally: Tally) -> RecallLine:
    share = shares[row.seq]
    instead = None if row.instead is None else shares[row.instead].audience.tlp
    is_red = share.audience.tlp is Tlp.RED
    return RecallLine(
        id=row.pk,
        tlp=share.audience.tlp,
        to=row.to,
        level=instead,
        title="" if is_red else share.title,
        type_label="" if is_red or not share.type else plain.type_label(share.type),
        is_red=is_red,
        reason=row.reason,
        is_taken_along=row.is_taken_along,
        made_at=row.made_at,
        is_told=row.told_at is not None,
        told_count=tally.told,
        done_count=tally.done,
    )
